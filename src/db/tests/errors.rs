//! The errors of constraints and of wrong SQL, and those without a database.

use std::error::Error as _;

use expect_test::{Expect, expect};

use super::*;
use crate::error::{Error, ErrorKind, Lookup};

on_each_database! {
    constraints,
    wrong_sql,
}

/// Compares the text of the error.
#[track_caller]
pub(in crate::db) fn check<T: fmt::Debug>(result: Result<T>, expected: &Expect) {
    let error = result.expect_err("an error");
    expected.assert_eq(&error.to_string());
    assert!(error.source().is_none(), "the text has the cause already");
}

async fn constraints(database: &Database) -> TestResult {
    let db = database.one().connect().await?;
    db.batch(
        "CREATE TABLE teams (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
         CREATE UNIQUE INDEX lowered ON teams (lower(name));
         CREATE TABLE members (
             team BIGINT NOT NULL REFERENCES teams (id) ON DELETE RESTRICT,
             player BIGINT NOT NULL,
             age BIGINT CONSTRAINT adult CHECK (age >= 18),
             place BIGINT CHECK (place > 0),
             UNIQUE (team, player)
         );
         INSERT INTO teams VALUES (1, 'red');
         INSERT INTO members VALUES (1, 1, 20, 1);",
    )
    .await?;
    let run = async |sql: &str| db.execute(sql, &()).await;

    check(
        run("INSERT INTO teams VALUES (1, 'blue')").await,
        &expect!["another row of `teams` has the same `id`: use another value, or change the row that is there"],
    );
    // SQLite checks the index first.
    if !is_sqlite(&db) {
        check(
            run("INSERT INTO teams VALUES (2, 'red')").await,
            &expect!["another row of `teams` has the same `name`: use another value, or change the row that is there"],
        );
    }
    check(
        run("INSERT INTO teams VALUES (2, 'Red')").await,
        &expect!["another row of `teams` has the same values: change them, or change the row that is there"],
    );
    let error = run("INSERT INTO members VALUES (1, 1, 20, 1)").await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "members" && fields == &["team", "player"])
    );
    check(
        Err::<(), _>(error),
        &expect![
            "another row of `members` has the same `team` and `player`: use another value, or change the row that is there"
        ],
    );
    check(
        run("INSERT INTO members VALUES (1, NULL, 20, 1)").await,
        &expect!["`player` of `members` has no value: set it, or make the field an `Option`"],
    );
    check(
        run("INSERT INTO members VALUES (1, 2, 5, 1)").await,
        &expect!["the check `adult` of the table refused the row: save values that pass it"],
    );
    // SQLite does not say which table it was, and prints a check that has no name.
    let (table, unnamed) = if is_sqlite(&db) { ("", "place > 0") } else { (" of `members`", "members_place_check") };
    let foreign_key = format!(
        "a foreign key{table} points to a row that does not exist: save that row first, and delete rows that point to \
         others before the rows that they point to",
    );
    for sql in ["INSERT INTO members VALUES (9, 1, 20, 1)", "DELETE FROM teams"] {
        assert_eq!(run(sql).await.unwrap_err().to_string(), foreign_key, "{sql}");
    }
    assert_eq!(
        run("INSERT INTO members VALUES (1, 2, 50, 0)").await.unwrap_err().to_string(),
        format!("the check `{unnamed}` of the table refused the row: save values that pass it"),
    );
    Ok(())
}

async fn wrong_sql(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    let run = async |sql: &str| db.execute(sql, &()).await;
    let qualified = if is_sqlite(&db) { "DROP TABLE main.users" } else { "SELECT * FROM public.\"users\" u" };

    for sql in ["SELECT * FROM users", "DROP TABLE users", qualified] {
        let error = run(sql).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoTable { table } if table == "users"), "{sql}: {error}");
        check(
            Err::<(), _>(error),
            &expect!["there is no table `users`: make it with `db.create_tables()` or a migration"],
        );
    }
    for sql in [
        "SELECT m FROM numbers",
        "SELECT \"m\" FROM numbers",
        "INSERT INTO numbers (m) VALUES (1)",
        "UPDATE numbers SET m = 1",
    ] {
        let error = run(sql).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoColumn { column, .. } if column == "m"), "{sql}: {error}");
        check(
            Err::<(), _>(error),
            &expect!["there is no column `m`: look at its name, or add it to the table with a migration"],
        );
    }
    check(run("SELECT 1; SELECT 2").await, &expect!["there is more than one statement: execute them one by one"]);
    let long = run(&format!("SELECT nothing({}1) FRM", "1, ".repeat(500))).await.unwrap_err().to_string();
    assert!(long.len() < 300, "{long}");
    for sql in ["", "  ", "-- nothing"] {
        let error = run(sql).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Database { .. }), "{error}");
    }
    Ok(())
}

#[test]
fn errors_are_small() {
    assert!(size_of::<Error>() <= 56, "{}", size_of::<Error>());
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

/// A cause is printed once: in the text, and not as the source.
#[test]
fn a_source_is_the_cause_of_the_printed_cause() {
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
    assert!(error.source().is_some_and(<dyn std::error::Error>::is::<std::fmt::Error>));
    let hook = ErrorKind::Hook { after: crate::db::TransactionEnd::Commit, queued: here(), source: error };
    let hook = Error::from(hook);
    assert!(hook.to_string().ends_with("failed, the commit stays: outer"));
    assert!(hook.source().is_some_and(<dyn std::error::Error>::is::<std::fmt::Error>));
}
