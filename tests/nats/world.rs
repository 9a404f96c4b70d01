//! Two programs, their databases, and the broker between them.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use signals::durable::Carried;
use signals::durable::nats::{Consumer, Program, Relay, async_nats, incoming, outgoing};
use signals::prelude::*;
use signals::{ConnectOptions, durable};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::databases::{Database, TestResult};

pub(crate) struct Orders;
impl Program for Orders {
    const NAME: &'static str = "orders";
}

pub(crate) struct Mail;
impl Program for Mail {
    const NAME: &'static str = "mail";
}

pub(crate) struct Reports;
impl Program for Reports {
    const NAME: &'static str = "reports";
}

#[signal(durable)]
pub(crate) struct OrderPaid {
    pub(crate) order: i64,
    pub(crate) amount: i64,
}

outgoing!(OrderPaid, to = Mail, key = order);
incoming!(OrderPaid, from = Orders);

/// Goes to two programs.
#[signal(durable)]
pub(crate) struct OrderShipped {
    pub(crate) order: i64,
}

outgoing!(OrderShipped, to = Mail, key = order);
outgoing!(OrderShipped, to = Reports);
incoming!(OrderShipped, from = Orders);

/// Is received by no program.
#[signal(durable)]
pub(crate) struct OrderForgotten {
    pub(crate) order: i64,
}

outgoing!(OrderForgotten, to = Mail, key = order);

/// What a receiver has written.
#[model]
#[derive(Debug)]
pub(crate) struct Effect {
    #[key]
    id: Id<Effect>,
    receiver: String,
    order: i64,
    amount: i64,
}

#[receiver(OrderPaid, durable, key = order)]
async fn book(order: i64, amount: i64, tx: &mut Tx) -> Result<()> {
    Effect { id: Id::default(), receiver: "book".to_owned(), order, amount }.save(tx).await
}

#[receiver(OrderPaid, durable, when = |paid| paid.amount >= 1_000)]
async fn thank(order: i64, amount: i64, #[context] tenant: Option<&Tenant>, tx: &mut Tx) -> Result<()> {
    let receiver = tenant.map_or_else(|| "thank".to_owned(), |Tenant(tenant)| format!("thank for {tenant}"));
    Effect { id: Id::default(), receiver, order, amount }.save(tx).await
}

#[receiver(OrderShipped, durable, key = order)]
async fn announce(order: i64, tx: &mut Tx) -> Result<()> {
    Effect { id: Id::default(), receiver: "announce".to_owned(), order, amount: 0 }.save(tx).await
}

pub(crate) struct Tenant(pub(crate) String);

impl Carried for Tenant {
    const NAME: &'static str = "tenant";

    fn to_text(&self) -> String {
        self.0.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }

    #[cfg(feature = "tracing")]
    fn link_span(&self, span: &tracing::Span, attempt: u32) {
        span.record("trace_id", format!("that of {}, attempt {attempt}", self.0));
    }
}

/// A program's database, and what it has reported.
pub(crate) struct Side {
    pub(crate) db: Db,
    errors: Arc<Mutex<Vec<String>>>,
    _database: Database,
}

impl Side {
    async fn new(database: Database) -> Result<Self> {
        let errors: Arc<Mutex<Vec<String>>> = Arc::default();
        let reported = Arc::clone(&errors);
        let options = ConnectOptions::new(database.url()).carry::<Tenant>().on_error(move |error| {
            reported.lock().unwrap_or_else(PoisonError::into_inner).push(error.to_string());
        });
        let db = options.connect().await?;
        db.create_tables().await?;
        Ok(Self { db, errors, _database: database })
    }

    pub(crate) fn has_reported(&self, text: &str) -> bool {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|error| error.contains(text))
    }

    pub(crate) async fn count(&self, from: &str) -> Result<i64> {
        self.db.query_one(&format!("SELECT COUNT(*) FROM {from}"), &()).await
    }

    /// What the receivers have written, in its order.
    pub(crate) async fn effects(&self) -> Result<Vec<(String, i64, i64)>> {
        let effects = Effect::all(&self.db).await?;
        Ok(effects.into_iter().map(|effect| (effect.receiver, effect.order, effect.amount)).collect())
    }
}

/// The program that sends, one that receives, and the broker.
pub(crate) struct World {
    pub(crate) orders: Side,
    pub(crate) mail: Side,
    pub(crate) client: async_nats::Client,
    pub(crate) prefix: String,
    database: Database,
}

