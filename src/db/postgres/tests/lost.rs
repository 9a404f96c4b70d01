use std::sync::Arc;
use std::sync::Mutex;

use super::*;
use crate::error::Error;

#[tokio::test]
async fn a_connection_that_was_lost_while_nobody_used_it_is_replaced() {
    let server = server!();
    let schema = Schema::new(server.clone()).await;
    let db = with_numbers(schema.one().await).await;
    let before = pid(&db).await;
    kill(&server, before).await;
    settle().await;
    add(&db, 1).await.unwrap();
    assert_ne!(pid(&db).await, before);
    assert_eq!(numbers(&db).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_transaction() {
    let server = server!();
    let schema = Schema::new(server.clone()).await;
    let db = with_numbers(schema.one().await).await;
    for end in 0..3 {
        let tx = db.begin().await.unwrap();
        add(&tx, 1).await.unwrap();
        tx.on_commit(async |_| panic!("no commit, no hook"));
        kill(&server, pid(&tx).await).await;
        if end == 2 {
            // Nothing of the transaction is sent any more, so it is known that it is not committed.
            settle().await;
            let error = tx.commit().await.unwrap_err();
            assert!(matches!(error, Error::ConnectionLost { .. }), "{error}");
            continue;
        }
        let error = add(&tx, 2).await.unwrap_err();
        assert!(matches!(error, Error::ConnectionLost { .. }), "{error}");
        assert!(matches!(add(&tx, 3).await, Err(Error::Broken { first }) if first == error.to_string()));
        if end == 0 {
            tx.rollback().await.unwrap();
        } else {
            assert!(matches!(tx.commit().await, Err(Error::Broken { .. })));
        }
        assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_statement() {
    let server = server!();
    let schema = Schema::new(server.clone()).await;
    let db = with_numbers(schema.one().await).await;
    let victim = pid(&db).await;
    let (result, ()) =
        tokio::join!(db.execute("INSERT INTO numbers SELECT 1 FROM pg_sleep(20)", &()), kill(&server, victim));
    let error = result.unwrap_err();
    let reason = "terminating connection due to administrator command";
    assert!(matches!(&error, Error::ConnectionLost { reason: text } if text == reason), "{error}");
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
}

/// A trigger that is deferred holds up the COMMIT, so that there is time to kill it.
#[tokio::test]
async fn a_connection_that_is_lost_during_the_commit() {
    let server = server!();
    let schema = Schema::new(server.clone()).await;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let db = schema.options().pool_size(1).on_error({
        let lines = Arc::clone(&lines);
        move |error| lines.lock().unwrap().push(error.to_string())
    });
    let db = with_numbers(db.connect().await.unwrap()).await;
    slow_commit(&db, 20.0).await;
    let tx = db.begin().await.unwrap();
    let victim = pid(&tx).await;
    add(&tx, 1).await.unwrap();
    tx.on_commit(async |_| panic!("nobody knows of a commit"));
    let (result, ()) = tokio::join!(tx.commit(), async {
        settle().await;
        kill(&server, victim).await;
    });
    let error = result.unwrap_err();
    assert!(matches!(error, Error::CommitUnknown { .. }), "{error}");
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    assert!(lines.lock().unwrap().is_empty());

    // The same when nobody waits for it any more.
    let tx = db.begin().await.unwrap();
    let victim = pid(&tx).await;
    add(&tx, 1).await.unwrap();
    tx.on_commit(async |_| panic!("nobody knows of a commit"));
    let waited = tokio::time::timeout(Duration::from_millis(50), tx.commit()).await;
    assert!(waited.is_err());
    kill(&server, victim).await;
    assert_eq!(numbers(&db).await.unwrap(), [0_i64; 0]);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("nobody knows whether the transaction is committed"), "{}", lines[0]);
}

/// A COMMIT cannot be called back, so its hooks run.
#[tokio::test]
async fn a_commit_that_nobody_waits_for_is_done_with_its_hooks() {
    let schema = Schema::new(server!()).await;
    let db = with_numbers(schema.one().await).await;
    slow_commit(&db, 0.2).await;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await.unwrap();
    tx.on_commit(async move |db: Db| {
        sender.send(numbers(&db).await?).unwrap();
        Ok(())
    });
    let waited = tokio::time::timeout(Duration::from_millis(50), tx.commit()).await;
    assert!(waited.is_err());
    assert_eq!(receiver.await.unwrap(), [1]);
    add(&db, 2).await.unwrap();
}

async fn slow_commit(db: &Db, seconds: f64) {
    db.batch(&format!(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM pg_sleep({seconds});
             RETURN NULL;
         END $$;
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON numbers DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW WHEN (NEW.n = 1) EXECUTE FUNCTION wait();",
    ))
    .await
    .unwrap();
}

/// Lets the task of a connection see what the server has said.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
