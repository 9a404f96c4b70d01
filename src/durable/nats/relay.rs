//! The relay: sends the events that wait for other programs, and deletes those whose receipt has come back.

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use async_nats::Client;
use futures_util::StreamExt;
use futures_util::future::join_all;
use signals_core::BoxFuture;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::broker::{self, Broker};
use super::message::{Envelope, Receipt};
use super::outbox::{self, Outbox};
use super::program::{Program, name_of};
use crate::db::Db;
use crate::durable::backoff::{self, Failures};
use crate::durable::claim::{self, Claimed};
use crate::durable::cleaning::Cleaning;
use crate::durable::heads::Heads;
use crate::durable::options::pause;
use crate::durable::receivers::Durables;
use crate::durable::seen::EventSpan;
use crate::durable::writable;
use crate::error::{Error, Result};

/// After a failure of the broker or of the database, how long until it is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest time until an event is sent again that the broker has not taken.
const LONGEST: Duration = Duration::from_mins(1);

/// Sends the durable signals of this program that other programs receive: those that [`outgoing!`](super::outgoing) declares.
///
/// Any number of relays may run, in the processes of the program or in one of their own.
///
/// ```no_run
/// use signals::durable::nats::{Program, Relay, async_nats};
/// use signals::prelude::*;
///
/// struct Orders;
///
/// impl Program for Orders {
///     const NAME: &'static str = "orders";
/// }
///
/// #[tokio::main]
/// async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
///     let db = Db::connect("postgres://localhost/orders").await?;
///     let client = async_nats::connect("nats://localhost").await?;
///     // Or a future that is ready when the process is told to end.
///     let stop = std::future::pending();
///     Relay::of::<Orders>(&db, &client).run(stop).await?;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
#[must_use = "a relay does nothing until `run` is called"]
pub struct Relay {
    db: Db,
    broker: Broker,
    program: &'static str,
    options: Options,
}

#[derive(Debug, Clone)]
struct Options {
    lease: Duration,
    poll: Duration,
    max_age: Duration,
    in_flight: usize,
    keep: Duration,
}

impl Relay {
    /// A relay of the program `P`, in its database.
    pub fn of<P: Program>(db: &Db, client: &Client) -> Self {
        let options = Options {
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            max_age: Duration::from_hours(30 * 24),
            in_flight: 1_000,
            keep: Duration::ZERO,
        };
        Self { db: db.clone(), broker: Broker::new(client), program: name_of::<P>(), options }
    }

