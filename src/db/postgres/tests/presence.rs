//! The connections of workers. Workers in other processes are in `db/tests/presence.rs`.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::db::driver::Driver;
use crate::db::presence::Woken;
use crate::db::tests::presence::is_woken;
use crate::error::ErrorKind;

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(200);

/// The server process of the only worker of a schema.
async fn pid_of_worker(db: &Db) -> TestResult<i64> {
    let sql = "SELECT pid::bigint FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock(%' \
               AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    match value(db, sql, &()).await? {
        Value::Integer(pid) => Ok(pid),
        other => Err(format!("there is no worker: {other:?}").into()),
    }
}

#[tokio::test]
async fn a_worker_is_woken_by_another_db_within_100_ms() -> TestResult {
    let schema = schema!();
    let (db, other) = (schema.options().connect().await?, schema.options().connect().await?);
    let mut presence = db.announce().await?;
    let mut fastest = LONG;
    for _ in 0..5 {
        let began = Instant::now();
        other.wake_others().await?;
        assert!(is_woken(&mut presence, LONG).await?);
        fastest = fastest.min(began.elapsed());
    }
    println!("woken after {fastest:?}");
    assert!(fastest < Duration::from_millis(100), "{fastest:?}");
    assert!(!is_woken(&mut presence, SHORT).await?);
    Ok(())
}

#[tokio::test]
async fn a_notification_is_not_lost_when_no_future_waits_for_it() -> TestResult {
    let schema = schema!();
    let (db, other) = (schema.options().connect().await?, schema.options().connect().await?);
    let mut presence = db.announce().await?;
    assert!(!is_woken(&mut presence, SHORT).await?);
    for _ in 0..3 {
        other.wake_others().await?;
    }
    tokio::time::sleep(SHORT).await;
    // Several are one.
    assert!(is_woken(&mut presence, LONG).await?);
    assert!(!is_woken(&mut presence, SHORT).await?);
    Ok(())
}

#[tokio::test]
async fn the_workers_of_other_schemas_are_not_woken() -> TestResult {
    let (one, two) = (schema!(), schema!());
    let db = one.options().connect().await?;
    let mut presence = db.announce().await?;
    let other = two.options().connect().await?;
    let theirs = other.announce().await?;
    other.wake_others().await?;
    assert!(!is_woken(&mut presence, SHORT).await?);
    assert_eq!(db.gone(&[presence.id(), theirs.id()]).await?, [0_i64; 0]);
    Ok(())
}

