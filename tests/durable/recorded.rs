//! What tests record of signals with durable receivers.

use expect_test::expect;
use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;
use signals::testing::{mute, only, record_all};

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    a_signal_is_recorded_once_and_each_attempt_too,
    ordinary_receivers_of_a_durable_signal_are_muted,
    a_muted_signal_has_no_calls,
}

/// Rule 79.
async fn a_signal_is_recorded_once_and_each_attempt_too(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Parcel {
        #[key]
        id: Id<Parcel>,
    }

    #[receiver([post_commit, post_delete_commit], sender = Parcel, durable, id = "recorded::track")]
    fn track() {}

    #[receiver(post_commit, sender = Parcel)]
    fn show() {}

    #[model]
    #[derive(Debug, Default)]
    struct Letter {
        #[key]
        id: Id<Letter>,
    }

    #[receiver([post_commit, post_delete_commit], sender = Letter, durable, id = "recorded::stamp")]
    fn stamp() -> Result<(), &'static str> {
        Err("no stamps")
    }

    #[signal(durable)]
    struct Sealed {
        number: u32,
    }

    #[receiver(Sealed)]
    fn weigh(number: u32) -> Result<(), &'static str> {
        if number == 0 { Err("it is empty") } else { Ok(()) }
    }

    #[receiver(Sealed, durable, id = "recorded::send")]
    fn send(number: u32) {
        assert_eq!(number, 7);
    }

    let db = database.connect_with::<(Parcel, Letter, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let recorded = record_all(&db);
    let worker = Worker::new(&db).concurrency(1);
    let mut parcel = Parcel::default();
    parcel.save(&db).await?;
    parcel.delete(&db).await?;
    expect![[r#"
        post_commit of Parcel -> show
        pre_delete of Parcel
        post_delete of Parcel
        post_delete_commit of Parcel
    "#]]
    .assert_eq(&recorded.lines());
    worker.clone().run_due().await?;
    expect![[r#"
        post_commit of Parcel -> track
        post_delete_commit of Parcel -> track
    "#]]
    .assert_eq(&recorded.lines());
    Letter::default().save(&db).await?;
    assert_eq!(recorded.lines(), "post_commit of Letter\n");
    worker.clone().run_due().await?;
    assert_eq!(recorded.lines(), "post_commit of Letter -> stamp (failed)\n");
    db.transaction(async |tx| Sealed { number: 7 }.send(tx).await).await?;
    assert_eq!(recorded.lines(), "Sealed -> weigh\n");
    worker.run_due().await?;
    assert_eq!(recorded.lines(), "Sealed -> send\n");
    Ok(())
}

/// Rules 78 and 93. An ordinary receiver of a durable signal is called in the scopes of the transaction.
async fn ordinary_receivers_of_a_durable_signal_are_muted(database: &Database) -> TestResult {
    #[signal(durable)]
    struct Opened {
        number: u32,
    }

    #[receiver(Opened)]
    fn refuse(number: u32) -> Result<(), String> {
        Err(format!("{number} is not for you"))
    }

    #[receiver(Opened, durable, id = "recorded::thank")]
    fn thank(number: u32) {
        let _ = number;
    }

    let db = database.with_tables::<(Event, Todo)>().await?;
    let open = async || db.transaction(async |tx| Opened { number: 7 }.send(tx).await).await;
    assert!(open().await.is_err());
    let muted = mute::<refuse>(&db);
    open().await?;
    drop(muted);
    assert!(open().await.is_err());

    let mut tx = db.begin().await?;
    let muted = mute::<Opened>(&tx);
    Opened { number: 7 }.send(&mut tx).await?;
    drop(muted);
    tx.commit().await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1, "the one that was sent while only `refuse` was muted");
    Ok(())
}

/// Rules 78 and 91. A signal stands for its durable receivers as well.
async fn a_muted_signal_has_no_calls(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Crate {
        #[key]
        id: Id<Crate>,
    }

    #[receiver([post_commit, post_delete_commit], sender = Crate, durable, id = "recorded::open")]
    fn open() {}

    let db = database.with_tables::<(Crate, Event, Todo)>().await?;
    let mut one = Crate::default();
    let muted = mute::<post_commit>(&db);
    one.save(&db).await?;
    drop(muted);
    let muted = mute::<Crate>(&db);
    one.save(&db).await?;
    drop(muted);
    let only = only::<post_delete_commit>(&db);
    one.save(&db).await?;
    one.delete(&db).await?;
    drop(only);
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1, "the delete");
    Ok(())
}