    /// What the names of the streams begin with. The default is `signals`. It is the same in all programs that send to each other, and
    /// different for two installations of the same programs on one broker.
    ///
    /// # Panics
    /// If it has other characters than letters, digits, `-` and `_`.
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.broker = self.broker.with_prefix(prefix);
        self
    }

    /// How long after an event was sent it is sent again, if its receipt has not come back. The default is 30 seconds. The time doubles
    /// with each copy, up to 10 minutes. The copies of an event replace each other in the stream.
    pub fn resend_after(mut self, time: Duration) -> Self {
        self.options.lease = time;
        self
    }

    /// How often the relay looks for events that it was not told of. The default is 1 second.
    pub fn poll_every(mut self, time: Duration) -> Self {
        self.options.poll = pause(time);
        self
    }

    /// How long an event is sent. The default is 30 days. An older one is [dead](crate::durable::dead_calls) instead: the other
    /// program remembers what it has received for this time and a day, and afterwards a copy could be received twice. For the same reason, `retry` of an event that is
    /// dead because of its age only makes it dead again.
    pub fn max_age(mut self, time: Duration) -> Self {
        self.options.max_age = time;
        self
    }

    /// How many events may be on their way to each program. The default is 1,000.
    ///
    /// # Panics
    /// If it is 0.
    pub fn in_flight(mut self, events: usize) -> Self {
        assert!(events > 0, "a relay that sends no events does nothing");
        self.options.in_flight = events;
        self
    }

    /// How long events are kept after their last call. The default is not at all. Set it to that of
    /// [`Worker::keep_events`](crate::durable::Worker::keep_events).
    pub fn keep_events(mut self, time: Duration) -> Self {
        self.options.keep = time;
        self
    }

    /// Sends events until `until` is ready. Failures of the broker and of the database are reported to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the relay goes on.
    ///
    /// # Errors
    /// The tables do not exist, or the database is read-only.
    pub fn run<'a>(self, until: impl Future<Output = ()> + Send + 'a) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.run_until(until))
    }

    async fn run_until(self, until: impl Future<Output = ()>) -> Result<()> {
        outbox::check(&self.db).await?;
        writable::check(&self.db, "signals_todo").await?;
        // A receipt frees the next event of its key.
        let freed = Notify::new();
        tokio::select! {
            () = self.send_events(until, &freed) => Ok(()),
            () = self.take_receipts(&freed) => Ok(()),
        }
    }

    async fn send_events(&self, until: impl Future<Output = ()>, freed: &Notify) {
        let mut until = pin!(until);
        let (mut cleaning, mut heads) = (Cleaning::new(self.options.keep), Heads::default());
        let mut failures = Failures::default();
        if let Err(error) = self.open().await {
            self.db.report(error);
        }
        loop {
            // It is registered before the database is asked, so that nothing that is stored in between is missed.
            let mut stored = pin!(self.db.stored());
            stored.as_mut().enable();
            let (sent, cleaned) = (self.send_all(&mut heads).await, cleaning.go_on(&self.db).await);
            let pause = match (sent, cleaned) {
                (Ok(pause), Ok(())) => {
                    failures.succeeded();
                    pause
                }
                (sent, cleaned) => {
                    [sent.err(), cleaned.err()].into_iter().flatten().for_each(|error| self.db.report(error));
                    failures.end_pause();
                    failures.failed(PAUSE)
                }
            };
            tokio::select! {
                biased;
                () = &mut until => return,
                () = freed.notified() => {}
                () = stored => {}
                () = sleep(backoff::jittered(pause)) => {}
            }
        }
    }

    /// Creates the streams that are missing. A failure is not the end: sending tries it again.
    async fn open(&self) -> Result<()> {
        for receiver in outbox::receivers() {
            self.broker.events_for(outbox::program(receiver)).await?;
        }
        Ok(())
    }

    fn outbox<'a>(&'a self, receiver: &'static str, durables: &'a Durables) -> Outbox<'a> {
        let Options { lease, max_age, in_flight, .. } = self.options;
        Outbox { db: &self.db, durables, receiver, lease, max_age, in_flight }
    }

    /// Sends what is due, to each program. Returns how long to wait.
    async fn send_all(&self, heads: &mut Heads) -> Result<Duration> {
        let (mut pause, durables) = (self.options.poll, Durables::linked());
        for receiver in outbox::receivers() {
            let outbox = self.outbox(receiver, &durables);
            loop {
                let claimed = outbox.claim(heads).await?;
                if claimed.is_empty() {
                    break;
                }
                if !self.send(&outbox, claimed).await? {
                    pause = pause.min(PAUSE);
                    break;
                }
            }
            let work = claim::work(&self.db, &[receiver], &durables).await?;
            if let Some(due) = work.into_iter().find_map(|work| work.later) {
                pause = pause.min(due.max(Duration::from_millis(1)));
            }
        }
        Ok(pause)
    }

    /// Sends events. Returns whether the broker has taken all of them.
    async fn send(&self, outbox: &Outbox<'_>, claimed: Vec<Claimed>) -> Result<bool> {
        let sent = join_all(claimed.iter().map(|claimed| self.send_one(outbox.program(), claimed))).await;
        let mut failure = None;
        for (claimed, sent) in claimed.iter().zip(sent) {
            if let Err(error) = sent {
                let again = backoff::after(claimed.attempts + 1, PAUSE).min(LONGEST);
                outbox.put_back(claimed, again, &error.to_string()).await?;
                failure.get_or_insert(error);
            }
        }
        let Some(error) = failure else { return Ok(true) };
        self.db.report(Error::other(format!("events for the program `{}` cannot be sent: {error}", outbox.program())));
        // The stream may be missing.
        self.broker.events_for(outbox.program()).await?;
        Ok(false)
    }

    async fn send_one(&self, to: &str, claimed: &Claimed) -> Result<()> {
        let mut span = EventSpan::publish(&self.db, claimed);
        let envelope = Envelope::new(self.program, claimed, self.options.max_age)?;
        let event = (envelope.event, envelope.at);
        let sent = self.broker.send_event(to, self.program, event, claimed.attempts + 1, envelope.write());
        let sent = span.around(sent).await;
        span.end(if sent.is_ok() { "sent" } else { "failed" });
        sent
    }

    async fn take_receipts(&self, freed: &Notify) {
        let mut failures = Failures::default();
        loop {
            let Err(error) = self.try_take_receipts(freed, &mut failures).await;
            self.db.report(error);
            sleep(failures.failed(PAUSE)).await;
        }
    }

    async fn try_take_receipts(&self, freed: &Notify, failures: &mut Failures) -> Result<std::convert::Infallible> {
        let consumer = broker::consumer(&self.broker.receipts_of(self.program).await?, "relay").await?;
        loop {
            let mut messages = broker::ask(&consumer).await?;
            while let Some(messages) = messages.next().await {
                let messages = messages.into_iter().collect::<Result<Vec<_>>>()?;
                let mut receipts = Vec::new();
                for message in &messages {
                    match Receipt::read(&message.payload) {
                        Ok(receipt) => receipts.push(receipt),
                        Err(error) => self.db.report(error),
                    }
                }
                outbox::finish(&self.db, &receipts, self.options.keep.is_zero()).await?;
                freed.notify_one();
                for message in messages {
                    message.ack().await.map_err(|error| Error::other(error.to_string()))?;
                }
            }
            failures.succeeded();
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, broker, options, .. } = self;
        f.debug_struct("Relay")
            .field("program", program)
            .field("broker", broker)
            .field("options", options)
            .finish_non_exhaustive()
    }
}
