//! The consumer: stores the events of other programs for the durable receivers of this one.

use std::fmt;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::time::{Duration, SystemTime};

use async_nats::Client;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use futures_util::future::join_all;
use signals_core::BoxFuture;
use tokio::time::{Instant, sleep};

use super::broker::{self, Broker};
use super::declare::Incoming;
use super::inbox;
use super::message::Envelope;
use super::program::{Program, name_of};
use crate::db::{Db, Tx, micros};
use crate::durable::backoff::{self, Failures};
use crate::durable::seen::{EventSpan, Received};
use crate::durable::writable;
use crate::error::{Error, Result};

/// After a failure of the broker or of the database, how long until it is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest time until the broker sends an event again that was not taken.
const LONGEST: Duration = Duration::from_mins(10);
/// How often old rows of the inbox are looked for.
const CLEAN: Duration = Duration::from_mins(10);

/// Receives the durable signals of other programs: those that [`incoming!`](super::incoming) declares.
///
/// It stores each event in the database of this program, once, as if it was sent here. [Workers](crate::durable::Worker) call the
/// durable receivers afterwards, with their retries, their order and all that is true of events of the program itself. Ordinary
/// receivers of the signal are not called.
///
/// Any number of consumers may run, in the processes of the program or in one of their own.
///
/// ```no_run
/// use signals::durable::nats::{Consumer, Program, async_nats};
/// use signals::prelude::*;
///
/// struct Mail;
///
/// impl Program for Mail {
///     const NAME: &'static str = "mail";
/// }
///
/// #[tokio::main]
/// async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
///     let db = Db::connect("postgres://localhost/mail").await?;
///     let client = async_nats::connect("nats://localhost").await?;
///     let worker = db.work();
///     // Or a future that is ready when the process is told to end.
///     let stop = std::future::pending();
///     Consumer::of::<Mail>(&db, &client).run(stop).await?;
///     worker.stop().await?;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
#[must_use = "a consumer does nothing until `run` is called"]
pub struct Consumer {
    db: Db,
    broker: Broker,
    program: &'static str,
}

/// A message, and the event in it.
struct Arrived {
    message: Message,
    envelope: Envelope,
    incoming: &'static Incoming,
    span: EventSpan,
}

impl Consumer {
    /// A consumer of the program `P`, in its database.
    pub fn of<P: Program>(db: &Db, client: &Client) -> Self {
        Self { db: db.clone(), broker: Broker::new(client), program: name_of::<P>() }
    }

