//! Values that JSON or a database has not, or has in another form.

use std::collections::BTreeMap;

use expect_test::expect;
use serde::{Deserialize, Serialize};
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::count;
use crate::databases::{Database, TestResult, on_each_database, on_postgres};
use crate::log::Log;

on_each_database! {
    a_field_that_could_not_be_read_back_is_refused,
    json_may_be_nested_as_deep_as_in_its_column,
    a_transaction_may_store_much,
    the_error_of_an_attempt_may_be_any_text,
}

on_postgres! {
    years_of_more_or_less_than_four_digits,
}

/// Rule 93.
async fn a_field_that_could_not_be_read_back_is_refused(database: &Database) -> TestResult {
    #[derive(Serialize, Deserialize)]
    struct Account {
        #[serde(skip_serializing)]
        password: String,
    }

    #[signal(durable)]
    struct Measured {
        value: f64,
        more: Vec<f64>,
        account: Option<Account>,
        pairs: BTreeMap<(u8, u8), u8>,
        json: serde_json::Value,
    }

    #[allow(clippy::ref_option, reason = "a receiver takes the field as it is")]
    #[receiver(Measured, durable, id = "payloads::chart")]
    fn chart(value: f64, account: &Option<Account>) {
        assert!(value > 0.0 && account.as_ref().is_none_or(|account| !account.password.is_empty()));
    }

    impl Measured {
        fn new(value: f64) -> Self {
            Self { value, more: Vec::new(), account: None, pairs: BTreeMap::new(), json: 1.into() }
        }
    }

    let db = database.with_tables::<(Event, Todo)>().await?;
    let refused = async |signal: Measured| {
        let error = db.transaction(async |tx| signal.send(tx).await).await.expect_err("it is refused");
        error.to_string()
    };
    let account = Account { password: "secret".to_owned() };
    let json = (0..200).fold(1.into(), |json, _| serde_json::Value::Array(vec![json]));
    let mut errors = String::new();
    for signal in [
        Measured::new(f64::NAN),
        Measured { more: vec![1.0, f64::INFINITY], ..Measured::new(1.0) },
        Measured { account: Some(account), ..Measured::new(1.0) },
        Measured { pairs: BTreeMap::from([((1, 2), 3)]), ..Measured::new(1.0) },
        Measured { json, ..Measured::new(1.0) },
    ] {
        errors += &refused(signal).await;
        errors += "\n";
    }
    expect![[r#"
        the event of `Measured` cannot be stored: the field `value`: its JSON cannot be read back, invalid type: null, expected f64: JSON has no NaN and no infinity, and a field that is left out needs `#[serde(default)]`
        the event of `Measured` cannot be stored: the field `more`: its JSON cannot be read back, invalid type: null, expected f64: JSON has no NaN and no infinity, and a field that is left out needs `#[serde(default)]`
        the event of `Measured` cannot be stored: the field `account`: its JSON cannot be read back, missing field `password`: JSON has no NaN and no infinity, and a field that is left out needs `#[serde(default)]`
        the event of `Measured` cannot be stored: the field `pairs`: key must be a string
        the event of `Measured` cannot be stored: its JSON is nested 201 deep, and can be read 129 deep: split it
    "#]]
    .assert_eq(&errors);
    let json = (0..128).fold(1.into(), |json, _| serde_json::Value::Array(vec![json]));
    db.transaction(async |tx| Measured { json, ..Measured::new(1.0) }.send(tx).await).await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    Ok(())
}

/// Rule 91.
async fn json_may_be_nested_as_deep_as_in_its_column(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Document {
        #[key]
        id: Id<Document>,
        tree: serde_json::Value,
    }

    #[receiver(post_commit, sender = Document, durable, id = "payloads::publish")]
    async fn publish(instance: &Document, db: &Db) -> Result<()> {
        let stored = Document::get(db, instance.id).await?;
        assert_eq!(stored.map(|document| document.tree).as_ref(), Some(&instance.tree));
        Ok(())
    }

    let db = database.with_tables::<(Document, Event, Todo)>().await?;
    let tree = (0..127).fold(1.into(), |json, _| serde_json::Value::Array(vec![json]));
    Document { tree, ..Document::default() }.save(&db).await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    Ok(())
}

/// Rule 91. PostgreSQL refuses more than 256 MB in one statement, so that many events are several statements.
async fn a_transaction_may_store_much(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[signal(durable)]
    struct Scanned {
        book: u32,
        page: u32,
        image: String,
    }

    #[receiver(Scanned, durable, key = book, id = "payloads::archive")]
    fn archive(page: u32, image: &str) {
        LOG.note(format!("{page}: {} MB", image.len() >> 20));
    }

    let db = database.with_tables::<(Event, Todo)>().await?;
    db.transaction(async |tx| {
        for page in 1..=5 {
            Scanned { book: 1, page, image: "x".repeat(12 << 20) }.send(&mut *tx).await?;
        }
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 5);
    LOG.is(&expect![[r#"
        1: 12 MB
        2: 12 MB
        3: 12 MB
        4: 12 MB
        5: 12 MB
    "#]]);
    Ok(())
}

/// Rule 95.
async fn the_error_of_an_attempt_may_be_any_text(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Letter {
        #[key]
        id: Id<Letter>,
    }

    #[receiver(post_commit, sender = Letter, durable, retries = 0, id = "payloads::post")]
    fn post() -> Result<(), String> {
        Err("the answer was \0\u{1}\u{FFFF}".to_owned())
    }

    #[receiver(post_commit, sender = Letter, durable, id = "payloads::frank")]
    async fn frank(_tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        Err(delivery.give_up("no stamp\0").into())
    }

    let db = database.connect_with::<(Letter, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    Letter::default().save(&db).await?;
    assert_eq!(Worker::new(&db).run_due().await?.failed, 2);
    let dead = durable::dead_calls(&db, 0).await?;
    assert!(dead[0].error.ends_with("the answer was \\0\u{1}\u{FFFF}"), "{dead:?}");
    assert!(dead[1].error.ends_with(r"the receiver gave up: no stamp\0"), "{dead:?}");
    Ok(())
}

/// Rule 91. SQLite stores the years 0 to 9999.
async fn years_of_more_or_less_than_four_digits(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Reign {
        #[key]
        id: Id<Reign>,
        began: chrono::NaiveDate,
        ended: chrono::NaiveDateTime,
        at: chrono::DateTime<chrono::Utc>,
    }

    #[receiver(post_commit, sender = Reign, durable, id = "payloads::remember")]
    fn remember(instance: &Reign) {
        LOG.note(format!("{} to {}, at {}", instance.began, instance.ended, instance.at));
    }

    let db = database.with_tables::<(Reign, Event, Todo)>().await?;
    let day = |year| chrono::NaiveDate::from_ymd_opt(year, 3, 15).unwrap_or_default();
    let (ended, at) = (day(12_026).and_hms_micro_opt(1, 2, 3, 4), day(-4712).and_hms_opt(1, 2, 3));
    let (ended, at) = (ended.unwrap_or_default(), at.unwrap_or_default().and_utc());
    Reign { began: day(-43), ended, at, ..Reign::default() }.save(&db).await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    LOG.is(&expect![[r#"
        -0043-03-15 to +12026-03-15 01:02:03.000004, at -4712-03-15 01:02:03 UTC
    "#]]);
    assert_eq!(count::<Event>(&db).await?, 0);
    Ok(())
}