#[tokio::test]
async fn a_presence_whose_connection_is_closed_is_lost_within_a_second() -> TestResult {
    let schema = schema!();
    let server = schema.server.clone();
    let db = schema.options().connect().await?;
    let mut presence = db.announce().await?;
    let id = presence.id();
    let pid = pid_of_worker(&db).await?;
    let began = Instant::now();
    let (killed, woken) = tokio::join!(kill(&server, pid), tokio::time::timeout(LONG, presence.woken()));
    killed?;
    let Woken::Lost(error) = woken? else { return Err("it is only woken".into()) };
    println!("lost after {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let reason = "terminating connection due to administrator command";
    assert!(matches!(error.kind(), ErrorKind::ConnectionLost { reason: text } if text == reason), "{error}");
    // It stays lost.
    assert!(matches!(tokio::time::timeout(LONG, presence.woken()).await?, Woken::Lost(_)));
    assert_eq!(db.gone(&[id]).await?, [id]);
    let again = db.announce().await?;
    assert_ne!(again.id(), id);
    assert_eq!(db.gone(&[id, again.id()]).await?, [id]);
    Ok(())
}

#[tokio::test]
async fn the_connection_of_a_worker_is_idle_and_has_the_options_of_the_pool() -> TestResult {
    let schema = schema!();
    let db = schema.one().connect().await?;
    let _presence = db.announce().await?;
    let pid = pid_of_worker(&db).await?;
    let sql = "SELECT concat_ws(' ', state, xact_start IS NULL, backend_xmin IS NULL, backend_xid IS NULL) \
               FROM pg_stat_activity WHERE pid = $1";
    assert_eq!(value(&db, sql, &(pid,)).await?, Value::Text("idle t t t".to_owned()));
    // Its lock is that of the session, and the only one.
    let sql = "SELECT string_agg(locktype || ' ' || mode, ',') FROM pg_locks WHERE pid = $1";
    assert_eq!(value(&db, sql, &(pid,)).await?, Value::Text("advisory ExclusiveLock".to_owned()));
    Ok(())
}

#[tokio::test]
async fn the_server_keeps_an_idle_worker_and_notices_that_its_machine_is_gone() -> TestResult {
    let schema = schema!();
    let db = schema.options().connect().await?;
    let Driver::Postgres(driver) = db.driver() else { return Err("it is another database".into()) };
    let presence = driver.announce(here()).await?;
    for (name, expected) in
        [("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3")]
    {
        assert_eq!(presence.setting(name).await?, expected, "{name}");
    }
    let timeouts = "SELECT count(*) FROM pg_settings WHERE name = 'idle_session_timeout'";
    if value(&db, timeouts, &()).await? == Value::Integer(0) {
        return Ok(());
    }
    let url = schema.url().replace("options=", "options=-c%20idle_session_timeout%3D100%20");
    let mut presence = ConnectOptions::new(url).connect().await?.announce().await?;
    assert!(!is_woken(&mut presence, 3 * SHORT).await?);
    Ok(())
}

/// The locks of applications have two keys, or one that is not an id.
#[tokio::test]
async fn other_advisory_locks_are_no_workers() -> TestResult {
    let schema = schema!();
    let db = schema.options().connect().await?;
    let tx = db.begin().await?;
    let key = 0x1234_5678_0000_0001_i64;
    tx.execute("SELECT pg_advisory_xact_lock(305419896, 1), pg_advisory_xact_lock(3)", &()).await?;
    assert_eq!(db.gone(&[key, 5]).await?, [key, 5]);
    tx.execute("SELECT pg_advisory_xact_lock($1)", &(key,)).await?;
    assert_eq!(db.gone(&[key, 5]).await?, [5]);
    Ok(())
}

/// A pooler that gives each transaction another connection: it discards the notifications of connections that no client uses.
async fn pooler(url: &str) -> TestResult<String> {
    let (before, rest) = url.split_once('@').ok_or("the URL has no user")?;
    let (host, after) = rest.split_once('/').ok_or("the URL has no database")?;
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("{before}@{}/{after}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let host = host.clone();
            tokio::spawn(async move {
                let server = TcpStream::connect(host).await?;
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
                loop {
                    // A message is a letter, its length without the letter, and the rest.
                    let (letter, length) = (from_server.read_u8().await?, from_server.read_u32().await?);
                    let mut rest = vec![0; usize::try_from(length).map_err(std::io::Error::other)? - 4];
                    from_server.read_exact(&mut rest).await?;
                    if letter != b'A' {
                        let message = [&[letter], &length.to_be_bytes()[..], &rest].concat();
                        to_client.write_all(&message).await?;
                    }
                }
                #[expect(unreachable_code, reason = "it is the type of the result")]
                std::io::Result::Ok(())
            });
        }
    });
    Ok(url)
}

#[tokio::test]
async fn without_sessions_only_the_lease_is_left() -> TestResult {
    let schema = schema!();
    let direct = schema.options().connect().await?;
    let url = pooler(&schema.url()).await?;
    let db = ConnectOptions::new(format!("{url}&statement_cache_capacity=0")).connect().await?;
    let began = Instant::now();
    let mut presence = db.announce().await?;
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
    // Its lock would be that of a connection of the pooler, which outlives it.
    assert!(pid_of_worker(&direct).await.is_err());
    // Without one it must not be taken for dead.
    assert_eq!(direct.gone(&[presence.id()]).await?, [0_i64; 0]);
    direct.wake_others().await?;
    assert!(!is_woken(&mut presence, SHORT).await?);
    // Through the pooler, the others are seen and woken.
    let mut other = direct.announce().await?;
    assert_eq!(db.gone(&[other.id(), presence.id(), 1]).await?, [1]);
    db.wake_others().await?;
    assert!(is_woken(&mut other, LONG).await?);
    let id = presence.id();
    drop(presence);
    assert_eq!(direct.gone(&[id]).await?, [0_i64; 0]);
    Ok(())
}
