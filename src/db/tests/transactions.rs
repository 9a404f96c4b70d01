use super::*;
use crate::db::Tx;
use crate::error::{Error, ErrorKind};

#[tokio::test]
async fn committed_or_not_at_all() {
    for db in [memory().await, Folder::new().db().await] {
        let db = with_numbers(db).await;

        let tx = db.begin().await.unwrap();
        add(&tx, 1).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(numbers(&db).await.unwrap(), [1]);

        let tx = db.begin().await.unwrap();
        add(&tx, 2).await.unwrap();
        assert_eq!(numbers(&tx).await.unwrap(), [1, 2]);
        tx.rollback().await.unwrap();
        assert_eq!(numbers(&db).await.unwrap(), [1]);

        let tx = db.begin().await.unwrap();
        add(&tx, 3).await.unwrap();
        drop(tx);
        assert_eq!(numbers(&db).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_connecting_again() {
    let folder = Folder::new();
    let db = with_numbers(folder.db().await).await;
    add(&db, 1).await.unwrap();
    numbers(&db).await.unwrap();
    drop(db);
    assert!(!exists(&folder.0.join("test.db-wal")), "the last connection tidies up");
    assert_eq!(numbers(&folder.db().await).await.unwrap(), [1]);
}

#[tokio::test]
async fn every_connect_to_memory_is_its_own_database() {
    let (one, two) = (with_numbers(memory().await).await, memory().await);
    add(&one.clone(), 1).await.unwrap();
    assert_eq!(numbers(&one).await.unwrap(), [1]);
    assert!(matches!(numbers(&two).await.unwrap_err().kind(), ErrorKind::NoTable { .. }));
}

#[tokio::test]
async fn readers_see_what_is_committed_while_a_writer_is_open() {
    let folder = Folder::new();
    let db = with_numbers(folder.db().await).await;
    add(&db, 1).await.unwrap();
    let tx = db.begin().await.unwrap();
    add(&tx, 2).await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1]);
    assert_eq!(numbers(&tx).await.unwrap(), [1, 2]);
    tx.commit().await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2]);
    // A change of the schema is seen by statements that a reader has prepared.
    db.execute("ALTER TABLE numbers RENAME COLUMN n TO m", &()).await.unwrap();
    assert!(matches!(numbers(&db).await.unwrap_err().kind(), ErrorKind::NoColumn { .. }));
}

#[tokio::test]
async fn transaction_commits_or_rolls_back() {
    let db = with_numbers(memory().await).await;

    let five = db
        .transaction(async |tx| {
            add(tx, 1).await?;
            add(tx, 2).await?;
            Ok(5)
        })
        .await;
    assert_eq!(five.unwrap(), 5);

    let error = db
        .transaction(async |tx| {
            add(tx, 3).await?;
            Err::<(), _>(Error::other("mine"))
        })
        .await;
    assert_eq!(error.unwrap_err().to_string(), "mine");
    assert_eq!(numbers(&db).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_panic_rolls_back() {
    let db = with_numbers(memory().await).await;
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
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
}

/// A receiver holds a `&mut Tx`, and calls of models want a `&dyn Executor` again and again.
#[tokio::test]
async fn a_borrowed_tx_is_an_executor_more_than_once() {
    async fn receiver(tx: &mut Tx) -> Result<()> {
        add(tx, 1).await?;
        add(tx, 2).await?;
        nested(tx).await?;
        nested(tx).await
    }
    async fn nested(tx: &mut Tx) -> Result<()> {
        add(tx, 3).await.map(drop)
    }
    let db = with_numbers(memory().await).await;
    db.transaction(async |tx| receiver(tx).await).await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2, 3, 3]);
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

#[tokio::test]
async fn a_handle_is_the_same_transaction_and_does_not_end_it() {
    let db = with_numbers(memory().await).await;
    let tx = db.begin().await.unwrap();
    add(&tx.handle(), 1).await.unwrap();
    assert!(matches!(tx.handle().commit().await.unwrap_err().kind(), ErrorKind::NotYours));
    assert!(matches!(tx.handle().rollback().await.unwrap_err().kind(), ErrorKind::NotYours));
    add(&tx, 2).await.unwrap();
    let left = tx.handle();
    tx.commit().await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2]);
    assert!(matches!(add(&left, 3).await.unwrap_err().kind(), ErrorKind::Ended));
    assert!(matches!(numbers(&left).await.unwrap_err().kind(), ErrorKind::Ended));

    let tx = db.begin().await.unwrap();
    let left = tx.handle();
    drop(tx);
    assert!(matches!(add(&left, 3).await.unwrap_err().kind(), ErrorKind::Ended));
}

