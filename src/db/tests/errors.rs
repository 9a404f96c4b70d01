use std::error::Error as _;

use expect_test::{Expect, expect};

use super::*;
use crate::error::{Error, ErrorKind, Lookup};

/// Compares the text of the error.
fn check<T: std::fmt::Debug>(result: Result<T>, folder: Option<&Folder>, expected: &Expect) {
    let error = result.expect_err("an error");
    let mut text = error.to_string();
    if let Some(folder) = folder {
        text = text.replace(&folder.0.display().to_string(), "FOLDER");
    }
    expected.assert_eq(&text);
    assert!(error.source().is_none(), "the text has the cause already");
}

#[test]
fn errors_are_small() {
    assert!(size_of::<Error>() <= 56, "{}", size_of::<Error>());
}

#[tokio::test]
async fn opening() {
    let folder = Folder::new();
    let connect = async |path: &str| Db::connect(&format!("sqlite:{}", folder.0.join(path).display())).await;

    check(
        connect("missing/test.db").await,
        Some(&folder),
        &expect![
            "cannot open the database `FOLDER/missing/test.db`: the directory `FOLDER/missing` does not exist: create it first"
        ],
    );
    check(
        connect("").await,
        Some(&folder),
        &expect!["cannot open the database `FOLDER/`: it is a directory: give the path of a file"],
    );
    check(
        connect("none.db?mode=ro").await,
        Some(&folder),
        &expect![
            "cannot open the database `FOLDER/none.db`: the file does not exist and was not created: leave `mode` out of the URL, or allow writing to the directory"
        ],
    );
    check(
        connect("none.db?mode=rw").await,
        Some(&folder),
        &expect![
            "cannot open the database `FOLDER/none.db`: the file does not exist and was not created: leave `mode` out of the URL, or allow writing to the directory"
        ],
    );
    for (name, bytes) in [("short", 11), ("page", 4096), ("long", 100_000)] {
        std::fs::write(folder.0.join(name), "hello world".repeat(bytes / 11)).unwrap();
        let error = connect(name).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotADatabase { .. }), "{error}");
        assert!(!exists(&folder.0.join(format!("{name}-wal"))));
    }
    check(
        connect("short").await,
        Some(&folder),
        &expect![
            "`FOLDER/short` is not a database: give the path of a SQLite file, or of a file that does not exist yet"
        ],
    );
    check(
        Db::connect("mysql://ann:secret@host/db").await,
        None,
        &expect![
            "cannot use the database URL `mysql://***`, `mysql` is no kind of database that is known: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    #[cfg(not(feature = "postgres"))]
    check(
        Db::connect("postgres://ann:secret@host/db").await,
        None,
        &expect![
            "cannot use the database URL `postgres://ann:***@host/db`, PostgreSQL needs the feature `postgres`: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
}

#[tokio::test]
async fn an_empty_file_is_a_database() {
    let folder = Folder::new();
    std::fs::write(folder.path(), "").unwrap();
    with_numbers(folder.db().await).await;
}

#[tokio::test]
async fn names_that_mean_something_to_sqlite_are_files() {
    let folder = Folder::new();
    for name in ["file:a.db", ":memory:", "a b#c%20.db"] {
        let db = Db::connect(&format!("sqlite:{}/{name}", folder.0.display())).await.unwrap();
        with_numbers(db).await;
        assert!(exists(&folder.0.join(name)), "{name}");
    }
}

#[tokio::test]
async fn reading_only() {
    let folder = Folder::new();
    let db = with_numbers(folder.db().await).await;
    add(&db, 1).await.unwrap();
    drop(db);
    let read = impatient(format!("{}?mode=ro", folder.url())).connect().await.unwrap();
    assert_eq!(numbers(&read).await.unwrap(), [1]);
    check(
        add(&read, 2).await,
        Some(&folder),
        &expect![
            "the database `FOLDER/test.db` is open for reading only: allow writing to the file and its directory, and leave `mode=ro` out of the URL"
        ],
    );
    let tx = read.begin().await.unwrap();
    assert_eq!(numbers(&tx).await.unwrap(), [1]);
    assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::ReadOnly { .. }));
    tx.commit().await.unwrap();

    // Beside a writer, too.
    let write = folder.db().await;
    add(&write, 2).await.unwrap();
    assert_eq!(numbers(&read).await.unwrap(), [1, 2]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_without_the_right_to_write() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    drop(with_numbers(folder.db().await).await);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o444)).unwrap();
    if std::fs::OpenOptions::new().append(true).open(folder.path()).is_ok() {
        eprintln!("left out: this user may write to every file");
        return;
    }
    let db = folder.db().await;
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    assert!(matches!(add(&db, 2).await.unwrap_err().kind(), ErrorKind::ReadOnly { .. }));
}

