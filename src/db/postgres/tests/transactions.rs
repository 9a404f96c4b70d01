use super::*;
use crate::db::Tx;
use crate::error::{Error, ErrorKind};

#[tokio::test]
async fn committed_or_not_at_all() {
    let schema = Schema::new(server!()).await;
    for db in [schema.db().await, schema.one().await] {
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
        // The connection that the transaction was dropped on is in order.
        add(&db, 4).await.unwrap();
        assert_eq!(numbers(&db).await.unwrap(), [1, 4]);

        for end in 0..3 {
            let tx = db.begin().await.unwrap();
            match end {
                0 => tx.commit().await.unwrap(),
                1 => tx.rollback().await.unwrap(),
                _ => drop(tx),
            }
        }
        db.execute("DROP TABLE numbers", &()).await.unwrap();
    }
}

#[tokio::test]
async fn others_see_what_is_committed_while_a_transaction_is_open() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.db().await).await;
    add(&db, 1).await.unwrap();
    let tx = db.begin().await.unwrap();
    add(&tx, 2).await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1]);
    assert_eq!(numbers(&tx).await.unwrap(), [1, 2]);
    // Another one writes beside it.
    add(&db, 3).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2, 3]);
}

/// PostgreSQL takes nothing any more after a failure, so the transaction is broken, whoever failed.
#[tokio::test]
async fn a_failed_statement_breaks_the_transaction() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    for sql in ["INSERT INTO numbers VALUES (NULL)", "SELCT 1", "SELECT 1 / n FROM numbers"] {
        let tx = db.begin().await.unwrap();
        add(&tx, 0).await.unwrap();
        let first = tx.execute(sql, &()).await.unwrap_err();
        for error in [
            add(&tx, 2).await.unwrap_err(),
            numbers(&tx).await.unwrap_err(),
            tx.batch("SELECT 1").await.unwrap_err(),
            tx.commit().await.unwrap_err(),
        ] {
            assert!(matches!(error.kind(), ErrorKind::Broken { first: text } if *text == first.to_string()), "{error}");
        }
        assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    }
    // Also when it is the first, with which BEGIN travels.
    let tx = db.begin().await.unwrap();
    tx.execute("INSERT INTO numbers VALUES (NULL)", &()).await.unwrap_err();
    assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await.unwrap();
    add(&db, 9).await.unwrap();
}

#[tokio::test]
async fn a_failure_in_rows_that_nobody_wants_is_not_missed() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await.unwrap();
    let sql = "SELECT 1 / (2 - n) FROM generate_series(1, 2) n";
    let error = tx.for_each_row(sql, &(), &mut |_| Err(Error::other("enough"))).await.unwrap_err();
    assert_eq!(error.to_string(), "division by zero");
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));

    let mut seen = 0;
    let sql = "SELECT n FROM generate_series(1, 100000) n";
    let result = db
        .for_each_row(sql, &(), &mut |_| {
            seen += 1;
            Err(Error::other("enough"))
        })
        .await;
    assert_eq!(result.unwrap_err().to_string(), "enough");
    assert_eq!(seen, 1);
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
}

#[tokio::test]
async fn a_panic_rolls_back() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
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

#[tokio::test]
async fn a_handle_is_the_same_transaction_and_does_not_end_it() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    let tx = db.begin().await.unwrap();
    add(&tx.handle(), 1).await.unwrap();
    assert!(matches!(tx.handle().commit().await.unwrap_err().kind(), ErrorKind::NotYours));
    add(&tx, 2).await.unwrap();
    let left = tx.handle();
    tx.commit().await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2]);
    assert!(matches!(add(&left, 3).await.unwrap_err().kind(), ErrorKind::Ended));

    let tx = db.begin().await.unwrap();
    let left = tx.handle();
    drop(tx);
    assert!(matches!(add(&left, 3).await.unwrap_err().kind(), ErrorKind::Ended));
}

#[tokio::test]
async fn statements_of_one_transaction_may_overlap() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    // What is not prepared yet may come later than what is.
    add(&db, 1).await.unwrap();
    numbers(&db).await.unwrap();
    let tx = db.begin().await.unwrap();
    let (one, two, three) = tokio::join!(add(&tx, 2), add(&tx, 3), numbers(&tx));
    assert_eq!((one.unwrap(), two.unwrap(), three.unwrap()), (1, 1, vec![1, 2, 3]));
    tx.commit().await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2, 3]);

    // COMMIT would go behind the statement, and answer nothing if that fails.
    let tx = db.begin().await.unwrap();
    let handle = tx.handle();
    let (slow, committed) =
        tokio::join!(handle.execute("INSERT INTO numbers SELECT 4 FROM pg_sleep(0.05)", &()), async {
            tokio::task::yield_now().await;
            tx.commit().await
        },);
    slow.unwrap();
    let error = committed.unwrap_err().to_string();
    assert!(error.starts_with("a statement of the transaction is still running"), "{error}");
    assert_eq!(numbers(&db).await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_commit_that_is_refused_rolls_back() {
    let schema = Schema::new(server!()).await;
    let db = schema.one().await;
    db.batch(
        "CREATE TABLE a (id BIGINT PRIMARY KEY);
         CREATE TABLE b (a BIGINT REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
    )
    .await
    .unwrap();
    let tx = db.begin().await.unwrap();
    tx.execute("INSERT INTO b VALUES (1)", &()).await.unwrap();
    tx.on_commit(async |_| panic!("no commit, no hook"));
    assert!(
        matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::ForeignKey { model: Some(table) } if table == "b")
    );
    assert_eq!(value(&db, "SELECT count(*) FROM b", &()).await.unwrap(), Value::Integer(0));
}

#[tokio::test]
async fn sql_cannot_begin_or_end_a_transaction() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    for sql in ["BEGIN", "start transaction", "/**/ COMMIT", "end;", ";ROLLBACK", "ABORT", "prepare transaction 'a'"] {
        let error = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(error.ends_with("use `db.begin()` and `tx.commit()`, or `db.transaction(..)`"), "{error}");
        assert!(db.for_each_row(sql, &(), &mut |_| Ok(())).await.is_err());
        let tx = db.begin().await.unwrap();
        add(&tx, 1).await.unwrap();
        assert!(tx.execute(sql, &()).await.is_err());
        add(&tx, 1).await.unwrap();
        tx.rollback().await.unwrap();
    }
    for sql in ["SAVEPOINT a", "/**/ SAVEPOINT a", "release a"] {
        let error = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(error.ends_with("cannot be executed as SQL: use `tx.savepoint(..)`"), "{error}");
    }

    // In a batch it is found afterwards.
    for sql in ["SELECT 1; ROLLBACK", "ROLLBACK; BEGIN", "SELECT 1; ROLLBACK AND CHAIN; SELECT 1"] {
        let tx = db.begin().await.unwrap();
        add(&tx, 1).await.unwrap();
        let error = tx.batch(sql).await.unwrap_err();
        assert!(error.to_string().starts_with("the statement ended the transaction"), "{sql}: {error}");
        assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    }
}

