//! Keys that are unusual.

use expect_test::expect;
use signals::durable::{Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database! {
    an_empty_key_is_a_key,
    any_text_is_a_key,
}

/// Rule 94.
async fn an_empty_key_is_a_key(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[signal(durable)]
    struct Scanned {
        shelf: String,
        number: u32,
    }

    #[receiver(Scanned, durable, key = shelf, backoff = "1h", id = "keys::count")]
    fn count(number: u32, delivery: &Delivery) -> Result<(), &'static str> {
        LOG.note(format!("{number}, key {}", delivery.key()));
        if number == 1 { Err("the first one fails") } else { Ok(()) }
    }

    #[model]
    #[derive(Debug, Default)]
    struct Shelf {
        #[key]
        code: String,
        number: u32,
    }

    #[receiver(post_commit, sender = Shelf, durable, backoff = "1h", id = "keys::label")]
    fn label(instance: &Shelf, delivery: &Delivery) -> Result<(), &'static str> {
        LOG.note(format!("shelf {}, key {}", instance.number, delivery.key()));
        if instance.number == 1 { Err("the first one fails") } else { Ok(()) }
    }

    let db = database.connect_with::<(Shelf, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    for number in [1, 2] {
        db.transaction(async |tx| Scanned { shelf: String::new(), number }.send(tx).await).await?;
    }
    Worker::new(&db).run_due().await?;
    LOG.is(&expect![[r#"
        1, key ''
    "#]]);
    let mut shelf = Shelf { number: 1, ..Shelf::default() };
    shelf.create(&db).await?;
    shelf.number = 2;
    shelf.save_fields(&db, Shelf::fields().number).await?;
    Worker::new(&db).run_due().await?;
    LOG.is(&expect![[r#"
        shelf 1, key shelfs:
    "#]]);
    Ok(())
}

/// Rule 94.
async fn any_text_is_a_key(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[signal(durable)]
    struct Shortened {
        url: String,
        number: u32,
    }

    #[receiver(Shortened, durable, key = url, backoff = "1h", id = "keys::fetch")]
    fn fetch(number: u32, delivery: &Delivery) -> Result<(), &'static str> {
        LOG.note(format!("{number}, key of {} bytes", delivery.key().len()));
        if number == 1 { Err("the first one fails") } else { Ok(()) }
    }

    let db = database.connect_with::<(Event, Todo)>(|options| options.on_error(|_| {})).await?;
    // It cannot be compressed, as an index of PostgreSQL would do.
    let long: String =
        (0..20_000_u32).map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 90)).collect();
    for url in ["a\0b", r#"'"\ \u0000 %_"#, "\u{1F600}", &long, &format!("{long}, and more")] {
        for number in [1, 2] {
            db.transaction(async |tx| Shortened { url: url.to_owned(), number }.send(tx).await).await?;
        }
    }
    Worker::new(&db).concurrency(1).run_due().await?;
    LOG.is(&expect![[r#"
        1, key of 22 bytes
        1, key of 13 bytes
        1, key of 4 bytes
        1, key of 518 bytes
        1, key of 518 bytes
    "#]]);
    Ok(())
}
