//! The order of the calls of one key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use expect_test::expect;
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database! {
    the_calls_of_a_row_are_in_the_order_of_the_commits,
    a_poisoned_key_stops_no_other,
    calls_that_wait_for_their_key_delay_no_other_key,
    a_receiver_may_skip_what_is_dead,
    the_key_may_be_a_field,
    rows_of_different_models_are_in_no_order,
}

#[model]
#[derive(Debug, Default)]
struct Account {
    #[key]
    id: Id<Account>,
    owner: String,
    balance: i64,
}

async fn save(db: &Db, account: &mut Account, balance: i64) -> Result<()> {
    account.balance = balance;
    account.save(db).await
}

/// Rule 94.
async fn the_calls_of_a_row_are_in_the_order_of_the_commits(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = Account, durable, backoff = "20ms", id = "order::ledger", when = |event| event.instance.owner == "order")]
    async fn ledger(instance: &Account, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        tx.execute("SELECT 1", &()).await?;
        LOG.note(format!("{}, attempt {}", instance.balance, delivery.attempt()));
        if instance.balance == 1 && delivery.attempt() < 3 { Err(signals::Error::other("not yet")) } else { Ok(()) }
    }

    let db = database.connect_with::<(Account, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let mut account = Account { owner: "order".to_owned(), ..Account::default() };
    for balance in 0..4 {
        save(&db, &mut account, balance).await?;
    }
    let working = Worker::new(&db).concurrency(3).spawn();
    durable_is_done(&db).await?;
    working.stop().await?;
    LOG.is(&expect![[r#"
        0, attempt 1
        1, attempt 1
        1, attempt 2
        1, attempt 3
        2, attempt 1
        3, attempt 1
    "#]]);
    Ok(())
}

/// Rules 94 and 95.
async fn a_poisoned_key_stops_no_other(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    static HEALED: AtomicBool = AtomicBool::new(false);

    #[receiver(post_commit, sender = Account, durable, retries = 1, backoff = "1ms", id = "order::poisoned", when = |event| event.instance.owner == "poison")]
    async fn poisoned(instance: &Account) -> Result<()> {
        if instance.balance < 0 && !HEALED.load(Ordering::Relaxed) {
            return Err(signals::Error::other("a negative balance"));
        }
        LOG.note(format!("{}: {}", instance.id, instance.balance));
        Ok(())
    }

    HEALED.store(false, Ordering::Relaxed);
    let db = database.connect_with::<(Account, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let [mut ann, mut bob] = [(); 2].map(|()| Account { owner: "poison".to_owned(), ..Account::default() });
    for (account, balance) in [(&mut ann, -1), (&mut bob, 1)] {
        save(&db, account, balance).await?;
    }
    save(&db, &mut ann, 2).await?;
    save(&db, &mut bob, 3).await?;
    let working = db.work();
    while durable::dead_calls(&db, 0).await?.is_empty() || crate::count::<Todo>(&db).await? > 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    LOG.is(&expect![[r#"
        2: 1
        2: 3
    "#]]);
    let dead = durable::dead_calls(&db, 0).await?;
    let [call] = &dead[..] else { return Err(format!("{dead:?}").into()) };
    assert_eq!((&*call.receiver, &*call.key, call.attempts), ("order::poisoned", "accounts:1", 2));
    assert!(call.error.ends_with("a negative balance"), "{}", call.error);

    HEALED.store(true, Ordering::Relaxed);
    assert!(durable::retry(&db, call.id).await?);
    assert!(!durable::retry(&db, call.id).await?, "it is not dead any more");
    durable_is_done(&db).await?;
    LOG.is(&expect![[r#"
        1: -1
        1: 2
    "#]]);
    Ok(working.stop().await?)
}

/// Rule 94. More calls are due than a claim looks at, and all of them wait for the first of their keys.
async fn calls_that_wait_for_their_key_delay_no_other_key(database: &Database) -> TestResult {
    static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

    #[model]
    #[derive(Debug, Default)]
    struct Parcel {
        #[key]
        id: Id<Parcel>,
        street: String,
    }

    fn send(parcel: &Parcel) -> Result<()> {
        if parcel.street == "flooded" {
            return Err(signals::Error::other("flooded"));
        }
        SENT.lock().unwrap_or_else(PoisonError::into_inner).push(parcel.street.clone());
        Ok(())
    }

    #[receiver(post_commit, sender = Parcel, durable, key = street, retries = 0, id = "order::send")]
    async fn send_parcel(instance: &Parcel) -> Result<()> {
        send(instance)
    }

    #[receiver(post_commit, sender = Parcel, durable, key = street, retries = 0, id = "order::send_in_tx")]
    async fn send_parcel_in_tx(instance: &Parcel, tx: &mut Tx) -> Result<()> {
        tx.execute("SELECT 1", &()).await?;
        send(instance)
    }

    SENT.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let db = database.connect_with::<(Parcel, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let parcel = |street: &str| Parcel { street: street.to_owned(), ..Parcel::default() };
    parcel("flooded").save(&db).await?;
    let ran = Worker::new(&db).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (0, 2));
    let tx = db.begin().await?;
    for _ in 0..120 {
        parcel("flooded").save(&tx).await?;
    }
    tx.commit().await?;
    // A key that comes before the others, one that comes after them, and a call in no order.
    for street in ["avenue", "zigzag", ""] {
        parcel(street).save(&db).await?;
    }
    let ran = Worker::new(&db).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (6, 0));
    let mut sent = std::mem::take(&mut *SENT.lock().unwrap_or_else(PoisonError::into_inner));
    sent.sort();
    assert_eq!(sent, ["", "", "avenue", "avenue", "zigzag", "zigzag"]);
    assert_eq!(crate::count::<Todo>(&db).await?, 2 * 121);
    Ok(())
}

/// Rule 95.
async fn a_receiver_may_skip_what_is_dead(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = Account, durable, retries = 0, on_dead = skip, id = "order::skipping", when = |event| event.instance.owner == "skip")]
    async fn skipping(instance: &Account, delivery: &Delivery) -> Result<()> {
        if instance.balance < 0 {
            return Err(delivery.give_up("a negative balance").into());
        }
        LOG.note(instance.balance);
        Ok(())
    }

    let db = database.connect_with::<(Account, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let mut ann = Account { owner: "skip".to_owned(), ..Account::default() };
    for balance in [-1, 2, -3, 4] {
        save(&db, &mut ann, balance).await?;
    }
    let ran = Worker::new(&db).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (2, 2));
    LOG.is(&expect![[r#"
        2
        4
    "#]]);
    let dead = durable::dead_calls(&db, 0).await?;
    assert_eq!(dead.len(), 2);
    assert_eq!(dead[0].error.rsplit(": ").next(), Some("a negative balance"));
    assert!(durable::discard(&db, dead[0].id).await?);
    Worker::new(&db).run_due().await?;
    assert_eq!(crate::count::<Event>(&db).await?, 1, "a worker deletes the event of a discarded call");
    Ok(())
}

/// Rule 94.
async fn the_key_may_be_a_field(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = Account, durable, key = owner, retries = 0, id = "order::by_owner", when = |event| event.instance.owner.starts_with("key"))]
    async fn by_owner(instance: &Account, delivery: &Delivery) -> Result<()> {
        LOG.note(format!("{} of {}", instance.balance, delivery.key()));
        if instance.balance == 1 { Err(signals::Error::other("no")) } else { Ok(()) }
    }

    let db = database.connect_with::<(Account, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    for (owner, balance) in [("key a", 1), ("key a", 2), ("key b", 3)] {
        let mut account = Account { owner: owner.to_owned(), ..Account::default() };
        save(&db, &mut account, balance).await?;
    }
    Worker::new(&db).run_due().await?;
    LOG.is(&expect![[r#"
        1 of key a
        3 of key b
    "#]]);
    Ok(())
}

/// Rule 94.
async fn rows_of_different_models_are_in_no_order(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct First {
        #[key]
        id: Id<First>,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Second {
        #[key]
        id: Id<Second>,
    }

    #[receiver(post_commit, sender = [First, Second], durable, retries = 0, id = "order::both")]
    fn both(delivery: &Delivery) -> Result<()> {
        LOG.note(delivery.key());
        if delivery.key().starts_with("firsts") { Err(signals::Error::other("no")) } else { Ok(()) }
    }

    let db = database.connect_with::<(First, Second, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    First::default().save(&db).await?;
    Second::default().save(&db).await?;
    let ran = Worker::new(&db).concurrency(1).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (1, 1), "both rows have the key 1");
    LOG.is(&expect![[r#"
        firsts:1
        seconds:1
    "#]]);
    Ok(())
}

/// Waits until no call waits.
pub(crate) async fn durable_is_done(db: &Db) -> Result<()> {
    while crate::count::<Todo>(db).await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Ok(())
}