/// A task that ends when this is dropped, wherever it is.
pub(crate) struct Task(JoinHandle<Result<()>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Task {
    /// Ends the task, and waits for its end.
    pub(crate) async fn kill(mut self) {
        self.0.abort();
        let _ = (&mut self.0).await;
    }
}

/// The server of the tests. The first test without one says so, even if the output of tests is captured.
pub(crate) fn server() -> Option<String> {
    static SAID: Once = Once::new();
    let server = std::env::var("SIGNALS_TEST_NATS").ok();
    if server.is_none() {
        SAID.call_once(|| {
            let _ = writeln!(std::io::stderr(), "the tests over NATS do nothing: SIGNALS_TEST_NATS names no server");
        });
    }
    server
}

impl World {
    /// `None` if there is no server.
    pub(crate) async fn new(database: &Database) -> Result<Option<Self>> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(server) = server() else { return Ok(None) };
        let prefix = format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let orders = Side::new(database.another().await).await?;
        let mail = Side::new(database.another().await).await?;
        let client = async_nats::connect(server).await.map_err(Error::other)?;
        Ok(Some(Self { orders, mail, client, prefix, database: database.another().await }))
    }

    pub(crate) async fn another_side(&self) -> Result<Side> {
        Side::new(self.database.another().await).await
    }

    pub(crate) fn relay(&self) -> Relay {
        let relay = Relay::of::<Orders>(&self.orders.db, &self.client).prefix(&self.prefix);
        relay.resend_after(Duration::from_millis(500)).poll_every(Duration::from_millis(50))
    }

    pub(crate) fn start_relay(&self) -> Task {
        start_relay(self.relay())
    }

    pub(crate) fn start_mail(&self) -> Task {
        start(Consumer::of::<Mail>(&self.mail.db, &self.client).prefix(&self.prefix))
    }

    pub(crate) async fn send(&self, order: i64, amount: i64) -> Result<()> {
        let mut tx = self.orders.db.begin().await?;
        OrderPaid { order, amount }.send(&mut tx).await?;
        tx.commit().await
    }

    /// How many events wait for a program.
    pub(crate) async fn waiting(&self, program: &str) -> Result<i64> {
        self.orders.count(&format!("signals_todo WHERE receiver = 'nats:{program}'")).await
    }

    /// Waits until no event waits for a program.
    pub(crate) async fn all_sent(&self, program: &str) -> TestResult {
        eventually("all events are sent", async || Ok(self.waiting(program).await? == 0)).await
    }

    /// Calls the receivers of the program that receives.
    pub(crate) async fn work(&self) -> Result<()> {
        durable::Worker::new(&self.mail.db).run_due().await.map(drop)
    }

    pub(crate) fn jetstream(&self) -> async_nats::jetstream::Context {
        async_nats::jetstream::new(self.client.clone())
    }

    /// Waits until a stream of this test has this many messages.
    pub(crate) async fn in_stream(&self, name: &str, messages: u64) -> TestResult {
        let name = format!("{}-{name}", self.prefix);
        eventually("the messages are in the stream", async || {
            let Ok(mut stream) = self.jetstream().get_stream(&name).await else { return Ok(false) };
            Ok(stream.info().await.map_err(Error::other)?.state.messages == messages)
        })
        .await
    }

    /// Deletes a stream of this test. Returns false if it does not exist.
    pub(crate) async fn delete_stream(&self, name: &str) -> bool {
        self.jetstream().delete_stream(format!("{}-{name}", self.prefix)).await.is_ok()
    }

    /// Deletes the streams of this test.
    pub(crate) async fn end(self) -> TestResult {
        for stream in ["for-mail", "for-reports", "receipts-orders"] {
            self.delete_stream(stream).await;
        }
        Ok(())
    }
}

pub(crate) fn start(consumer: Consumer) -> Task {
    Task(tokio::spawn(consumer.run(std::future::pending())))
}

pub(crate) fn start_relay(relay: Relay) -> Task {
    Task(tokio::spawn(relay.run(std::future::pending())))
}

/// Waits until something is true.
pub(crate) async fn eventually(what: &str, holds: impl AsyncFn() -> Result<bool>) -> TestResult {
    let begun = Instant::now();
    while !holds().await? {
        if begun.elapsed() > Duration::from_secs(45) {
            return Err(format!("not within 45 seconds: {what}").into());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
