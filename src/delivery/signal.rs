//! Durable signals of the program's own: `#[signal(durable)]`.

#[cfg(feature = "nats")]
use std::any::TypeId;
use std::fmt;

use signals_core::__private::{Asynchronous, Payload, SignalState, Source, asynchronous, catch_panic};
use signals_core::{BoxFuture, Receiver};

use super::fields::payload as payload_of;
#[cfg(feature = "nats")]
use super::outgoing::outgoing_calls;
use super::payload::{DurableOf, Place, calls_of, deliver};
use super::{DurableFieldError, Fields};
use crate::db::{CallOrder, Db, OutgoingCall, OutgoingEvent, Tx};
use crate::error::{Error, Result};

/// A struct with `#[signal(durable)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a durable signal",
    label = "not a durable signal",
    note = "a durable signal is a struct of your own with `#[signal(durable)]`"
)]
pub trait DurableSignal:
    Payload<Mode = Asynchronous, Output = (), Any = Self> + for<'a> Payload<Of<'a> = Self> + Send + 'static
{
    /// The name of the signal, as it is stored.
    const NAME: &'static str;
    /// The version of its fields.
    const VERSION: u32 = 1;

    /// What is declared of it for other programs: one answer, so that another type is one error.
    #[cfg(feature = "nats")]
    const BETWEEN_PROGRAMS: BetweenPrograms =
        BetweenPrograms { signal: TypeId::of::<Self>(), name: Self::NAME, receive: received::<Self> };

    /// Changes the fields of an older version into those of the next one, up to the current version.
    fn upcast(_version: u32, _fields: &mut Fields) {}

    /// Adds its fields.
    fn write(&self, fields: &mut Fields) -> Result<(), DurableFieldError>;
    /// Takes its fields.
    fn read(fields: &mut Fields) -> Result<Self, DurableFieldError>;

    /// The receivers that are called when it is sent.
    fn state() -> &'static SignalState<Self>;
    /// The receivers that are called later.
    fn durable_state() -> &'static SignalState<DurableOf<Self>>;
}

/// A durable signal that programs send to one another.
#[cfg(feature = "nats")]
#[derive(Debug, Clone, Copy)]
pub struct BetweenPrograms {
    pub(crate) signal: TypeId,
    pub(crate) name: &'static str,
    pub(crate) receive: Receive,
}

/// Makes the event of another program one of this program.
#[cfg(feature = "nats")]
pub(crate) type Receive = fn(&Tx, u32, Fields, Option<String>) -> Result<Option<OutgoingEvent>>;

/// Sends a durable signal: calls its ordinary receivers, and stores the event for the others.
///
/// # Errors
/// A field cannot be stored, an ordinary receiver fails, or the transaction is broken.
pub async fn send_durable<S: DurableSignal>(signal: S, tx: &mut Tx) -> Result<()> {
    let tx = &*tx;
    let sending = async {
        let mut signal = signal;
        // The calls of relays to other programs come first: they need no filters, and most signals have none.
        let mut calls = outgoing_calls(&signal);
        if S::durable_state().has_receivers() || !calls.is_empty() {
            let mut fields = Fields::new();
            signal.write(&mut fields).map_err(|error| unstorable(S::NAME, &error))?;
            let (local, payload) = calls_of(S::durable_state(), signal, (tx.db(), tx.scopes()), |_| CallOrder::Free)?;
            signal = payload;
            calls.extend(local);
            if !calls.is_empty() {
                let payload = payload_of(fields).map_err(|reason| unstorable(S::NAME, &reason))?;
                tx.queue_event(event::<S>(S::VERSION, payload, tx.db().carried(), calls));
            }
        }
        tx.inside(std::pin::pin!(asynchronous::send_in(S::state(), signal, tx.scopes()))).await
    };
    tx.whole(sending).await
}

fn event<S: DurableSignal>(
    version: u32,
    payload: String,
    context: Option<String>,
    calls: Vec<OutgoingCall>,
) -> OutgoingEvent {
    OutgoingEvent { signal: S::NAME, sender: "", key: String::new(), version, payload, context, calls }
}

#[cfg(not(feature = "nats"))]
fn outgoing_calls<S>(_: &S) -> Vec<OutgoingCall> {
    Vec::new()
}