/// `transaction` is left with a handle that is not its own.
#[tokio::test]
async fn a_body_that_swaps_its_tx_for_a_handle_does_not_end_the_transaction_of_that() {
    let (db, other) = (with_numbers(memory().await).await, with_numbers(memory().await).await);
    for end in [|| Ok(()), || Err(Error::other("no"))] {
        let tx = db.begin().await.unwrap();
        add(&tx, 1).await.unwrap();
        let mut handle = tx.handle();
        let swapped = other.transaction(async |own| {
            add(own, 1).await?;
            std::mem::swap(own, &mut handle);
            end()
        });
        let error = swapped.await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotYours) || error.to_string() == "no", "{error}");
        drop(handle);
        assert_eq!(numbers(&other).await.unwrap(), [0_i64; 0]);
        add(&tx, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(numbers(&db).await.unwrap(), [1, 2]);
        db.execute("DELETE FROM numbers", &()).await.unwrap();
    }
}

#[tokio::test]
async fn a_broken_transaction_only_rolls_back() {
    let db = with_numbers(memory().await).await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await.unwrap();
    let first = tx.execute("INSERT INTO numbers VALUES (NULL)", &()).await.unwrap_err();
    // Raw SQL does not break it, a model does.
    add(&tx, 2).await.unwrap();
    tx.fail(&first);
    let error = add(&tx, 3).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the transaction is broken and must be rolled back, its first failure was: `n` of `numbers` has no value: set \
         it, or make the field an `Option`",
    );
    tx.fail(&error);
    tx.fail(&Error::other("a later one"));
    for error in [
        numbers(&tx).await.unwrap_err(),
        inserted(&tx, "INSERT INTO numbers VALUES (1)", &()).await.unwrap_err(),
        tx.batch("SELECT 1").await.unwrap_err(),
        tx.commit().await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Broken { first: text } if *text == first.to_string()), "{error}");
    }
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);

    let tx = db.begin().await.unwrap();
    tx.fail(&first);
    tx.rollback().await.unwrap();
    add(&db, 9).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_rolls_back() {
    let db = memory().await;
    db.batch(
        "CREATE TABLE a (id INTEGER PRIMARY KEY);
         CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
    )
    .await
    .unwrap();
    let tx = db.begin().await.unwrap();
    tx.execute("INSERT INTO b VALUES (1)", &()).await.unwrap();
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::ForeignKey { .. }));
    assert_eq!(value(&db, "SELECT count(*) FROM b", &()).await.unwrap(), Value::Integer(0));
}

