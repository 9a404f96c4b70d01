//! Transactions: what they keep, what they undo, and what they refuse.

use super::*;
use crate::db::Tx;
use crate::error::{Error, ErrorKind};

on_each_database! {
    committed_or_not_at_all,
    others_see_what_is_committed_while_a_transaction_is_open,
    transaction_commits_or_rolls_back,
    a_panic_rolls_back,
    a_borrowed_tx_is_an_executor_more_than_once,
    a_handle_is_the_same_transaction_and_does_not_end_it,
    a_body_that_swaps_its_tx_for_a_handle_does_not_end_the_transaction_of_that,
    a_commit_that_fails_rolls_back,
    sql_cannot_begin_or_end_a_transaction,
    a_query_on_the_db_does_not_write,
    an_error_in_a_row_ends_the_query,
    a_batch_is_done_as_a_whole_on_the_db,
    printing_a_db_or_a_tx,
}

async fn committed_or_not_at_all(database: &Database) -> TestResult {
    for db in database.each().await? {
        let db = with_numbers(db).await?;

        let tx = db.begin().await?;
        add(&tx, 1).await?;
        tx.commit().await?;
        assert_eq!(numbers(&db).await?, [1]);

        let tx = db.begin().await?;
        add(&tx, 2).await?;
        assert_eq!(numbers(&tx).await?, [1, 2]);
        tx.rollback().await?;
        assert_eq!(numbers(&db).await?, [1]);

        let tx = db.begin().await?;
        add(&tx, 3).await?;
        drop(tx);
        assert_eq!(numbers(&db).await?, [1]);
        // The connection that the transaction was dropped on is in order.
        add(&db, 4).await?;
        assert_eq!(numbers(&db).await?, [1, 4]);

        for end in 0..3 {
            let tx = db.begin().await?;
            match end {
                0 => tx.commit().await?,
                1 => tx.rollback().await?,
                _ => drop(tx),
            }
        }
    }
    Ok(())
}

async fn others_see_what_is_committed_while_a_transaction_is_open(database: &Database) -> TestResult {
    let db = with_numbers(database.several().connect().await?).await?;
    add(&db, 1).await?;
    let tx = db.begin().await?;
    add(&tx, 2).await?;
    assert_eq!(numbers(&db).await?, [1]);
    assert_eq!(numbers(&tx).await?, [1, 2]);
    let mut expected = vec![1, 2];
    if !is_sqlite(&db) {
        // Another one writes at the same time.
        add(&db, 3).await?;
        expected.push(3);
    }
    tx.commit().await?;
    assert_eq!(numbers(&db).await?, expected);
    // Prepared statements see a change of the schema.
    db.execute("ALTER TABLE numbers RENAME COLUMN n TO m", &()).await?;
    assert!(matches!(numbers(&db).await.unwrap_err().kind(), ErrorKind::NoColumn { .. }));
    Ok(())
}

async fn transaction_commits_or_rolls_back(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;

    let five = db
        .transaction(async |tx| {
            add(tx, 1).await?;
            add(tx, 2).await?;
            Ok(5)
        })
        .await;
    assert_eq!(five?, 5);

    let error = db
        .transaction(async |tx| {
            add(tx, 3).await?;
            Err::<(), _>(Error::other("mine"))
        })
        .await;
    assert_eq!(error.unwrap_err().to_string(), "mine");
    assert_eq!(numbers(&db).await?, [1, 2]);
    Ok(())
}