#[cold]
fn unstorable(signal: &str, error: &dyn fmt::Display) -> Error {
    Error::other(format!("the event of `{signal}` cannot be stored: {error}"))
}

/// An event that is read from the database for one call, with what it is called with.
pub(crate) struct Stored<'a> {
    pub(crate) version: u32,
    pub(crate) fields: Fields,
    pub(crate) place: Place<'a>,
}

/// How the stored events of a durable signal are passed to a receiver. `#[signal(durable)]` puts one into the registry.
pub struct DurableChannel {
    name: &'static str,
    version: u32,
    source: fn() -> Source,
    call: for<'a> fn(&'static Receiver, Stored<'a>) -> BoxFuture<'a, Result<()>>,
    choose: fn(u32, Fields, &Db) -> Result<Vec<OutgoingCall>>,
}

impl DurableChannel {
    /// That of the signal `S`.
    pub const fn of<S: DurableSignal>() -> Self {
        Self {
            name: S::NAME,
            version: S::VERSION,
            source: || S::durable_state().source(),
            call: |receiver, stored| Box::pin(call::<S>(receiver, stored)),
            choose: choose::<S>,
        }
    }

    /// The name of its signal.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Fails for a version that only a newer program knows.
    pub(crate) fn check_version(&self, version: u32) -> Result<()> {
        let Self { name, version: known, .. } = self;
        if version > *known {
            return Err(Error::other(format!(
                "the event has version {version} of `{name}`, and this program knows version {known}: it is left to a newer program"
            )));
        }
        Ok(())
    }

    pub(crate) fn source(&self) -> Source {
        (self.source)()
    }

    /// Calls one receiver.
    pub(crate) fn call<'a>(&self, receiver: &'static Receiver, stored: Stored<'a>) -> BoxFuture<'a, Result<()>> {
        (self.call)(receiver, stored)
    }

    /// The calls that a stored event causes.
    pub(crate) fn choose(&self, version: u32, fields: Fields, db: &Db) -> Result<Vec<OutgoingCall>> {
        (self.choose)(version, fields, db)
    }
}

async fn call<S: DurableSignal>(receiver: &'static Receiver, stored: Stored<'_>) -> Result<()> {
    let Stored { version, fields, place } = stored;
    deliver(S::durable_state(), receiver, read::<S>(version, fields)?, place).await
}

fn choose<S: DurableSignal>(version: u32, fields: Fields, db: &Db) -> Result<Vec<OutgoingCall>> {
    let signal = read::<S>(version, fields)?;
    Ok(calls_of(S::durable_state(), signal, (db, db.scopes()), |_| CallOrder::Free)?.0)
}

/// The signal that was stored, in its current version.
fn read<S: DurableSignal>(version: u32, mut fields: Fields) -> Result<S> {
    let name = S::NAME;
    DurableChannel::of::<S>().check_version(version)?;
    // Both are code of the user, which may panic.
    let read = catch_panic(|| {
        for version in version..S::VERSION {
            S::upcast(version, &mut fields);
        }
        S::read(&mut fields)
    });
    let unreadable =
        |reason: &dyn fmt::Display| Error::other(format!("the event of `{name}` cannot be read: {reason}"));
    match read {
        Ok(read) => read.map_err(|error| unreadable(&error)),
        Err(panic) => Err(unreadable(&format_args!("a panic: {}", panic.message))),
    }
}

/// The event of another program as one of this program, with the calls of the durable receivers that get it: their filters are asked.
#[cfg(feature = "nats")]
pub(crate) fn received<S: DurableSignal>(
    tx: &Tx,
    version: u32,
    fields: Fields,
    context: Option<String>,
) -> Result<Option<OutgoingEvent>> {
    let db = &match &context {
        Some(context) => tx.db().with_carried(context)?,
        None => tx.db().clone(),
    };
    let calls = choose::<S>(version, fields.clone(), db)?;
    let payload = serde_json::Value::Object(fields).to_string();
    Ok((!calls.is_empty()).then(|| event::<S>(version, payload, context, calls)))
}

impl fmt::Debug for DurableChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DurableChannel").field(&self.name).finish()
    }
}
