//! What tests record of signals with durable receivers.

use expect_test::expect;
use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;
use signals::testing::record_all;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    a_signal_is_recorded_once_and_each_attempt_too,
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
    assert_eq!(recorded.lines(), "Sealed\n");
    worker.run_due().await?;
    assert_eq!(recorded.lines(), "Sealed -> send\n");
    Ok(())
}
