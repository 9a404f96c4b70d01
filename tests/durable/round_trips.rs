//! What is sent together on PostgreSQL: events with the COMMIT, and the end of a call too.

use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;
use signals::{ConnectOptions, ErrorKind};

use crate::count;
use crate::databases::{Database, TestResult, on_postgres};
use crate::log::Log;
use crate::proxy::{Cut, Proxy};

on_postgres! {
    events_are_stored_in_the_round_trip_of_commit,
    a_call_takes_two_round_trips,
    events_that_cannot_be_stored_undo_the_transaction,
    after_a_lost_commit_it_is_unknown_whether_events_were_stored,
}

#[model]
#[derive(Debug, Default)]
struct Leased {
    #[key]
    id: Id<Leased>,
    name: String,
}

#[model]
#[derive(Debug, Default)]
struct Locked {
    #[key]
    id: Id<Locked>,
    name: String,
}

#[receiver(post_commit, sender = Leased, durable, id = "leased")]
async fn leased() {}

#[receiver(post_commit, sender = Locked, durable, id = "locked")]
async fn locked(tx: &mut Tx) {
    let _ = tx;
}

/// Rule 91.
async fn events_are_stored_in_the_round_trip_of_commit(database: &Database) -> TestResult {
    let (proxy, url) = Proxy::to(&database.url()).await;
    let db = ConnectOptions::new(url).pool_size(1).connect().await?;
    db.create_tables_of::<(Leased, Event, Todo)>().await?;
    let mut trips = 0;
    for _ in 0..2 {
        // The first time each statement is prepared.
        let (count, saved) = proxy.count(Leased::default().save(&db)).await;
        saved?;
        trips = count;
    }
    assert_eq!(trips, 2, "BEGIN and INSERT, the events and COMMIT");
    assert_eq!(count::<Todo>(&db).await?, 2);
    Ok(())
}

async fn a_call_takes_two_round_trips(database: &Database) -> TestResult {
    let (proxy, url) = Proxy::to(&database.url()).await;
    let db = ConnectOptions::new(url).connect().await?;
    db.create_tables_of::<(Leased, Locked, Event, Todo)>().await?;
    let run = async |leased: usize, locked: usize| -> Result<usize> {
        for _ in 0..leased {
            Leased::default().save(&db).await?;
        }
        for _ in 0..locked {
            Locked::default().save(&db).await?;
        }
        let (trips, ran) = proxy.count(Worker::new(&db).concurrency(1).run_due()).await;
        assert_eq!(ran?.succeeded, u64::try_from(leased + locked).map_err(Error::other)?);
        Ok(trips)
    };
    run(1, 1).await?;
    let (few, leased, locked) = (run(1, 1).await?, run(21, 1).await?, run(1, 21).await?);
    // Twenty more calls. Meanwhile the worker also looks for calls of workers that are gone; a third round trip of each would be 60.
    assert!(leased - few <= 58, "a claim and a delete of each: {few}, {leased}");
    assert!(locked - few <= 58, "BEGIN and the claim, the delete and COMMIT of each: {few}, {locked}");
    assert_eq!(count::<Event>(&db).await?, 0);
    Ok(())
}

async fn events_that_cannot_be_stored_undo_the_transaction(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    let db = database.with_tables::<(Leased, Event, Todo)>().await?;
    Leased::default().save(&db).await?;
    db.batch("ALTER TABLE signals_todo ADD CONSTRAINT not_two CHECK (key <> 'leaseds:2')").await?;
    let tx = db.begin().await?;
    tx.on_commit(async |_| {
        LOG.note("committed");
        Ok(())
    });
    tx.on_rollback(async |_| {
        LOG.note("rolled back");
        Ok(())
    });
    Leased::default().save(&tx).await?;
    let error = tx.commit().await.expect_err("the call cannot be stored");
    assert!(error.to_string().contains("not_two"), "{error}");
    LOG.is(&expect_test::expect![[r#"
        rolled back
    "#]]);
    assert_eq!((count::<Leased>(&db).await?, count::<Event>(&db).await?), (1, 1));
    // The connection is as before.
    Leased::default().save(&db).await?;
    assert_eq!(count::<Todo>(&db).await?, 2);
    db.batch("DROP TABLE signals_todo").await?;
    let error = Leased::default().save(&db).await.expect_err("there is no table");
    assert!(error.to_string().contains("signals_todo"), "{error}");
    assert_eq!(count::<Leased>(&db).await?, 2);
    Ok(())
}

async fn after_a_lost_commit_it_is_unknown_whether_events_were_stored(database: &Database) -> TestResult {
    let (proxy, url) = Proxy::to(&database.url()).await;
    let db = ConnectOptions::new(url).connect().await?;
    db.create_tables_of::<(Leased, Event, Todo)>().await?;
    Leased::default().save(&db).await?;
    for (cut, stored) in [(Cut::BeforeCommit, 1), (Cut::AfterCommit, 2)] {
        proxy.cut(cut);
        let error = Leased::default().save(&db).await.expect_err("the line is cut");
        proxy.cut(Cut::Never);
        assert!(matches!(error.kind(), ErrorKind::CommitUnknown { .. }), "{error:?}");
        let direct = database.connect().await?;
        // The server may still be committing.
        for _ in 0..100 {
            if count::<Todo>(&direct).await? == stored {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!((count::<Leased>(&direct).await?, count::<Todo>(&direct).await?), (stored, stored));
    }
    Ok(())
}
