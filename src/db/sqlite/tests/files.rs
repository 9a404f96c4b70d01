//! A SQLite file: what its commits survive, the size of its log, and its connections that read.

use super::*;
use crate::db::{Synchronous, TransactionOptions};
use crate::error::ErrorKind;

async fn pragma(db: &Db, name: &str) -> Result<Value> {
    let tx = db.begin().await?;
    value(&tx, &format!("PRAGMA {name}"), &()).await
}

const NORMAL: Value = Value::Integer(1);
const FULL: Value = Value::Integer(2);

#[tokio::test]
async fn the_durability_of_commits_can_be_set_in_the_options_and_in_the_url() -> TestResult {
    let folder = Folder::new()?;
    let full = format!("{}?synchronous=full&mode=rwc", folder.url());
    let normal = format!("{}?synchronous=normal", folder.url());
    for (options, expected) in [
        (ConnectOptions::new(folder.url()), NORMAL),
        (ConnectOptions::new(&normal), NORMAL),
        (ConnectOptions::new(&full), FULL),
        (ConnectOptions::new(folder.url()).synchronous(Synchronous::Full), FULL),
        (ConnectOptions::new(&full).synchronous(Synchronous::Normal), NORMAL),
        (ConnectOptions::new(&normal).synchronous(Synchronous::Full), FULL),
    ] {
        let text = format!("{options:?}");
        let db = options.connect().await?;
        assert_eq!(pragma(&db, "synchronous").await?, expected, "{text}");
        assert_eq!(pragma(&db, "journal_mode").await?, Value::Text("wal".to_owned()));
    }
    let error = Db::connect(&format!("{}?synchronous=off", folder.url())).await.unwrap_err();
    assert!(error.to_string().contains("`synchronous=normal`, `synchronous=full`"), "{error}");
    Ok(())
}

#[tokio::test]
async fn the_log_of_a_file_shrinks_after_a_large_transaction() -> TestResult {
    const LIMIT: u64 = 8 << 20;
    let folder = Folder::new()?;
    let db = folder.patient().await?;
    db.execute("CREATE TABLE large (bytes BLOB)", &()).await?;
    let log = || std::fs::metadata(format!("{}-wal", folder.path().display())).map_or(0, |log| log.len());

    // Without a reader, and with one.
    for is_read in [false, true] {
        let reading = TransactionOptions::new().read_only();
        let reader = if is_read { Some(db.begin_with(reading).await?) } else { None };
        if let Some(reader) = &reader {
            value(reader, "SELECT count(*) FROM large", &()).await?;
        }
        let tx = db.begin().await?;
        for _ in 0..20 {
            tx.execute("INSERT INTO large VALUES (zeroblob(1048576))", &()).await?;
        }
        tx.commit().await?;
        assert!(log() > 2 * LIMIT, "{}", log());
        drop(reader);
        for _ in 0..3 {
            db.execute("INSERT INTO large VALUES (NULL)", &()).await?;
        }
        assert!(log() <= LIMIT, "{}", log());
    }
    drop(db);
    assert_eq!(log(), 0);
    Ok(())
}

#[tokio::test]
async fn transactions_that_read_a_file_have_as_many_connections_as_the_pool_may_have() -> TestResult {
    let folder = Folder::new()?;
    let timeout = Duration::from_millis(100);
    let options = folder.options().pool_size(2).pool_timeout(timeout);
    let db = with_numbers(options.connect().await?).await?;
    let reading = || db.begin_with(TransactionOptions::new().read_only());
    let (one, line) = (reading().await?, line!() - 1);
    let two = reading().await?;
    let error = reading().await.unwrap_err();
    let text = error.to_string();
    let ErrorKind::PoolBusy { waited, held } = error.into_kind() else { panic!("{text}") };
    assert!(waited >= timeout, "{waited:?}");
    assert_eq!(held.iter().map(|(place, count)| (place.line(), *count)).collect::<Vec<_>>(), [(line, 2)]);
    // Queries and writes do not wait for them.
    add(&db, 1).await?;
    assert_eq!(numbers(&db).await?, [1]);
    // A caller that waits gets the next connection.
    let (three, ()) = tokio::join!(reading(), async { drop(one) });
    assert_eq!(numbers(&three?).await?, [1]);
    two.rollback().await?;
    drop(reading().await?);
    Ok(())
}