#[tokio::test]
async fn constraints() {
    let db = memory().await;
    db.batch(
        "CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
         CREATE TABLE members (
             team INTEGER NOT NULL REFERENCES teams (id),
             person INTEGER NOT NULL,
             age INTEGER CONSTRAINT adult CHECK (age >= 18),
             place INTEGER CHECK (place > 0),
             UNIQUE (team, person)
         );
         CREATE TABLE colours (name TEXT UNIQUE);
         INSERT INTO colours VALUES ('red');
         CREATE UNIQUE INDEX lowered ON teams (lower(name));
         CREATE TABLE strict (n INTEGER) STRICT;
         CREATE TRIGGER gone BEFORE DELETE ON teams BEGIN SELECT RAISE(ABORT, 'teams stay'); END;
         INSERT INTO teams VALUES (1, 'red');
         INSERT INTO members VALUES (1, 1, 20, 1);",
    )
    .await
    .unwrap();
    let run = async |sql: &str| db.execute(sql, &()).await;

    check(
        run("INSERT INTO colours (name) VALUES ('red')").await,
        None,
        &expect!["another row of `colours` has the same `name`: use another value, or change the row that is there"],
    );
    check(
        run("INSERT INTO teams VALUES (1, 'blue')").await,
        None,
        &expect!["another row of `teams` has the same `id`: use another value, or change the row that is there"],
    );
    check(
        run("INSERT INTO teams (name) VALUES ('Red')").await,
        None,
        &expect!["another row of `teams` has the same values: change them, or change the row that is there"],
    );
    let error = run("INSERT INTO members VALUES (1, 1, 20, 1)").await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "members" && fields == &["team", "person"])
    );
    check(
        Err::<(), _>(error),
        None,
        &expect![
            "another row of `members` has the same `team` and `person`: use another value, or change the row that is there"
        ],
    );
    check(
        run("INSERT INTO members VALUES (9, 1, 20, 1)").await,
        None,
        &expect![
            "a foreign key points to a row that does not exist: save that row first, and delete rows that point to others before the rows that they point to"
        ],
    );
    check(
        run("INSERT INTO members VALUES (1, NULL, 20, 1)").await,
        None,
        &expect!["`person` of `members` has no value: set it, or make the field an `Option`"],
    );
    check(
        run("INSERT INTO members VALUES (1, 2, 5, 1)").await,
        None,
        &expect!["the check `adult` of the table refused the row: save values that pass it"],
    );
    check(
        run("INSERT INTO members VALUES (1, 2, 50, 0)").await,
        None,
        &expect!["the check `place > 0` of the table refused the row: save values that pass it"],
    );
    check(
        run("INSERT INTO strict VALUES ('x')").await,
        None,
        &expect!["cannot store TEXT value in INTEGER column strict.n"],
    );
    check(run("DELETE FROM teams").await, None, &expect!["teams stay"]);
}