#[tokio::test]
async fn sql_cannot_begin_or_end_a_transaction() {
    let db = with_numbers(memory().await).await;
    for sql in ["BEGIN", " begin immediate", "/**/ BEGIN IMMEDIATE", "COMMIT", "end;", "-- a\nROLLBACK"] {
        let error = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(error.ends_with("use `db.begin()` and `tx.commit()`, or `db.transaction(..)`"), "{error}");
        assert!(db.for_each_row(sql, &(), &mut |_| Ok(())).await.is_err());
        let tx = db.begin().await.unwrap();
        assert!(tx.execute(sql, &()).await.is_err());
        assert!(tx.for_each_row(sql, &(), &mut |_| Ok(())).await.is_err());
        add(&tx, 1).await.unwrap();
        tx.rollback().await.unwrap();
    }

    for sql in ["SAVEPOINT a", "/**/ SAVEPOINT a", "release a"] {
        let error = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(error.ends_with("cannot be executed as SQL: use `tx.savepoint(..)`"), "{error}");
    }

    // In a batch it is found afterwards.
    for sql in ["SELECT 1; ROLLBACK", "ROLLBACK; BEGIN", "SELECT 1; /**/ COMMIT; SELECT 1"] {
        let tx = db.begin().await.unwrap();
        let error = tx.batch(sql).await.unwrap_err();
        assert!(error.to_string().starts_with("the statement ended the transaction"), "{sql}: {error}");
        assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    }
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_is_broken() {
    let db = memory().await;
    db.execute("CREATE TABLE t (n INTEGER UNIQUE ON CONFLICT ROLLBACK)", &()).await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.execute("INSERT INTO t VALUES (1)", &()).await.unwrap();
    assert!(matches!(tx.execute("INSERT INTO t VALUES (1)", &()).await.unwrap_err().kind(), ErrorKind::Unique { .. }));
    // It would be committed at once.
    assert!(matches!(tx.execute("INSERT INTO t VALUES (2)", &()).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await.unwrap();
    assert_eq!(value(&db, "SELECT count(*) FROM t", &()).await.unwrap(), Value::Integer(0));
}

#[tokio::test]
async fn a_query_on_the_db_does_not_write() {
    for db in [memory().await, Folder::new().db().await] {
        let db = with_numbers(db).await;
        for sql in ["INSERT INTO numbers VALUES (1) RETURNING n", "DELETE FROM numbers"] {
            let error = db.for_each_row(sql, &(), &mut |_| Ok(())).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "`query` on a `Db` only reads, and the statement writes: use `execute`, or `query` on a `Tx`",
            );
        }
        assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
        let tx = db.begin().await.unwrap();
        let returned = value(&tx, "INSERT INTO numbers VALUES (1) RETURNING n + 1", &()).await.unwrap();
        assert_eq!(returned, Value::Integer(2));
        tx.commit().await.unwrap();
        assert_eq!(numbers(&db).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn an_error_in_a_row_ends_the_query() {
    let db = with_numbers(memory().await).await;
    for n in 1..=3 {
        add(&db, n).await.unwrap();
    }
    let mut seen = 0;
    let result = db
        .for_each_row("SELECT n FROM numbers", &(), &mut |_| {
            seen += 1;
            if seen == 2 { Err(Error::other("enough")) } else { Ok(()) }
        })
        .await;
    assert_eq!((seen, result.unwrap_err().to_string()), (2, "enough".to_owned()));
    assert_eq!(numbers(&db).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_batch_is_done_as_a_whole_on_the_db() {
    let db = with_numbers(memory().await).await;
    let sql = "INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (NULL); INSERT INTO numbers VALUES (3)";
    assert!(matches!(db.batch(sql).await.unwrap_err().kind(), ErrorKind::NotNull { .. }));
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    let tx = db.begin().await.unwrap();
    assert!(tx.batch("INSERT INTO numbers VALUES (1); COMMIT;").await.is_err());
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
}

#[tokio::test]
async fn printing_a_db_or_a_tx() {
    let db = memory().await;
    assert_eq!(format!("{db:?}"), r#"Db { url: "sqlite::memory:", .. }"#);
    let tx = db.begin().await.unwrap();
    let text = format!("{tx:?}");
    assert!(text.contains("transactions.rs:") && text.contains("broken: None"), "{text}");
    assert_eq!(tx.db().url(), db.url());
    let options = format!("{:?}", ConnectOptions::new("postgres://ann:secret@host/db"));
    assert!(!options.contains("secret"), "{options}");
}
