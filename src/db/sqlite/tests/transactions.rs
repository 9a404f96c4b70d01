//! Transactions of SQLite.

use super::*;
use crate::error::{Error, ErrorKind};

#[tokio::test]
async fn committed_rows_are_there_after_connecting_again() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.db().await?).await?;
    add(&db, 1).await?;
    numbers(&db).await?;
    drop(db);
    assert!(!folder.0.join("test.db-wal").exists(), "the last connection tidies up");
    assert_eq!(numbers(&folder.db().await?).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn every_connect_to_memory_is_its_own_database() -> TestResult {
    let (one, two) = (with_numbers(memory().await?).await?, memory().await?);
    add(&one.clone(), 1).await?;
    assert_eq!(numbers(&one).await?, [1]);
    assert!(matches!(numbers(&two).await.unwrap_err().kind(), ErrorKind::NoTable { .. }));
    Ok(())
}

#[tokio::test]
async fn a_broken_transaction_only_rolls_back() -> TestResult {
    let db = with_numbers(memory().await?).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    let first = tx.execute("INSERT INTO numbers VALUES (NULL)", &()).await.unwrap_err();
    // A failure of raw SQL does not break it, a failure of a model does.
    add(&tx, 2).await?;
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
    assert_eq!(numbers(&db).await?, [0_i64; 0]);

    let tx = db.begin().await?;
    tx.fail(&first);
    tx.rollback().await?;
    add(&db, 9).await?;
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_is_broken() -> TestResult {
    let db = memory().await?;
    db.execute("CREATE TABLE t (n INTEGER UNIQUE ON CONFLICT ROLLBACK)", &()).await?;
    let tx = db.begin().await?;
    tx.execute("INSERT INTO t VALUES (1)", &()).await?;
    assert!(matches!(tx.execute("INSERT INTO t VALUES (1)", &()).await.unwrap_err().kind(), ErrorKind::Unique { .. }));
    // Otherwise this would be committed immediately.
    assert!(matches!(tx.execute("INSERT INTO t VALUES (2)", &()).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    tx.rollback().await?;
    assert_eq!(value(&db, "SELECT count(*) FROM t", &()).await?, Value::Integer(0));
    Ok(())
}
