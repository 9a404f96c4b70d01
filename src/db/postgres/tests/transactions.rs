//! Transactions of PostgreSQL.

use super::*;
use crate::error::{Error, ErrorKind};

/// PostgreSQL accepts no further statement after a failure, so the transaction is broken, also by raw SQL.
#[tokio::test]
async fn a_failed_statement_breaks_the_transaction() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    for sql in ["INSERT INTO numbers VALUES (NULL)", "SELCT 1", "SELECT 1 / n FROM numbers"] {
        let tx = db.begin().await?;
        add(&tx, 0).await?;
        let first = tx.execute(sql, &()).await.unwrap_err();
        for error in [
            add(&tx, 2).await.unwrap_err(),
            numbers(&tx).await.unwrap_err(),
            tx.batch("SELECT 1").await.unwrap_err(),
            tx.commit().await.unwrap_err(),
        ] {
            assert!(matches!(error.kind(), ErrorKind::Broken { first: text } if *text == first.to_string()), "{error}");
        }
        assert_eq!(numbers(&db).await?, [0_i64; 0]);
    }
    // Also when it is the first statement, with which BEGIN is sent.
    let tx = db.begin().await?;
    tx.execute("INSERT INTO numbers VALUES (NULL)", &()).await.unwrap_err();
    assert!(matches!(add(&tx, 2).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await?;
    add(&db, 9).await?;
    Ok(())
}

#[tokio::test]
async fn a_failure_in_the_remaining_rows_is_not_missed() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
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
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    Ok(())
}

#[tokio::test]
async fn statements_of_one_transaction_may_overlap() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    // Statements that have to be prepared first may arrive later.
    add(&db, 1).await?;
    numbers(&db).await?;
    let tx = db.begin().await?;
    let (one, two, three) = tokio::join!(add(&tx, 2), add(&tx, 3), numbers(&tx));
    assert_eq!((one?, two?, three?), (1, 1, vec![1, 2, 3]));
    tx.commit().await?;
    assert_eq!(numbers(&db).await?, [1, 2, 3]);

    // COMMIT would be executed after the statement, and return no error if that fails.
    let tx = db.begin().await?;
    let handle = tx.handle();
    let (slow, committed) =
        tokio::join!(handle.execute("INSERT INTO numbers SELECT 4 FROM pg_sleep(0.05)", &()), async {
            tokio::task::yield_now().await;
            tx.commit().await
        },);
    slow?;
    let error = committed.unwrap_err().to_string();
    assert!(error.starts_with("a statement of the transaction is still running"), "{error}");
    assert_eq!(numbers(&db).await?, [1, 2, 3]);
    Ok(())
}

#[tokio::test]
async fn a_table_that_was_altered_is_seen_by_prepared_statements() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
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
    add(&db, 1).await?;
    assert_eq!(columns().await?, 1);
    db.execute("ALTER TABLE numbers ADD COLUMN m BIGINT", &()).await?;
    assert_eq!(columns().await?, 2);
    // In a transaction a statement cannot be repeated.
    db.execute("ALTER TABLE numbers DROP COLUMN m", &()).await?;
    let tx = db.begin().await?;
    let error = tx.for_each_row(sql, &(), &mut |_| Ok(())).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Serialization { .. }), "{error}");
    tx.rollback().await?;
    let tx = db.begin().await?;
    tx.for_each_row(sql, &(), &mut |_| Ok(())).await?;
    tx.rollback().await?;
    // Deallocated statements are prepared again.
    db.execute("DEALLOCATE ALL", &()).await?;
    assert_eq!(columns().await?, 1);
    db.execute("ALTER TABLE numbers RENAME COLUMN n TO k", &()).await?;
    assert!(matches!(numbers(&db).await.unwrap_err().kind(), ErrorKind::NoColumn { column, .. } if column == "n"));
    Ok(())
}

#[tokio::test]
async fn printing_a_db_or_a_tx_shows_no_password() -> TestResult {
    let url = server!().replacen("root@", "root:secret@", 1);
    let db = Db::connect(&url).await?;
    let tx = db.begin().await?;
    let text = format!("{db:?} {tx:?} {:?} {}", ConnectOptions::new(&url), db.url());
    assert!(text.contains("***") && !text.contains("secret"), "{text}");
    Ok(())
}
