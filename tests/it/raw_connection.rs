//! The driver's own connection inside a transaction.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

#[cfg(feature = "postgres")]
use crate::databases::on_postgres;
use crate::databases::{Database, TestResult, is_sqlite, on_each_database, on_sqlite};
use crate::log::Log;

#[cfg(feature = "postgres")]
on_postgres!(a_failure_that_the_closure_swallows_is_noticed);

on_sqlite!(the_connection_is_not_lent_while_a_query_has_it);

on_each_database!(
    what_is_done_on_the_drivers_connection_is_part_of_the_transaction,
    receivers_have_the_drivers_connection,
    a_failure_on_the_drivers_connection_is_one_of_ours,
    a_closure_that_ends_the_transaction_is_noticed,
    statements_of_ours_are_not_in_the_way,
    the_connection_of_another_database_is_an_error
);

#[model]
#[derive(Debug, Default, Clone)]
struct Note {
    #[key]
    id: Id<Note>,
    #[unique]
    text: String,
}

impl Note {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

async fn texts(executor: &dyn Executor) -> String {
    let notes = Note::all(executor).await.unwrap();
    notes.into_iter().map(|note| note.text).collect::<Vec<_>>().join(" ")
}

/// The same SQL on either connection.
async fn raw(tx: &Tx, sql: &'static str) -> Result<()> {
    if is_sqlite(tx.db()) {
        return tx.sqlite(|connection| connection.execute_batch(sql));
    }
    #[cfg(feature = "postgres")]
    tx.postgres(async |client| client.batch_execute(sql).await).await?;
    Ok(())
}

async fn what_is_done_on_the_drivers_connection_is_part_of_the_transaction(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("ours").save(&tx).await?;
    raw(&tx, "INSERT INTO notes (text) VALUES ('theirs')").await?;
    assert_eq!(texts(&tx).await, "ours theirs");
    let undone = tx.savepoint(async |tx| {
        raw(tx, "INSERT INTO notes (text) VALUES ('undone')").await?;
        assert_eq!(texts(tx).await, "ours theirs undone");
        Err::<(), _>(Error::other("no"))
    });
    undone.await.unwrap_err();
    tx.commit().await?;
    assert_eq!(texts(&db).await, "ours theirs");

    let tx = db.begin().await?;
    // Also as the first of the transaction.
    raw(&tx, "DELETE FROM notes").await?;
    drop(tx);
    assert_eq!(texts(&db).await, "ours theirs");
    Ok(())
}

async fn receivers_have_the_drivers_connection(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_save, sender = User)]
    async fn count(tx: &mut Tx) -> Result<()> {
        raw(tx, "UPDATE counters SET n = n + 1").await?;
        tx.savepoint(async |tx| raw(tx, "UPDATE counters SET n = n + 10").await).await?;
        LOG.note("counted");
        Ok(())
    }

    let db = database.with_tables::<User>().await?;
    db.batch("CREATE TABLE counters (n BIGINT); INSERT INTO counters VALUES (0)").await?;
    User::default().save(&db).await?;
    let mut counted = 0;
    db.for_each_row("SELECT n FROM counters", &(), &mut |row| {
        counted = row.get::<i64>(0)?;
        Ok(())
    })
    .await?;
    assert_eq!((counted, LOG.take().as_str()), (11, "counted\n"));
    Ok(())
}

async fn a_failure_on_the_drivers_connection_is_one_of_ours(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let mut tx = db.begin().await?;
    Note::new("a").save(&tx).await?;
    let failed = tx.savepoint(async |tx| raw(tx, "INSERT INTO notes (text) VALUES ('a')").await).await;
    let error = failed.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "notes" && fields == &["text"]),
        "{error}"
    );
    Note::new("b").save(&tx).await?;
    // As with raw SQL: SQLite undoes the statement, PostgreSQL gives the transaction up.
    raw(&tx, "INSERT INTO notes (text) VALUES ('a')").await.unwrap_err();
    let next = Note::new("c").save(&tx).await;
    assert_eq!(next.is_ok(), is_sqlite(&db));
    assert!(next.map_or_else(|error| matches!(error.kind(), ErrorKind::Broken { .. }), |()| true));
    tx.rollback().await?;
    Ok(())
}