#[tokio::test]
async fn a_batch_is_done_as_a_whole_on_the_db() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    let sql = "INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (NULL); INSERT INTO numbers VALUES (3)";
    assert!(matches!(db.batch(sql).await.unwrap_err().kind(), ErrorKind::NotNull { .. }));
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    db.batch("INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (2)").await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.batch("INSERT INTO numbers VALUES (3); SELECT 1;").await.unwrap();
    tx.batch("").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_query_on_the_db_does_not_write() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    for sql in [
        "INSERT INTO numbers VALUES (1) RETURNING n",
        "DELETE FROM numbers",
        "WITH new AS (INSERT INTO numbers VALUES (1) RETURNING n) SELECT * FROM new",
        "EXPLAIN ANALYZE INSERT INTO numbers VALUES (1)",
        "CREATE TABLE t ()",
    ] {
        let error = db.for_each_row(sql, &(), &mut |_| Ok(())).await.unwrap_err().to_string();
        assert!(error.starts_with("`query` on a `Db` only reads"), "{sql}: {error}");
        assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    }
    assert_eq!(value(&db, "WITH a AS (SELECT 7) SELECT * FROM a", &()).await.unwrap(), Value::Integer(7));
    assert_eq!(value(&db, "(SELECT 7)", &()).await.unwrap(), Value::Integer(7));
    add(&db, 1).await.unwrap();
    assert_eq!(numbers(&db).await.unwrap(), [1]);
    let tx = db.begin().await.unwrap();
    assert_eq!(value(&tx, "INSERT INTO numbers VALUES (2) RETURNING n", &()).await.unwrap(), Value::Integer(2));
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_table_that_was_altered_is_seen_by_prepared_statements() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    let sql = "SELECT * FROM numbers";
    let columns = async || {
        let mut columns = 0;
        db.for_each_row(sql, &(), &mut |row| {
            columns = row.columns();
            Ok(())
        })
        .await
        .map(|()| columns)
    };
    add(&db, 1).await.unwrap();
    assert_eq!(columns().await.unwrap(), 1);
    db.execute("ALTER TABLE numbers ADD COLUMN m BIGINT", &()).await.unwrap();
    assert_eq!(columns().await.unwrap(), 2);
    // In a transaction nothing can be tried twice.
    db.execute("ALTER TABLE numbers DROP COLUMN m", &()).await.unwrap();
    let tx = db.begin().await.unwrap();
    let error = tx.for_each_row(sql, &(), &mut |_| Ok(())).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Serialization { .. }), "{error}");
    tx.rollback().await.unwrap();
    let tx = db.begin().await.unwrap();
    tx.for_each_row(sql, &(), &mut |_| Ok(())).await.unwrap();
    tx.rollback().await.unwrap();
    // Whoever deallocates our statements does no harm.
    db.execute("DEALLOCATE ALL", &()).await.unwrap();
    assert_eq!(columns().await.unwrap(), 1);
    db.execute("ALTER TABLE numbers RENAME COLUMN n TO k", &()).await.unwrap();
    assert!(matches!(numbers(&db).await.unwrap_err().kind(), ErrorKind::NoColumn { column, .. } if column == "n"));
}

#[tokio::test]
async fn printing_a_db_or_a_tx_tells_no_password() {
    let url = server!().replacen("root@", "root:secret@", 1);
    let db = Db::connect(&url).await.unwrap();
    let tx = db.begin().await.unwrap();
    let text = format!("{db:?} {tx:?} {:?} {}", ConnectOptions::new(&url), db.url());
    assert!(text.contains("***") && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_transaction_in_the_body_of_another_one_is_refused_at_once() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.db().await).await;
    let nested = async |_: &mut Tx| db.transaction(async |tx| add(tx, 1).await).await;
    let (result, line) = (db.transaction(nested).await, line!());
    assert!(
        matches!(result.as_ref().unwrap_err().kind(), ErrorKind::NestedTransaction { outer } if outer.line() == line),
        "{result:?}"
    );
    // One that is meant to be independent.
    let kept = async |_: &mut Tx| {
        let independent = db.begin().await?;
        add(&independent, 2).await?;
        independent.commit().await?;
        Err::<(), _>(Error::other("undo the outer one"))
    };
    db.transaction(kept).await.unwrap_err();
    assert_eq!(numbers(&db).await.unwrap(), [2]);
}
