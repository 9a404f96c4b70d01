//! `connection_created`: rule 53 of `docs/behaviour.md`.

use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use signals::ConnectOptions;
use signals::ErrorKind;
use signals::db::NewConnection;
use signals::db::connection_created;
use signals::prelude::*;
use tokio::sync::{Mutex, MutexGuard};

use crate::databases::{Schema, TestResult, is_sqlite};
use crate::log::Log;

static LOG: Log = Log::new();
/// What the receivers do, as one of the constants below.
static MODE: AtomicU32 = AtomicU32::new(SET);
pub(crate) const SET: u32 = 0;
const FAIL: u32 = 1;
const BEGIN: u32 = 2;

#[receiver(connection_created)]
async fn set_up(connection: &mut NewConnection<'_>, url: &str) -> Result<()> {
    let writes = if connection.is_read_only() { "reads" } else { "writes" };
    match MODE.load(Ordering::Relaxed) {
        FAIL => return Err(Error::other("no tenant")),
        BEGIN => {
            connection.execute("/**/ BEGIN", &()).await?;
        }
        _ if url.starts_with("sqlite") => {
            let mut foreign_keys = 0;
            connection
                .for_each_row("PRAGMA foreign_keys", &(), &mut |row| {
                    foreign_keys = row.get(0)?;
                    Ok(())
                })
                .await?;
            connection.execute("PRAGMA cache_size = -4321", &()).await?;
            LOG.note(format!("it {writes}, foreign keys {foreign_keys}"));
        }
        _ => {
            connection.execute("SELECT set_config('app.tenant', $1, false)", &("ann",)).await?;
            assert!(!url.contains("secret"));
            LOG.note(format!("it {writes}"));
        }
    }
    Ok(())
}

#[cfg(feature = "sqlite")]
#[receiver(connection_created, after = [set_up])]
fn with_the_driver(connection: &mut NewConnection<'_>) -> Result<()> {
    if let Some(raw) = connection.sqlite() {
        raw.execute_batch("PRAGMA temp_store = MEMORY").map_err(Error::other)?;
    }
    Ok(())
}

/// The receivers belong to one test at a time.
pub(crate) async fn alone(mode: u32) -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    let alone = ONE.lock().await;
    MODE.store(mode, Ordering::Relaxed);
    LOG.take();
    alone
}

async fn read(db: &Db, sql: &str) -> i64 {
    let mut value = 0;
    db.for_each_row(sql, &(), &mut |row| {
        value = row.get(0)?;
        Ok(())
    })
    .await
    .unwrap();
    value
}

#[tokio::test]
async fn rule_53_connection_created_is_sent_for_each_connection_to_sqlite() -> TestResult {
    let _alone = alone(SET).await;
    let memory = Db::connect("sqlite::memory:").await?;
    assert_eq!(read(&memory, "PRAGMA cache_size").await, -4321);
    assert_eq!(read(&memory, "PRAGMA temp_store").await, 2);
    LOG.is(&expect![["it writes, foreign keys 1\n"]]);

    let file = std::env::temp_dir().join(format!("signals-created-{}.db", std::process::id()));
    let db = Db::connect(&format!("sqlite:{}", file.display())).await?;
    LOG.note("connected");
    db.execute("CREATE TABLE t (a INTEGER)", &()).await?;
    LOG.note("written");
    assert_eq!(read(&db, "PRAGMA cache_size").await, -4321);
    assert_eq!(read(&db, "PRAGMA cache_size").await, -4321);
    LOG.is(&expect![[r"
        it writes, foreign keys 1
        connected
        written
        it reads, foreign keys 1
    "]]);
    drop(db);
    std::fs::remove_file(file)?;
    Ok(())
}

#[tokio::test]
async fn rule_53_connection_created_is_sent_for_each_connection_to_postgres() -> TestResult {
    let _alone = alone(SET).await;
    let Some(schema) = Schema::new().await else { return Ok(()) };
    LOG.take();
    let db = ConnectOptions::new(schema.url()).pool_size(2).connect().await?;
    LOG.note("connected");
    let tenant = "SELECT CASE current_setting('app.tenant', true) WHEN 'ann' THEN 1 ELSE 0 END::bigint";
    let (first, second) = (db.begin().await?, db.begin().await?);
    for tx in [&first, &second] {
        let mut is_set = 0;
        tx.for_each_row(tenant, &(), &mut |row| {
            is_set = row.get(0)?;
            Ok(())
        })
        .await?;
        assert_eq!(is_set, 1);
    }
    LOG.note("two at once");
    // What takes the place of a lost connection is a new one.
    first.execute("SELECT pg_terminate_backend(pg_backend_pid())", &()).await.unwrap_err();
    drop(first);
    second.execute("SELECT pg_terminate_backend(pg_backend_pid())", &()).await.unwrap_err();
    drop(second);
    assert_eq!(read(&db, tenant).await, 1);
    LOG.is(&expect![[r"
        it writes
        connected
        it writes
        two at once
        it writes
    "]]);
    Ok(())
}

/// A file, which readers next to the writer need, and a schema.
async fn urls(test: &str) -> (Vec<String>, Option<Schema>, std::path::PathBuf) {
    let file = std::env::temp_dir().join(format!("signals-{test}-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let schema = Schema::new().await;
    let urls = [format!("sqlite:{}", file.display())].into_iter().chain(schema.as_ref().map(Schema::url)).collect();
    (urls, schema, file)
}

#[tokio::test]
async fn rule_53_a_receiver_that_fails_is_the_error_of_the_caller_that_needed_the_connection() -> TestResult {
    let alone = alone(SET).await;
    let (urls, schema, file) = urls("created-fails").await;
    for url in urls {
        MODE.store(FAIL, Ordering::Relaxed);
        let error = Db::connect(&url).await.unwrap_err();
        let ErrorKind::Receiver(receiver) = error.kind() else { panic!("{error}") };
        assert_eq!(receiver.signal, "connection_created");
        assert!(error.to_string().contains("no tenant"), "{error}");

        MODE.store(SET, Ordering::Relaxed);
        let db = Db::connect(&url).await?;
        MODE.store(FAIL, Ordering::Relaxed);
        // The connection that is there serves; the second one fails, and the next attempt is a new one.
        let tx = db.begin().await?;
        let one = "SELECT 1";
        let error = db.for_each_row(one, &(), &mut |_| Ok(())).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Receiver(_)), "{error}");
        MODE.store(SET, Ordering::Relaxed);
        db.for_each_row(one, &(), &mut |_| Ok(())).await?;
        tx.rollback().await?;

        MODE.store(BEGIN, Ordering::Relaxed);
        let text = Db::connect(&url).await.unwrap_err().to_string();
        assert!(text.contains("db.begin()"), "{text}");
        assert_eq!(is_sqlite(&db), url.starts_with("sqlite"));
        MODE.store(SET, Ordering::Relaxed);
    }
    drop(schema);
    drop(alone);
    let _ = std::fs::remove_file(file);
    Ok(())
}
