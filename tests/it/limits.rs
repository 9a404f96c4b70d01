//! What a database has no room for.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(keys_that_are_used_up_are_no_full_disk);

async fn keys_that_are_used_up_are_no_full_disk(database: &Database) -> TestResult {
    #[model(table = "used_up")]
    #[derive(Default)]
    struct Ticket {
        #[key]
        id: Id<Ticket>,
        #[unique]
        name: String,
    }

    let db = database.with_tables::<Ticket>().await?;
    let ticket = |name: &str| Ticket { id: Id::UNSET, name: name.to_owned() };
    Ticket { id: Id::new(i64::MAX), ..ticket("largest") }.save(&db).await?;
    if !is_sqlite(&db) {
        let last = "SELECT setval(pg_get_serial_sequence('used_up', 'id'), 9223372036854775807)";
        db.execute(last, &()).await?;
    }
    let used_up = |error: Error| {
        assert!(matches!(error.kind(), ErrorKind::KeysUsedUp { model } if model == "Ticket"), "{error}");
        expect!["no key is left for a new row of `Ticket`, they were counted up to the largest: give the row that has it another key, and set the sequence of the table back"].assert_eq(&error.to_string());
    };
    used_up(ticket("save").save(&db).await.unwrap_err());
    used_up(ticket("create").create(&db).await.unwrap_err());
    used_up(Ticket::create_many(&db, &mut [ticket("many"), ticket("more")]).await.unwrap_err());
    used_up(db.transaction(async |tx| ticket("tx").save(tx).await).await.unwrap_err());
    let raw = "INSERT INTO used_up (name) VALUES ('raw')";
    for error in [db.execute(raw, &()).await.unwrap_err(), db.batch(raw).await.unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::KeysUsedUp { model } if model == "used_up"), "{error}");
    }
    // A key of one's own is another matter.
    Ticket { id: Id::new(1), ..ticket("own") }.save(&db).await?;
    assert_eq!(Ticket::all(&db).await?.len(), 2);
    Ok(())
}