async fn a_panic_rolls_back(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    let task = tokio::spawn({
        let db = db.clone();
        async move {
            db.transaction(async |tx| {
                add(tx, 1).await?;
                tx.for_each_row("SELECT * FROM numbers", &(), &mut |_| panic!("in a row")).await
            })
            .await
        }
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    Ok(())
}

/// A receiver has a `&mut Tx`, and calls of models need a `&dyn Executor` repeatedly.
async fn a_borrowed_tx_is_an_executor_more_than_once(database: &Database) -> TestResult {
    async fn receiver(tx: &mut Tx) -> Result<()> {
        add(tx, 1).await?;
        add(tx, 2).await?;
        nested(tx).await?;
        nested(tx).await
    }
    async fn nested(tx: &mut Tx) -> Result<()> {
        add(tx, 3).await.map(drop)
    }
    let db = with_numbers(database.one().connect().await?).await?;
    db.transaction(async |tx| receiver(tx).await).await?;
    assert_eq!(numbers(&db).await?, [1, 2, 3, 3]);
    Ok(())
}

/// The futures can be tasks of a runtime with many threads.
#[test]
fn futures_are_send() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    async fn some_work(tx: &mut Tx, name: &str) -> Result<()> {
        tx.execute("..", &(name,)).await?;
        tx.for_each_row("..", &(name,), &mut |_| Ok(())).await?;
        tokio::task::yield_now().await;
        Ok(())
    }
    async fn transaction(db: &Db, name: String) -> Result<()> {
        db.transaction(async |tx| {
            some_work(tx, &name).await?;
            Ok(())
        })
        .await
    }
    #[expect(dead_code, reason = "only its type matters")]
    fn all(db: Db, executor: &dyn Executor) {
        drop(send(db.execute("..", &())));
        drop(send(db.for_each_row("..", &(), &mut |_| Ok(()))));
        drop(send(db.begin()));
        drop(send(add(executor, 1)));
        drop(send(numbers(executor)));
        drop(send(transaction(&db, String::new())));
        drop(send(Db::connect("..")));
        drop(tokio::spawn(async move {
            let name = String::from("ann");
            let name = name.as_str();
            let mut counted = 0;
            db.transaction(async |tx| {
                counted += 1;
                some_work(tx, name).await?;
                let mut owned = tx.handle();
                some_work(&mut owned, name).await?;
                Ok::<_, Error>(counted)
            })
            .await?;
            let tx = db.begin().await?;
            tx.on_commit(async |db| db.execute("..", &()).await.map(drop));
            tx.commit().await
        }));
    }
    fn sync<T: Send + Sync + 'static>() {}
    sync::<Db>();
    sync::<Tx>();
    sync::<Error>();
}

async fn a_handle_is_the_same_transaction_and_does_not_end_it(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    let tx = db.begin().await?;
    add(&tx.handle(), 1).await?;
    assert!(matches!(tx.handle().commit().await.unwrap_err().kind(), ErrorKind::NotYours));
    assert!(matches!(tx.handle().rollback().await.unwrap_err().kind(), ErrorKind::NotYours));
    add(&tx, 2).await?;
    let left = tx.handle();
    tx.commit().await?;
    assert_eq!(numbers(&db).await?, [1, 2]);
    assert!(matches!(add(&left, 3).await.unwrap_err().kind(), ErrorKind::Ended));
    assert!(matches!(numbers(&left).await.unwrap_err().kind(), ErrorKind::Ended));

    let tx = db.begin().await?;
    let left = tx.handle();
    drop(tx);
    assert!(matches!(add(&left, 3).await.unwrap_err().kind(), ErrorKind::Ended));
    Ok(())
}

/// `transaction` is left with the handle of another transaction.
async fn a_body_that_swaps_its_tx_for_a_handle_does_not_end_the_transaction_of_that(database: &Database) -> TestResult {
    let another = database.another().await?;
    let db = with_numbers(database.one().connect().await?).await?;
    let other = with_numbers(another.one().connect().await?).await?;
    for end in [|| Ok(()), || Err(Error::other("no"))] {
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        let mut handle = tx.handle();
        let swapped = other.transaction(async |own| {
            add(own, 1).await?;
            std::mem::swap(own, &mut handle);
            end()
        });
        let error = swapped.await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotYours) || error.to_string() == "no", "{error}");
        drop(handle);
        assert_eq!(numbers(&other).await?, [0_i64; 0]);
        add(&tx, 2).await?;
        tx.commit().await?;
        assert_eq!(numbers(&db).await?, [1, 2]);
        db.execute("DELETE FROM numbers", &()).await?;
    }
    Ok(())
}

async fn a_commit_that_fails_rolls_back(database: &Database) -> TestResult {
    let db = database.one().connect().await?;
    db.batch(
        "CREATE TABLE a (id BIGINT PRIMARY KEY);
         CREATE TABLE b (a BIGINT REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
    )
    .await?;
    let tx = db.begin().await?;
    tx.execute("INSERT INTO b VALUES (1)", &()).await?;
    tx.on_commit(async |_| panic!("no commit, no hook"));
    let error = tx.commit().await.unwrap_err();
    // SQLite does not say which table it was.
    let expected = if is_sqlite(&db) { None } else { Some("b") };
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { model } if model.as_deref() == expected), "{error}");
    assert_eq!(value(&db, "SELECT count(*) FROM b", &()).await?, Value::Integer(0));
    Ok(())
}