    /// What the names of the streams begin with: see [`Relay::prefix`](super::Relay::prefix).
    ///
    /// # Panics
    /// If it has other characters than letters, digits, `-` and `_`.
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.broker = self.broker.with_prefix(prefix);
        self
    }

    /// Receives events until `until` is ready. Failures of the broker and of the database are reported to the handler of
    /// [`ConnectOptions::on_error`](crate::db::ConnectOptions::on_error), and the consumer goes on. An event that this program does not know, or knows
    /// in an older version only, is reported, and received again later.
    ///
    /// # Errors
    /// The table `signals_inbox` does not exist, or the database is read-only.
    pub fn run<'a>(self, until: impl Future<Output = ()> + Send + 'a) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.run_until(until))
    }

    async fn run_until(self, until: impl Future<Output = ()>) -> Result<()> {
        let mut until = pin!(until);
        if Incoming::linked().next().is_none() {
            self.db.report(Error::other(format!(
                "the consumer of the program `{}` receives nothing, because no `incoming!` is linked into this program",
                self.program
            )));
            until.await;
            return Ok(());
        }
        inbox::check(&self.db).await?;
        writable::check(&self.db, "signals_inbox").await?;
        let mut failures = Failures::default();
        loop {
            let opened = tokio::select! {
                () = &mut until => return Ok(()),
                opened = self.open() => opened,
            };
            let received = match opened {
                Ok(consumer) => self.receive(&consumer, until.as_mut(), &mut failures).await,
                Err(error) => Err(error),
            };
            match received {
                Ok(()) => return Ok(()),
                Err(error) => self.db.report(error),
            }
            tokio::select! {
                () = &mut until => return Ok(()),
                () = sleep(failures.failed(PAUSE)) => {}
            }
        }
    }

    /// Creates what is missing in the broker.
    async fn open(&self) -> Result<PullConsumer> {
        let mut programs: Vec<_> = Incoming::linked().map(|incoming| incoming.from).collect();
        programs.sort_unstable();
        programs.dedup();
        for program in programs {
            self.broker.receipts_of(program).await?;
        }
        broker::consumer(&self.broker.events_for(self.program).await?, self.program).await
    }

    /// Receives events until `until` is ready, or the broker fails.
    async fn receive(
        &self,
        consumer: &PullConsumer,
        mut until: Pin<&mut impl Future<Output = ()>>,
        failures: &mut Failures,
    ) -> Result<()> {
        let mut cleaned: Option<Instant> = None;
        loop {
            if cleaned.is_none_or(|cleaned| cleaned.elapsed() >= CLEAN) {
                cleaned = Some(Instant::now());
                inbox::clean(&self.db).await?;
            }
            let mut messages = broker::ask(consumer).await?;
            loop {
                let messages = tokio::select! {
                    () = until.as_mut() => return Ok(()),
                    messages = messages.next() => messages,
                };
                let Some(messages) = messages else { break };
                self.take(messages.into_iter().collect::<Result<_>>()?).await?;
                failures.succeeded();
            }
            failures.succeeded();
        }
    }

    /// Stores events, and answers for them.
    async fn take(&self, messages: Vec<Message>) -> Result<()> {
        let mut arrived = Vec::new();
        for message in messages {
            match self.read(&message) {
                Ok(Some((envelope, incoming, span))) => arrived.push(Arrived { message, envelope, incoming, span }),
                Ok(None) => message.ack_with(AckKind::Term).await.map_err(failed)?,
                Err(error) => self.put_back(&message, error).await?,
            }
        }
        match self.store(&arrived).await {
            Ok(()) => return self.answer(&mut arrived).await,
            Err(error) if arrived.len() == 1 => return self.put_back_event(&mut arrived[0], error).await,
            Err(_) => {}
        }
        // One of them cannot be stored, which does not hold back the others.
        for arrived in arrived.chunks_mut(1) {
            match self.store(arrived).await {
                Ok(()) => self.answer(arrived).await?,
                Err(error) => self.put_back_event(&mut arrived[0], error).await?,
            }
        }
        Ok(())
    }

    /// The event of a message. `None` if it is too old.
    fn read(&self, message: &Message) -> Result<Option<(Envelope, &'static Incoming, EventSpan)>> {
        let envelope = Envelope::read(&message.payload)?;
        let mut span = self.span(message, &envelope);
        let Envelope { from, signal, event, .. } = &envelope;
        if envelope.expires < micros(SystemTime::now()) {
            // Its program does not send it any more, and whether it was received before is not known any more.
            self.db.report(Error::other(format!("event {event} of the program `{from}` has arrived too late")));
            span.end("too_late");
            return Ok(None);
        }
        let is_meant = |incoming: &&Incoming| incoming.from == from && incoming.signal == signal;
        let Some(incoming) = Incoming::linked().find(is_meant) else {
            span.end("failed");
            return Err(Error::other(format!(
                "this program does not receive `{signal}` of the program `{from}`: `incoming!` is missing"
            )));
        };
        Ok(Some((envelope, incoming, span)))
    }

    fn span(&self, message: &Message, envelope: &Envelope) -> EventSpan {
        let Envelope { from, event, at, signal, context, .. } = envelope;
        let (attempt, context) = (delivered(message), context.as_deref());
        EventSpan::receive(&self.db, &Received { from, event: *event, signal, attempt, at: *at, context })
    }

    async fn put_back_event(&self, arrived: &mut Arrived, error: Error) -> Result<()> {
        arrived.span.end("failed");
        arrived.span.around(self.put_back(&arrived.message, error)).await
    }

    /// The broker sends a message again later.
    async fn put_back(&self, message: &Message, error: Error) -> Result<()> {
        let again = backoff::after(delivered(message), PAUSE).min(LONGEST);
        self.db.report(Error::other(format!("an event was not received, and comes again after {again:?}: {error}")));
        message.ack_with(AckKind::Nak(Some(again))).await.map_err(failed)
    }

    /// Stores events that were not received before, for the receivers of this program.
    async fn store(&self, arrived: &[Arrived]) -> Result<()> {
        if arrived.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin_at(Location::caller()).await?;
        let stored = store_in(&tx, arrived).await;
        tx.end(stored).await
    }

    /// Sends the receipts of events that are committed, and acknowledges their messages afterwards.
    async fn answer(&self, arrived: &mut [Arrived]) -> Result<()> {
        let answers = arrived.iter_mut().map(|Arrived { message, envelope, span, .. }| {
            span.end("stored");
            span.around(async {
                let Envelope { from, event, at, .. } = &*envelope;
                let receipt = envelope.receipt(self.program).write();
                self.broker.send_receipt(from, self.program, (*event, *at), receipt).await?;
                message.double_ack().await.map_err(failed)
            })
        });
        join_all(answers).await.into_iter().collect()
    }
}

async fn store_in(tx: &Tx, arrived: &[Arrived]) -> Result<()> {
    for Arrived { envelope, incoming, .. } in arrived {
        if !inbox::note(tx, envelope).await? {
            continue;
        }
        let Envelope { version, fields, context, .. } = envelope;
        if let Some(event) = incoming.receive(tx, *version, fields.clone(), context.clone())? {
            tx.queue_event(event);
        }
    }
    Ok(())
}

/// How often the broker has delivered a message.
fn delivered(message: &Message) -> u32 {
    message.info().map_or(1, |info| u32::try_from(info.delivered).unwrap_or(1))
}

fn failed(error: async_nats::Error) -> Error {
    Error::other(error)
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, broker, .. } = self;
        f.debug_struct("Consumer").field("program", program).field("broker", broker).finish_non_exhaustive()
    }
}