#[tokio::test]
async fn wrong_sql() {
    let db = with_numbers(memory().await).await;
    let run = async |sql: &str| db.execute(sql, &()).await;

    check(
        run("SELECT * FROM users").await,
        None,
        &expect!["there is no table `users`: make it with `db.create_tables()` or a migration"],
    );
    check(
        run("DROP TABLE main.users").await,
        None,
        &expect!["there is no table `users`: make it with `db.create_tables()` or a migration"],
    );
    check(
        run("SELECT m FROM numbers").await,
        None,
        &expect!["there is no column `m`: look at its name, or add it to the table with a migration"],
    );
    check(
        run("SELECT \"m\" FROM numbers").await,
        None,
        &expect!["there is no column `m`: look at its name, or add it to the table with a migration"],
    );
    check(
        run("INSERT INTO numbers (m) VALUES (1)").await,
        None,
        &expect!["there is no column `m`: look at its name, or add it to the table with a migration"],
    );
    check(
        run("UPDATE numbers SET m = 1").await,
        None,
        &expect!["there is no column `m`: look at its name, or add it to the table with a migration"],
    );
    check(run("SELCT 1").await, None, &expect![r#"near "SELCT": syntax error, in the statement `SELCT 1`"#]);
    check(run("SELECT 1; SELECT 2").await, None, &expect!["there is more than one statement: execute them one by one"]);
    check(
        run(&format!("SELECT nothing({})", "1, ".repeat(500))).await.map_err(|error| {
            assert!(error.to_string().len() < 300);
            Error::other("shortened")
        }),
        None,
        &expect!["shortened"],
    );
    for sql in ["", "  ", "-- nothing"] {
        let error = run(sql).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Database { .. }), "{error}");
    }
}

#[tokio::test]
async fn the_drivers_error_is_there_for_programs() {
    let db = memory().await;
    let Err(ErrorKind::Database { source: Some(source), .. }) =
        db.execute("SELCT 1", &()).await.map_err(Error::into_kind)
    else {
        panic!()
    };
    assert!(source.downcast_ref::<rusqlite::Error>().is_some());
}

#[test]
fn texts_of_the_models_errors() {
    let texts = [
        ErrorKind::UnsetId { model: "Profile".into(), field: "user".into() },
        ErrorKind::UnsetKey { model: "Country".into(), key: "0".into() },
        ErrorKind::ReadOnlyField { model: "Order".into(), field: "total".into() },
        ErrorKind::RowNotFound(Lookup::Key { model: "User".into() }),
        ErrorKind::ForeignKey { model: Some("Profile".into()) },
        ErrorKind::Ended,
        ErrorKind::NotYours,
        Error::other("out of stock").into_kind(),
        Error::from(std::io::Error::other("disk on fire")).into_kind(),
    ]
    .map(|error| error.to_string())
    .join("\n");
    expect![[r"
        `user` of `Profile` is an id that is not set: save the row that it points to first
        the key of `Country` is 0, which is what `Default` gives: set it before saving, or insert it with `create`
        `total` of `Order` is read-only, the database sets it: leave it out of the fields that are written
        there is no such row of `User`: it was deleted, or never saved
        a foreign key of `Profile` points to a row that does not exist: save that row first, and delete rows that point to others before the rows that they point to
        the transaction has ended: begin another one with `db.begin()`
        only the code that began a transaction can end it: return `Ok` to go on, or an error to undo it
        out of stock
        disk on fire"]]
    .assert_eq(&texts);
}

/// A cause is printed once: in the text, and not again as a source.
#[test]
fn sources_go_on_behind_the_cause() {
    #[derive(Debug)]
    struct Outer(std::fmt::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let error = Error::other(Outer(std::fmt::Error));
    assert_eq!(error.to_string(), "outer");
    assert!(error.source().unwrap().is::<std::fmt::Error>());
    let hook = ErrorKind::Hook { after: crate::db::TransactionEnd::Commit, queued: here(), source: error };
    let hook = Error::from(hook);
    assert!(hook.to_string().ends_with("failed, the commit stays: outer"));
    assert!(hook.source().unwrap().is::<std::fmt::Error>());
}

#[tokio::test]
async fn a_statement_that_is_interrupted_has_an_error_of_its_own() {
    let db = memory().await;
    let tx = db.begin().await.unwrap();
    let handle = tx.sqlite(|connection| Ok(connection.get_interrupt_handle())).unwrap();
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let interrupter = std::thread::spawn({
        let done = std::sync::Arc::clone(&done);
        move || {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(10));
                handle.interrupt();
            }
        }
    });
    let endless = "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a";
    let result = value(&tx, endless, &()).await;
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    interrupter.join().unwrap();
    assert!(matches!(result.as_ref().unwrap_err().kind(), ErrorKind::Canceled { .. }), "{result:?}");
}