async fn sql_cannot_begin_or_end_a_transaction(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    for sql in [
        "BEGIN",
        " begin immediate",
        "/**/ BEGIN IMMEDIATE",
        "start transaction",
        "/**/ COMMIT",
        "end;",
        ";ROLLBACK",
        "-- a\nROLLBACK",
        "ABORT",
        "prepare transaction 'a'",
    ] {
        let error = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(error.ends_with("use `db.begin()` and `tx.commit()`, or `db.transaction(..)`"), "{error}");
        assert!(db.for_each_row(sql, &(), &mut |_| Ok(())).await.is_err());
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        assert!(tx.execute(sql, &()).await.is_err());
        assert!(tx.for_each_row(sql, &(), &mut |_| Ok(())).await.is_err());
        add(&tx, 1).await?;
        tx.rollback().await?;
    }
    for sql in ["SAVEPOINT a", "/**/ SAVEPOINT a", "release a"] {
        let error = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(error.ends_with("cannot be executed as SQL: use `tx.savepoint(..)`"), "{error}");
    }

    // In a batch it is found afterwards.
    let mut batches = vec!["SELECT 1; ROLLBACK", "ROLLBACK; BEGIN", "SELECT 1; /**/ ROLLBACK; SELECT 1"];
    if !is_sqlite(&db) {
        batches.push("SELECT 1; ROLLBACK AND CHAIN; SELECT 1");
    }
    for sql in batches {
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        let error = tx.batch(sql).await.unwrap_err();
        assert!(error.to_string().starts_with("the statement ended the transaction"), "{sql}: {error}");
        assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        assert_eq!(numbers(&db).await?, [0_i64; 0]);
    }
    Ok(())
}

async fn a_query_on_the_db_does_not_write(database: &Database) -> TestResult {
    for db in database.each().await? {
        let db = with_numbers(db).await?;
        let mut writes =
            vec!["INSERT INTO numbers VALUES (1) RETURNING n", "DELETE FROM numbers", "CREATE TABLE t (n BIGINT)"];
        if !is_sqlite(&db) {
            // Only the server can determine these.
            writes.push("WITH new AS (INSERT INTO numbers VALUES (1) RETURNING n) SELECT * FROM new");
            writes.push("EXPLAIN ANALYZE INSERT INTO numbers VALUES (1)");
        }
        for sql in writes {
            let error = db.for_each_row(sql, &(), &mut |_| Ok(())).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "`query` on a `Db` only reads, and the statement writes: use `execute`, or `query` on a `Tx`",
                "{sql}",
            );
            assert_eq!(numbers(&db).await?, [0_i64; 0]);
        }
        assert_eq!(value(&db, "WITH a AS (SELECT 7) SELECT * FROM a", &()).await?, Value::Integer(7));
        add(&db, 1).await?;
        assert_eq!(numbers(&db).await?, [1]);
        let tx = db.begin().await?;
        let returned = value(&tx, "INSERT INTO numbers VALUES (2) RETURNING n + 1", &()).await?;
        assert_eq!(returned, Value::Integer(3));
        tx.commit().await?;
        assert_eq!(numbers(&db).await?, [1, 2]);
    }
    Ok(())
}

async fn an_error_in_a_row_ends_the_query(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    for n in 1..=3 {
        add(&db, n).await?;
    }
    let mut seen = 0;
    let result = db
        .for_each_row("SELECT n FROM numbers", &(), &mut |_| {
            seen += 1;
            if seen == 2 { Err(Error::other("enough")) } else { Ok(()) }
        })
        .await;
    assert_eq!((seen, result.unwrap_err().to_string()), (2, "enough".to_owned()));
    assert_eq!(numbers(&db).await?.len(), 3);
    Ok(())
}

async fn a_batch_is_done_as_a_whole_on_the_db(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    let sql = "INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (NULL); INSERT INTO numbers VALUES (3)";
    assert!(matches!(db.batch(sql).await.unwrap_err().kind(), ErrorKind::NotNull { .. }));
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    db.batch("INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (2)").await?;
    let tx = db.begin().await?;
    tx.batch("INSERT INTO numbers VALUES (3); SELECT 1;").await?;
    tx.batch("").await?;
    tx.commit().await?;
    assert_eq!(numbers(&db).await?, [1, 2, 3]);
    let tx = db.begin().await?;
    assert!(tx.batch("INSERT INTO numbers VALUES (1); COMMIT;").await.is_err());
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    Ok(())
}

async fn printing_a_db_or_a_tx(database: &Database) -> TestResult {
    let db = database.one().connect().await?;
    assert_eq!(format!("{db:?}"), format!("Db {{ url: {:?}, .. }}", db.url()));
    let tx = db.begin().await?;
    let text = format!("{tx:?}");
    assert!(text.contains("transactions.rs:") && text.contains("broken: None"), "{text}");
    assert_eq!(tx.db().url(), db.url());
    let options = format!("{:?}", ConnectOptions::new("postgres://ann:secret@host/db"));
    assert!(!options.contains("secret"), "{options}");
    Ok(())
}
