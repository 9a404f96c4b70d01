//! The errors of SQLite.

use expect_test::{Expect, expect};

use super::*;
use crate::db::tests::errors::check;
use crate::error::{Error, ErrorKind};

/// Compares the text of the error, in which the folder has a fixed name.
#[track_caller]
fn check_in<T: std::fmt::Debug>(folder: &Folder, result: Result<T>, expected: &Expect) {
    let text = result.expect_err("an error").to_string();
    expected.assert_eq(&text.replace(&folder.0.display().to_string(), "FOLDER"));
}

#[tokio::test]
async fn opening() -> TestResult {
    let folder = Folder::new()?;
    let connect = async |path: &str| Db::connect(&format!("sqlite:{}", folder.0.join(path).display())).await;

    check_in(
        &folder,
        connect("missing/test.db").await,
        &expect![
            "cannot open the database `FOLDER/missing/test.db`: the directory `FOLDER/missing` does not exist: create it first"
        ],
    );
    check_in(
        &folder,
        connect("").await,
        &expect!["cannot open the database `FOLDER/`: it is a directory: give the path of a file"],
    );
    check_in(
        &folder,
        connect("none.db?mode=ro").await,
        &expect![
            "cannot open the database `FOLDER/none.db`: the file does not exist and was not created: leave `mode` out of the URL, or allow writing to the directory"
        ],
    );
    check_in(
        &folder,
        connect("none.db?mode=rw").await,
        &expect![
            "cannot open the database `FOLDER/none.db`: the file does not exist and was not created: leave `mode` out of the URL, or allow writing to the directory"
        ],
    );
    for (name, bytes) in [("short", 11), ("page", 4096), ("long", 100_000)] {
        std::fs::write(folder.0.join(name), "hello world".repeat(bytes / 11))?;
        let error = connect(name).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotADatabase { .. }), "{error}");
        assert!(!folder.0.join(format!("{name}-wal")).exists());
    }
    check_in(
        &folder,
        connect("short").await,
        &expect![
            "`FOLDER/short` is not a database: give the path of a SQLite file, or of a file that does not exist yet"
        ],
    );
    check(
        Db::connect("mysql://ann:secret@host/db").await,
        &expect![
            "cannot use the database URL `mysql://***`, `mysql` is no kind of database that is known: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    #[cfg(not(feature = "postgres"))]
    check(
        Db::connect("postgres://ann:secret@host/db").await,
        &expect![
            "cannot use the database URL `postgres://ann:***@host/db`, PostgreSQL needs the feature `postgres`: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    Ok(())
}

#[tokio::test]
async fn an_empty_file_is_a_database() -> TestResult {
    let folder = Folder::new()?;
    std::fs::write(folder.path(), "")?;
    with_numbers(folder.db().await?).await?;
    Ok(())
}

#[tokio::test]
async fn names_that_mean_something_to_sqlite_are_files() -> TestResult {
    let folder = Folder::new()?;
    for name in ["file:a.db", ":memory:", "a b#c%20.db"] {
        let db = Db::connect(&format!("sqlite:{}/{name}", folder.0.display())).await?;
        with_numbers(db).await?;
        assert!(folder.0.join(name).exists(), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn reading_only() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.db().await?).await?;
    add(&db, 1).await?;
    drop(db);
    let read = impatient(format!("{}?mode=ro", folder.url())).connect().await?;
    assert_eq!(numbers(&read).await?, [1]);
    check_in(
        &folder,
        add(&read, 2).await,
        &expect![
            "the database `FOLDER/test.db` is open for reading only: allow writing to the file and its directory, and leave `mode=ro` out of the URL"
        ],
    );
    let tx = read.begin().await?;
    assert_eq!(numbers(&tx).await?, [1]);
    assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::ReadOnly { .. }));
    tx.commit().await?;

    // Also alongside a writer.
    let write = folder.db().await?;
    add(&write, 2).await?;
    assert_eq!(numbers(&read).await?, [1, 2]);
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_without_the_right_to_write() -> TestResult {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new()?;
    drop(with_numbers(folder.db().await?).await?);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o444))?;
    if std::fs::OpenOptions::new().append(true).open(folder.path()).is_ok() {
        eprintln!("left out: this user may write to every file");
        return Ok(());
    }
    let db = folder.db().await?;
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    assert!(matches!(add(&db, 2).await.unwrap_err().kind(), ErrorKind::ReadOnly { .. }));
    Ok(())
}

#[tokio::test]
async fn constraints() -> TestResult {
    let db = memory().await?;
    db.batch(
        "CREATE TABLE colours (name TEXT UNIQUE);
         INSERT INTO colours VALUES ('red');
         CREATE TABLE strict (n INTEGER) STRICT;
         CREATE TRIGGER gone BEFORE DELETE ON colours BEGIN SELECT RAISE(ABORT, 'colours stay'); END;",
    )
    .await?;
    let run = async |sql: &str| db.execute(sql, &()).await;
    check(
        run("INSERT INTO colours (name) VALUES ('red')").await,
        &expect!["another row of `colours` has the same `name`: use another value, or change the row that is there"],
    );
    check(run("INSERT INTO strict VALUES ('x')").await, &expect!["cannot store TEXT value in INTEGER column strict.n"]);
    check(run("DELETE FROM colours").await, &expect!["colours stay"]);
    Ok(())
}

#[tokio::test]
async fn wrong_sql() -> TestResult {
    let db = memory().await?;
    let error = db.execute("SELCT 1", &()).await;
    check(error, &expect![r#"near "SELCT": syntax error, in the statement `SELCT 1`"#]);
    Ok(())
}

#[tokio::test]
async fn the_drivers_error_is_there_for_programs() -> TestResult {
    let db = memory().await?;
    let Err(ErrorKind::Database { source: Some(source), .. }) =
        db.execute("SELCT 1", &()).await.map_err(Error::into_kind)
    else {
        panic!()
    };
    assert!(source.downcast_ref::<rusqlite::Error>().is_some());
    Ok(())
}

#[tokio::test]
async fn a_statement_that_is_interrupted_has_an_error_of_its_own() -> TestResult {
    let db = memory().await?;
    let tx = db.begin().await?;
    let handle = tx.sqlite(|connection| Ok(connection.get_interrupt_handle()))?;
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
    interrupter.join().map_err(|_| "the thread that interrupts has panicked")?;
    assert!(matches!(result.as_ref().unwrap_err().kind(), ErrorKind::Canceled { .. }), "{result:?}");
    Ok(())
}

#[tokio::test]
async fn the_table_whose_keys_are_used_up_is_found_in_any_quotes() -> TestResult {
    let db = memory().await?;
    db.batch(
        r#"CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT);
           CREATE TABLE "a b" (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT);
           INSERT INTO a VALUES (9223372036854775807, '');
           INSERT INTO "a b" VALUES (9223372036854775807, '');"#,
    )
    .await?;
    for (sql, table) in [
        ("INSERT INTO A (n) VALUES ('a b') -- a b", "a"),
        (r#"INSERT INTO "a b" (n) VALUES ('a')"#, "a b"),
        ("INSERT INTO [A b] (n) VALUES ('a') /* a */", "a b"),
        ("INSERT INTO `a b` (n) VALUES ('a')", "a b"),
    ] {
        let error = db.execute(sql, &()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeysUsedUp { model } if model == table), "{sql}: {error}");
    }
    Ok(())
}
