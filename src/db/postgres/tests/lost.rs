use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::error::{Error, ErrorKind};

#[tokio::test]
async fn a_connection_that_was_lost_while_it_was_idle_is_replaced() -> TestResult {
    let schema = schema!();
    let server = schema.server.clone();
    let db = with_numbers(schema.one().connect().await?).await?;
    let before = pid(&db).await?;
    kill(&server, before).await?;
    settle().await;
    add(&db, 1).await?;
    assert_ne!(pid(&db).await?, before);
    assert_eq!(numbers(&db).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_transaction() -> TestResult {
    let schema = schema!();
    let server = schema.server.clone();
    let db = with_numbers(schema.one().connect().await?).await?;
    for end in 0..3 {
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        tx.on_commit(async |_| panic!("no commit, no hook"));
        kill(&server, pid(&tx).await?).await?;
        if end == 2 {
            // COMMIT is not sent, so it is certain that the transaction is not committed.
            settle().await;
            let error = tx.commit().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::ConnectionLost { .. }), "{error}");
            continue;
        }
        let error = add(&tx, 2).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ConnectionLost { .. }), "{error}");
        assert!(
            matches!(add(&tx, 3).await.unwrap_err().kind(), ErrorKind::Broken { first } if *first == error.to_string())
        );
        if end == 0 {
            tx.rollback().await?;
        } else {
            assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
        }
        assert_eq!(numbers(&db).await?, [0_i64; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_statement() -> TestResult {
    let schema = schema!();
    let server = schema.server.clone();
    let db = with_numbers(schema.one().connect().await?).await?;
    let victim = pid(&db).await?;
    let (result, killed) =
        tokio::join!(db.execute("INSERT INTO numbers SELECT 1 FROM pg_sleep(20)", &()), kill(&server, victim));
    killed?;
    let error = result.unwrap_err();
    let reason = "terminating connection due to administrator command";
    assert!(matches!(error.kind(), ErrorKind::ConnectionLost { reason: text } if text == reason), "{error}");
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    Ok(())
}

/// A deferred trigger delays the COMMIT, so that there is time to kill the connection.
#[tokio::test]
async fn a_connection_that_is_lost_during_the_commit() -> TestResult {
    let schema = schema!();
    let server = schema.server.clone();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let db = schema.options().pool_size(1).on_error({
        let lines = Arc::clone(&lines);
        move |error| lines.lock().unwrap().push(error.to_string())
    });
    let db = with_numbers(db.connect().await?).await?;
    slow_commit(&db, 20.0).await?;
    let tx = db.begin().await?;
    let victim = pid(&tx).await?;
    add(&tx, 1).await?;
    tx.on_commit(async |_| panic!("it is not known to be committed"));
    let (result, killed) = tokio::join!(tx.commit(), async {
        settle().await;
        kill(&server, victim).await
    });
    killed?;
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::CommitUnknown { .. }), "{error}");
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    assert!(lines.lock()?.is_empty());

    // The same when no future waits for it.
    let tx = db.begin().await?;
    let victim = pid(&tx).await?;
    add(&tx, 1).await?;
    tx.on_commit(async |_| panic!("it is not known to be committed"));
    let waited = tokio::time::timeout(Duration::from_millis(50), tx.commit()).await;
    assert!(waited.is_err());
    kill(&server, victim).await?;
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    let lines = lines.lock()?;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("it is not known whether the transaction is committed"), "{}", lines[0]);
    Ok(())
}

/// A COMMIT that was sent cannot be undone, so its hooks run.
#[tokio::test]
async fn a_commit_whose_future_is_dropped_is_done_with_its_hooks() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    slow_commit(&db, 0.2).await?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    tx.on_commit(async move |db: Db| {
        sender.send(numbers(&db).await?).map_err(|_| Error::other("the test has ended"))?;
        Ok(())
    });
    let waited = tokio::time::timeout(Duration::from_millis(50), tx.commit()).await;
    assert!(waited.is_err());
    assert_eq!(receiver.await?, [1]);
    add(&db, 2).await?;
    Ok(())
}

async fn slow_commit(db: &Db, seconds: f64) -> Result<()> {
    db.batch(&format!(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM pg_sleep({seconds});
             RETURN NULL;
         END $$;
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON numbers DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW WHEN (NEW.n = 1) EXECUTE FUNCTION wait();",
    ))
    .await
}

/// Lets the task of a connection read the answers of the server.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// A proxy between the library and the server, which can stop forwarding without closing connections.
struct Proxy {
    port: u16,
    /// How many of the first connections are silent.
    silent: Arc<AtomicUsize>,
    accepted: Arc<AtomicUsize>,
}

impl Proxy {
    async fn to(server: &str) -> (Self, String) {
        let (before, rest) = server.split_once('@').unwrap();
        let (host, after) = rest.split_once('/').unwrap();
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy =
            Self { port: listener.local_addr().unwrap().port(), silent: Arc::default(), accepted: Arc::default() };
        let (silent, accepted) = (Arc::clone(&proxy.silent), Arc::clone(&proxy.accepted));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = accepted.fetch_add(1, Ordering::Relaxed);
                let silent = Arc::clone(&silent);
                let server = TcpStream::connect(&host).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, number, Arc::clone(&silent)));
                tokio::spawn(forward(from_server, to_client, number, silent));
            }
        });
        let url = format!("{before}@127.0.0.1:{}/{after}", proxy.port);
        (proxy, url)
    }

    /// Stops forwarding on all existing connections.
    fn die(&self) {
        self.silent.store(self.accepted.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, silent: Arc<AtomicUsize>) {
    let mut bytes = vec![0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if number >= silent.load(Ordering::Relaxed) && to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn connections_that_died_silently_are_replaced_after_one_wait() -> TestResult {
    let schema = schema!();
    let (proxy, url) = Proxy::to(&schema.url()).await;
    let timeout = Duration::from_secs(1);
    let options = ConnectOptions::new(url).pool_size(3).pool_timeout(timeout).check_after_idle(Duration::ZERO);
    let db = with_numbers(options.connect().await?).await?;
    drop((db.begin().await?, db.begin().await?, db.begin().await?));
    add(&db, 1).await?;
    proxy.die();
    let began = Instant::now();
    add(&db, 2).await?;
    let held = (db.begin().await?, db.begin().await?, db.begin().await?);
    assert!(began.elapsed() >= timeout && began.elapsed() < timeout * 3, "{:?}", began.elapsed());
    drop(held);
    assert_eq!(numbers(&db).await?, [1, 2]);
    Ok(())
}

#[tokio::test]
async fn a_connection_that_was_just_used_is_not_asked_for_a_sign_of_life() -> TestResult {
    let schema = schema!();
    let (proxy, url) = Proxy::to(&schema.url()).await;
    let db = ConnectOptions::new(url).pool_size(1).connect().await?;
    proxy.die();
    // A check would wait for the answer.
    drop(tokio::time::timeout(Duration::from_millis(500), db.begin()).await??);
    Ok(())
}

/// The connections that were opened in a runtime end with it.
#[test]
fn a_db_of_a_runtime_that_has_ended_makes_new_connections() -> TestResult {
    let server = server!();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    let db = runtime()?.block_on(Db::connect(&server))?;
    assert_eq!(runtime()?.block_on(value(&db, "SELECT 1::bigint", &()))?, Value::Integer(1));
    Ok(())
}
