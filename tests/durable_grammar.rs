//! What `durable` and the arguments beside it mean in `#[receiver(..)]` and `#[signal(..)]`: which receivers are called by a worker, with
//! which parameters, and what the registry knows of them.

use std::error::Error;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use expect_test::{Expect, expect};
use signals::dispatch::{Durability, OnDead};
use signals::durable::{Delivery, Fields, Worker};
use signals::model::{PostCommit, post_delete_commit};
use signals::prelude::*;

type TestResult = std::result::Result<(), Box<dyn Error>>;

/// What receivers have noted.
struct Log(Mutex<Vec<String>>);

impl Log {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn note(&self, line: impl Display) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_string());
    }

    /// Compares the lines since the last look. They are sorted, because a worker calls several receivers at once.
    #[track_caller]
    fn is(&self, expected: &Expect) {
        let mut lines = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        lines.sort();
        expected.assert_eq(&lines.iter().flat_map(|line| [line, "\n"]).collect::<String>());
    }
}

async fn database() -> Result<Db> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    Ok(db)
}

/// Calls what is due.
async fn work(db: &Db) -> Result<u64> {
    Ok(Worker::new(db).run_due().await?.succeeded)
}

#[tokio::test]
async fn a_worker_calls_receivers_with_a_tx_or_a_db() -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[model]
    #[derive(Default)]
    struct Count {
        #[key]
        id: Id<Count>,
        of: String,
    }

    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = User, created = true, durable)]
    async fn count(instance: &User, tx: &mut Tx) -> Result<()> {
        LOG.note(format_args!("count {}", instance.name));
        Count { of: instance.name.clone(), ..Count::default() }.save(tx).await
    }

    #[receiver(post_commit, sender = User, durable)]
    async fn mail(instance: &User, delivery: &Delivery, db: &Db, created: bool) -> Result<()> {
        let (key, attempt) = (delivery.key(), delivery.attempt());
        LOG.note(format_args!("mail {}: created {created}, key {key}, attempt {attempt}", instance.name));
        Count { of: "mails".to_owned(), ..Count::default() }.save(db).await
    }

    #[receiver(post_commit, sender = User, durable)]
    fn print(event: &PostCommit<'_, User>) {
        LOG.note(format_args!("print {} {}", event.instance.name, event.created));
    }

    #[receiver(post_commit, sender = User)]
    fn at_once(instance: &User) {
        LOG.note(format_args!("at once {}", instance.name));
    }

    #[receiver(post_delete_commit, sender = User, durable)]
    fn farewell(instance: &User, tx: &mut Tx) {
        LOG.note(format_args!("farewell {} in a transaction: {}", instance.name, tx.context().get::<u8>().is_none()));
    }

    let db = database().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    LOG.is(&expect![[r#"
        at once ann
    "#]]);
    work(&db).await?;
    LOG.is(&expect![[r#"
        count ann
        mail ann: created true, key users:1, attempt 1
        print ann true
    "#]]);
    ann.save(&db).await?;
    ann.delete(&db).await?;
    LOG.is(&expect![[r#"
        at once ann
    "#]]);
    work(&db).await?;
    LOG.is(&expect![[r#"
        farewell ann in a transaction: true
        mail ann: created false, key users:1, attempt 1
        print ann false
    "#]]);
    Ok(())
}

#[tokio::test]
async fn filters_choose_what_is_stored() -> TestResult {
    #[model]
    #[derive(Default)]
    struct Member {
        #[key]
        id: Id<Member>,
        email: String,
        country: String,
    }

    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = Member, created = false, changed(email), durable)]
    fn confirm(instance: &Member, previous: Option<&Member>) {
        let before = previous.map(|user| user.email.as_str());
        LOG.note(format_args!("confirm {before:?} -> {}", instance.email));
    }

    #[receiver(post_commit, sender = Member, when = |event| event.instance.country == "at", durable, key = country)]
    async fn servus(instance: &Member, delivery: &Delivery) {
        LOG.note(format_args!("servus {} by {}", instance.email, delivery.key()));
    }

    #[receiver(post_commit, sender = Member, durable, key = email)]
    async fn by_email(delivery: &Delivery) {
        LOG.note(format_args!("by {}", delivery.key()));
    }

    let db = database().await?;
    let mut ann = Member { email: "ann@a".to_owned(), country: "de".to_owned(), ..Member::default() };
    ann.save(&db).await?;
    work(&db).await?;
    LOG.is(&expect![[r#"
        by ann@a
    "#]]);
    ann.email = "ann@b".to_owned();
    ann.country = "at".to_owned();
    ann.save(&db).await?;
    work(&db).await?;
    LOG.is(&expect![[r#"
        by ann@b
        confirm Some("ann@a") -> ann@b
        servus ann@b by at
    "#]]);
    Ok(())
}

#[tokio::test]
async fn a_durable_signal_is_stored_and_sent_again() -> TestResult {
    #[signal(durable, version = 3, upcast = upcast)]
    struct OrderPaid {
        order: u64,
        amount: u64,
        r#type: String,
    }

    fn upcast(version: u32, fields: &mut Fields) {
        LOG.note(format_args!("from version {version}: {} {}", fields["order"], fields.len()));
        if version == 1 {
            fields.insert("type".to_owned(), "of version 1".into());
        }
    }

    #[signal(durable)]
    struct Tick;

    static LOG: Log = Log::new();

    #[receiver(OrderPaid)]
    async fn at_once(order: u64) {
        LOG.note(format_args!("at once {order}"));
    }

    #[receiver(OrderPaid, durable, key = order)]
    async fn ship(order: u64, amount: u64, r#type: &str, _tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        LOG.note(format_args!("ship {order} {amount} {type:?} by {}", delivery.key()));
        Ok(())
    }

    #[receiver(OrderPaid, durable, when = |event: &OrderPaid| event.amount > 100)]
    fn large(event: &OrderPaid) {
        LOG.note(format_args!("large {}", event.amount));
    }

    #[receiver(Tick, durable)]
    async fn tick(_db: &Db) {
        LOG.note("tick");
    }

    let db = database().await?;
    db.transaction(async |tx| {
        Tick.send(tx).await?;
        OrderPaid { order: 1, amount: 50, r#type: String::new() }.send(tx).await?;
        OrderPaid { order: 2, amount: 500, r#type: "gift".to_owned() }.send(tx).await
    })
    .await?;
    LOG.is(&expect![[r#"
        at once 1
        at once 2
    "#]]);
    work(&db).await?;
    LOG.is(&expect![[r#"
        large 500
        ship 1 50 "" by 1
        ship 2 500 "gift" by 2
        tick
    "#]]);
    db.transaction(async |tx| OrderPaid { order: 4, amount: 5, r#type: String::new() }.send(tx).await).await?;
    db.execute("UPDATE signals_event SET version = 1", &()).await?;
    work(&db).await?;
    LOG.is(&expect![[r#"
        at once 4
        from version 1: 4 3
        from version 2: 4 3
        ship 4 5 "of version 1" by 4
    "#]]);
    let failed = db.transaction(async |tx| {
        OrderPaid { order: 3, amount: 5, r#type: String::new() }.send(tx).await?;
        Err::<(), _>(signals::Error::other("no"))
    });
    assert!(failed.await.is_err());
    assert_eq!(work(&db).await?, 0);
    Ok(())
}

#[tokio::test]
async fn values_of_the_context_are_those_of_the_worker() -> TestResult {
    #[model]
    #[derive(Default)]
    struct Guest {
        #[key]
        id: Id<Guest>,
    }

    struct Mailer(&'static str);

    static LOG: Log = Log::new();

    #[receiver(post_commit, sender = Guest, durable)]
    async fn in_tx(#[context] mailer: &Mailer, tx: &mut Tx, context: &signals::Context) {
        LOG.note(format_args!(
            "{} {}",
            mailer.0,
            tx.context().get::<Mailer>().is_some() && context.get::<Mailer>().is_some()
        ));
    }

    #[receiver(post_commit, sender = Guest, durable)]
    fn outside(#[context] mailer: Option<&Mailer>, context: &signals::Context) {
        LOG.note(format_args!("{:?} {}", mailer.map(|mailer| mailer.0), context.get::<Mailer>().is_some()));
    }

    let db = database().await?;
    Guest::default().save(&db).await?;
    work(&db.with(Mailer("smtp"))).await?;
    LOG.is(&expect![[r#"
        Some("smtp") true
        smtp true
    "#]]);
    Ok(())
}

#[tokio::test]
async fn a_receiver_of_any_sender_and_of_several() -> TestResult {
    #[model]
    #[derive(Default)]
    struct Cat {
        #[key]
        id: Id<Cat>,
    }

    #[model]
    #[derive(Default)]
    struct Dog {
        #[key]
        id: Id<Dog>,
    }

    static LOG: Log = Log::new();

    #[receiver([post_commit, post_delete_commit], sender = [Cat, Dog], durable)]
    async fn both<M: AnyModel>(instance: &M, delivery: &Delivery) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format_args!("both {} {}", instance.model().name, delivery.key()));
    }

    #[receiver(post_commit, durable, when = |event| ["Cat", "Dog"].contains(&event.instance.model().name))]
    async fn any(instance: &dyn AnyModel) {
        LOG.note(format_args!("any {}", instance.model().name));
    }

    let db = database().await?;
    Cat::default().save(&db).await?;
    let mut dog = Dog::default();
    dog.save(&db).await?;
    dog.delete(&db).await?;
    work(&db).await?;
    LOG.is(&expect![[r#"
        any Cat
        any Dog
        both Cat cats:1
        both Dog dogs:1
        both Dog dogs:1
    "#]]);
    Ok(())
}

#[test]
fn the_registry_knows_how_a_receiver_is_delivered() {
    #[signal(durable)]
    struct Settings {
        place: u64,
    }

    #[receiver(Settings, durable)]
    fn defaults() {}

    #[receiver(Settings, durable, retries = 0, backoff = "10s", concurrency = 2, key = place, on_dead = skip, id = "all")]
    fn all(_tx: &mut Tx) {}

    #[receiver(Settings, durable, on_dead = block_key)]
    async fn blocks(_place: u64) {}

    #[receiver(Settings)]
    fn ordinary() {}

    let of = |name: &str| {
        let mut receivers = signals::dispatch::receivers();
        receivers
            .find(|receiver| receiver.signal() == "Settings" && receiver.id.name.ends_with(name))
            .map(|found| found.durable)
    };
    let all =
        Durability::NEW.retries(0).backoff(Duration::from_secs(10)).concurrency(2).key("place").on_dead(OnDead::Skip);
    assert_eq!(of("defaults"), Some(Some(&Durability::NEW)));
    assert_eq!(of("all"), Some(Some(&all.with_tx())));
    assert_eq!(of("blocks"), Some(Some(&Durability::NEW)));
    assert_eq!(of("ordinary"), Some(None));
}
