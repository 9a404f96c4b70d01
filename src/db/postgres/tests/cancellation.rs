//! Futures of PostgreSQL that are dropped before their end.

use std::pin::pin;
use std::task::Poll;

use super::*;
use crate::error::{Error, ErrorKind};

/// Polls so often, yields after each poll, then drops the future.
async fn drop_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// Drops an operation after each number of polls, until it ends before that.
macro_rules! sweep {
    ($db:ident, $allowed:expr, $done:expr, $operation:expr) => {
        for polls in 0.. {
            // At first after every poll, later in strides, because the futures wait for the server.
            let polls = if polls < 40 { polls } else { polls * polls / 40 };
            match drop_after(polls, $operation).await {
                None => usable(&$db, $allowed).await?,
                Some(result) => {
                    result?;
                    usable(&$db, $done).await?;
                    break;
                }
            }
        }
    };
}

#[tokio::test]
async fn statements_dropped_at_any_point() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    sweep!(db, &[&[], &[1]], &[&[1]], add(&db, 1));
    sweep!(db, &[&[], &[1]], &[&[1]], inserted(&db, "INSERT INTO numbers VALUES (1) RETURNING n", &()));
    sweep!(db, &[&[]], &[&[]], numbers(&db));
    sweep!(db, &[&[]], &[&[]], value(&db, "WITH a AS (SELECT 1) SELECT * FROM a", &()));
    let sql = "INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (2)";
    sweep!(db, &[&[], &[1, 2]], &[&[1, 2]], db.batch(sql));
    Ok(())
}

#[tokio::test]
async fn a_transaction_dropped_at_any_point_is_done_or_not() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    sweep!(
        db,
        &[&[], &[1, 2]],
        &[&[1, 2]],
        db.transaction(async |tx| {
            add(tx, 1).await?;
            tokio::task::yield_now().await;
            add(tx, 2).await?;
            Ok::<_, Error>(())
        })
    );
    sweep!(db, &[&[]], &[&[]], async {
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        tx.rollback().await
    });
    Ok(())
}

#[tokio::test]
async fn connecting_can_be_dropped() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    for polls in (0..200).step_by(7) {
        drop(drop_after(polls, schema.options().connect()).await);
    }
    usable(&db, &[&[]]).await?;
    Ok(())
}

/// It is unknown whether the statement was done, so the rest cannot be committed.
#[tokio::test]
async fn a_dropped_statement_breaks_its_transaction() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    assert!(drop_after(1, add(&tx, 2)).await.is_none());
    let error = add(&tx, 3).await.unwrap_err().to_string();
    assert!(error.starts_with("the future of a statement was dropped before its end"), "{error}");
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { first } if *first == error));
    usable(&db, &[&[]]).await?;

    let tx = db.begin().await?;
    assert!(drop_after(1, add(&tx, 2)).await.is_none());
    assert!(tx.commit().await.is_err());
    usable(&db, &[&[]]).await?;
    Ok(())
}

/// The next user of the connection does not wait for the dropped statement.
#[tokio::test]
async fn a_dropped_statement_is_stopped() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    let began = std::time::Instant::now();
    let sleep = db.execute("INSERT INTO numbers SELECT 1 FROM pg_sleep(30)", &());
    assert!(tokio::time::timeout(Duration::from_millis(50), sleep).await.is_err());
    usable(&db, &[&[]]).await?;

    let tx = db.begin().await?;
    add(&tx, 1).await?;
    let sleep = tx.execute("SELECT pg_sleep(30)", &());
    assert!(tokio::time::timeout(Duration::from_millis(50), sleep).await.is_err());
    drop(tx);
    usable(&db, &[&[]]).await?;
    assert!(began.elapsed() < Duration::from_secs(15));
    Ok(())
}

/// Without a runtime no task can wait for the answer: the connection is closed.
#[test]
fn a_runtime_that_stops_leaves_nothing_open() -> TestResult {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    let first = runtime()?;
    let Some((schema, db, tx)) = first.block_on(async {
        let Some(schema) = Schema::new().await? else { return TestResult::Ok(None) };
        let db = with_numbers(schema.one().connect().await?).await?;
        let tx = db.begin().await?;
        add(&tx, 1).await?;
        assert!(drop_after(1, add(&tx, 2)).await.is_none());
        Ok(Some((schema, db, tx)))
    })?
    else {
        return Ok(());
    };
    drop(tx);
    drop(first);
    runtime()?.block_on(usable(&db, &[&[]]))?;
    drop(db);
    drop(schema);
    Ok(())
}
