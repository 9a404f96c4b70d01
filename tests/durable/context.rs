//! The context of durable receivers.

use expect_test::expect;
use signals::durable::{Carried, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database! {
    carried_values_reach_the_receiver_and_what_it_saves,
    a_receiver_without_a_value_that_it_needs_fails,
    a_carried_value_that_cannot_be_read_is_a_failed_attempt,
}

static LOG: Log = Log::new();

/// The tests have their receivers, and so their log, in common.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

struct Tenant(String);

impl Carried for Tenant {
    const NAME: &'static str = "tenant";

    fn to_text(&self) -> String {
        self.0.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        assert!(text != "panics", "no such tenant");
        (text != "unknown").then(|| Self(text.to_owned()))
    }
}

struct Mailer(&'static str);

#[model]
#[derive(Debug, Default)]
struct Order {
    #[key]
    id: Id<Order>,
}

#[model]
#[derive(Debug, Default)]
struct Letter {
    #[key]
    id: Id<Letter>,
}

#[receiver(post_commit, sender = Order, durable, id = "context::confirm", retries = 0)]
async fn confirm(#[context] tenant: Option<&Tenant>, #[context] mailer: &Mailer, tx: &mut Tx) -> Result<()> {
    LOG.note(format!("confirm of {:?} by {}", tenant.map(|tenant| &tenant.0), mailer.0));
    Letter::default().save(tx).await
}

#[receiver(post_save, sender = Letter)]
fn written(#[context] tenant: Option<&Tenant>) {
    LOG.note(format!("a letter of {:?}", tenant.map(|tenant| &tenant.0)));
}

/// Rule 98.
async fn carried_values_reach_the_receiver_and_what_it_saves(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database
        .connect_with::<(Order, Letter, Event, Todo)>(|options| options.with(Mailer("the worker")).carry::<Tenant>())
        .await?;
    let request = db.with(Tenant("acme".to_owned())).with(Mailer("the request"));
    Order::default().save(&request).await?;
    Order::default().save(&db).await?;
    // One after the other, so that their lines do not mix.
    assert_eq!(Worker::new(&db).concurrency(1).run_due().await?.succeeded, 2);
    LOG.is(&expect![[r#"
        confirm of Some("acme") by the worker
        a letter of Some("acme")
        confirm of None by the worker
        a letter of None
    "#]]);
    Ok(())
}

/// Rule 98.
async fn a_receiver_without_a_value_that_it_needs_fails(database: &Database) -> TestResult {
    let _turn = TURN.lock().await;
    let db = database.connect_with::<(Order, Letter, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    Order::default().save(&db.with(Mailer("the request"))).await?;
    assert_eq!(Worker::new(&db).run_due().await?.failed, 1);
    let dead = signals::durable::dead_calls(&db, 0).await?;
    assert!(dead[0].error.contains("Mailer"), "{}", dead[0].error);
    LOG.is(&expect![[""]]);
    Ok(())
}

/// Rule 98.
async fn a_carried_value_that_cannot_be_read_is_a_failed_attempt(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Postcard {
        #[key]
        id: Id<Postcard>,
    }

    #[receiver(post_commit, sender = Postcard, durable, id = "context::stamp", retries = 0)]
    fn stamp() {}

    #[receiver(post_commit, sender = Postcard, durable, id = "context::file", retries = 0)]
    async fn file(tx: &mut Tx) {
        let _ = tx;
    }

    let _turn = TURN.lock().await;
    let options = |options: signals::ConnectOptions| options.carry::<Tenant>().on_error(|_| {});
    let db = database.connect_with::<(Postcard, Event, Todo)>(options).await?;
    for tenant in ["unknown", "panics"] {
        Postcard::default().save(&db.with(Tenant(tenant.to_owned()))).await?;
    }
    assert_eq!(Worker::new(&db).run_due().await?.failed, 4);
    let dead = signals::durable::dead_calls(&db, 0).await?;
    let unreadable = "the stored context of an event cannot be read: the value of `tenant`";
    let of_event = |event| dead.iter().filter(move |dead| dead.event == event).map(|dead| &*dead.error);
    assert!(of_event(1).eq([unreadable; 2]), "{dead:?}");
    let panicked = format!("{unreadable}: a panic: no such tenant");
    assert!(of_event(2).eq([&*panicked; 2]), "{dead:?}");
    Ok(())
}