/// Nothing is committed unnoticed, and nothing is lost that was reported as committed.
async fn a_closure_that_ends_the_transaction_is_noticed(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    for sql in ["ROLLBACK", "COMMIT", "ROLLBACK; BEGIN", "COMMIT; BEGIN"] {
        for in_savepoint in [false, true] {
            let mut tx = db.begin().await?;
            tx.on_commit(async |_| panic!("no commit, no hook"));
            Note::new("before").save(&tx).await?;
            let ended =
                if in_savepoint { tx.savepoint(async |tx| raw(tx, sql).await).await } else { raw(&tx, sql).await };
            let error = ended.unwrap_err().to_string();
            assert!(error.starts_with("the statement ended the transaction"), "{sql}: {error}");
            assert!(
                matches!(Note::new("after").save(&tx).await.unwrap_err().kind(), ErrorKind::Broken { .. }),
                "{sql}"
            );
            assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }), "{sql}");
            let committed = sql.starts_with("COMMIT");
            assert_eq!(texts(&db).await, if committed { "before" } else { "" }, "{sql}");
            db.execute("DELETE FROM notes", &()).await?;
        }
    }
    Note::new("the connection is in order").save(&db).await?;
    Ok(())
}

/// PostgreSQL would answer COMMIT with a rollback, without an error.
#[cfg(feature = "postgres")]
async fn a_failure_that_the_closure_swallows_is_noticed(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let tx = db.begin().await?;
    Note::new("a").save(&tx).await?;
    let swallowed = tx.postgres(async |client| {
        client.batch_execute("SELCT").await.unwrap_err();
        Ok(())
    });
    let error = swallowed.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "an earlier statement of the transaction failed, so PostgreSQL takes nothing in it any more: return that \
         failure, or try it in `tx.savepoint(..)`",
    );
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    assert_eq!(texts(&db).await, "");
    Ok(())
}

async fn statements_of_ours_are_not_in_the_way(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    Note::new("a").save(&db).await?;
    assert_eq!(texts(&db).await, "a");
    let tx = db.begin().await?;
    Note::new("b").save(&tx).await?;
    assert_eq!(texts(&tx).await, "a b");
    if is_sqlite(&db) {
        raw(&tx, "DROP TABLE notes; CREATE TABLE notes (text TEXT, id INTEGER PRIMARY KEY)").await?;
    } else {
        raw(&tx, "ALTER TABLE notes ALTER COLUMN text TYPE VARCHAR(50), ADD COLUMN other BIGINT").await?;
        raw(&tx, "DEALLOCATE ALL").await?;
        raw(&tx, "DELETE FROM notes").await?;
    }
    Note::new("c").save(&tx).await?;
    assert_eq!(texts(&tx).await, "c");
    tx.commit().await?;
    assert_eq!(texts(&db).await, "c");
    Ok(())
}

/// On one thread it would wait for itself.
async fn the_connection_is_not_lent_while_a_query_has_it(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let tx = db.begin().await?;
    Note::new("a").save(&tx).await?;
    let in_a_row = tx.for_each_row("SELECT text FROM notes", &(), &mut |_| tx.sqlite(|_| Ok(()))).await;
    expect!["the connection is in use by the query or the closure that this is called in: collect the rows first, and go on after it"].assert_eq(&in_a_row.unwrap_err().to_string());
    let in_another = tx.sqlite(|_| Ok(tx.sqlite(|_| Ok(()))));
    assert!(in_another?.is_err());
    tx.sqlite(|connection| connection.execute_batch("UPDATE notes SET text = 'b'"))?;
    assert_eq!(texts(&tx).await, "b");
    tx.commit().await?;
    Ok(())
}

async fn the_connection_of_another_database_is_an_error(database: &Database) -> TestResult {
    let db = database.with_tables::<Note>().await?;
    let tx = db.begin().await?;
    #[cfg(feature = "postgres")]
    if is_sqlite(&db) {
        let wrong = tx.postgres(async |client| client.batch_execute("SELECT 1").await).await;
        assert_eq!(wrong.unwrap_err().to_string(), "the database is SQLite: use `tx.sqlite(..)`");
    }
    if !is_sqlite(&db) {
        let wrong = tx.sqlite(|connection| connection.execute_batch("SELECT 1"));
        assert_eq!(wrong.unwrap_err().to_string(), "the database is PostgreSQL: use `tx.postgres(..)`");
    }
    // It is a mistake of the program, and nothing has happened.
    Note::new("a").save(&tx).await?;
    tx.commit().await?;
    assert_eq!(texts(&db).await, "a");
    Ok(())
}
