//! The payload of durable receivers: that of their signal, and what is known of the call.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use signals_core::__private::one_by_one;
use signals_core::__private::{Asynchronous, Lend, Payload, Reply, Scopes, Sender, SentIn, SignalState, Timer};
use signals_core::{BoxFuture, Context, Receiver, SignalError, WiringError};

use super::Delivery;
use crate::db::{CallOrder, Db, OutgoingCall, Tx};
use crate::error::{Error, Result};

/// The payload of durable receivers of the signal with the payload `P`.
#[derive(Debug)]
pub struct DurableOf<P>(PhantomData<fn(P)>);

/// What a durable receiver is called with. Its filters get the payload of the signal alone, in the transaction that sends it.
pub struct Delivered<'a, P: Payload> {
    payload: P::Of<'a>,
    place: Place<'a>,
    /// The key of the call, which the filter of a receiver with `key = ..` sets.
    key: Option<String>,
}

/// Where a durable receiver is chosen or called.
pub(crate) enum Place<'a> {
    /// The transaction that sends the signal, where its filters are asked.
    Chosen { db: &'a Db, scopes: Scopes },
    /// A call outside of a transaction.
    Called { db: &'a Db, delivery: &'a Delivery },
    /// A call in a transaction, which is committed if the receiver succeeds.
    CalledInTx { tx: &'a mut Tx, context: &'a Context, delivery: &'a Delivery },
}

/// What a receiver without `tx` may take. `E` is the payload, and not its type without a lifetime: this is in the future of a receiver,
/// for which the compiler would ask for each lifetime whether it is a `Payload`.
pub struct Parts<'b, E> {
    /// The payload of the signal.
    pub payload: &'b mut E,
    /// The database.
    pub db: &'b Db,
    /// The context of the worker, and what was carried.
    pub context: &'b Context,
    /// The attempt.
    pub delivery: &'b Delivery,
}

/// What a receiver with `tx` may take.
pub struct PartsWithTx<'b, E> {
    /// The payload of the signal.
    pub payload: &'b mut E,
    /// The transaction.
    pub tx: &'b mut Tx,
    /// The context of the worker, and what was carried.
    pub context: &'b Context,
    /// The attempt.
    pub delivery: &'b Delivery,
}

impl Place<'_> {
    /// The database, in the context of the call.
    pub(crate) fn db(&self) -> &Db {
        match self {
            Self::Chosen { db, .. } | Self::Called { db, .. } => db,
            Self::CalledInTx { tx, .. } => tx.db(),
        }
    }
}

impl<'a, P: Payload> Delivered<'a, P> {
    pub(crate) fn new(payload: P::Of<'a>, place: Place<'a>) -> Self {
        Self { payload, place, key: None }
    }

    /// The payload of the signal.
    pub fn payload_mut(&mut self) -> &mut P::Of<'a> {
        &mut self.payload
    }

    pub(crate) fn into_payload(self) -> P::Of<'a> {
        self.payload
    }
}

/// The parts of a call outside of a transaction.
pub fn parts<'b, 'a, P: Payload>(delivered: &'b mut Delivered<'a, P>) -> Parts<'b, P::Of<'a>> {
    let Delivered { payload, place, .. } = delivered;
    match place {
        Place::Called { db, delivery } => Parts { payload, db, context: db.context(), delivery },
        Place::Chosen { .. } | Place::CalledInTx { .. } => called_elsewhere(),
    }
}

/// The parts of a call in a transaction.
pub fn parts_with_tx<'b, 'a, P: Payload>(delivered: &'b mut Delivered<'a, P>) -> PartsWithTx<'b, P::Of<'a>> {
    let Delivered { payload, place, .. } = delivered;
    match place {
        Place::CalledInTx { tx, delivery, context } => PartsWithTx { payload, tx, context, delivery },
        Place::Chosen { .. } | Place::Called { .. } => called_elsewhere(),
    }
}

#[cold]
fn called_elsewhere() -> ! {
    unreachable!("a worker calls a receiver with `tx` in a transaction, and any other outside of one")
}

/// Sets the key of the call, if the filter lets the payload pass.
pub fn set_key<P: Payload>(delivered: &mut Delivered<'_, P>, key: Option<String>) {
    delivered.key = key;
}

/// The calls of durable receivers that a payload causes, and the payload. `order` is that of receivers without `key = ..`.
pub(crate) fn calls_of<'a, P: Payload<Mode = Asynchronous, Output = (), Any = P>>(
    state: &'static SignalState<DurableOf<P>>,
    payload: P::Of<'a>,
    (db, scopes): (&'a Db, Scopes),
    order: impl Fn(&Receiver) -> CallOrder,
) -> Result<(Vec<OutgoingCall>, P::Of<'a>)> {
    let mut delivered = Delivered::new(payload, Place::Chosen { db, scopes });
    let mut calls = Vec::new();
    one_by_one::choose(state, &mut delivered, &mut |receiver, delivered| {
        let order = delivered.key.take().map_or_else(|| order(receiver), CallOrder::OfField);
        calls.push(OutgoingCall { receiver: &receiver.id.name, order });
    })?;
    let is_twice =
        |(index, call): &(usize, &OutgoingCall)| calls[..*index].iter().any(|it| it.receiver == call.receiver);
    if let Some((_, call)) = calls.iter().enumerate().find(is_twice) {
        return Err(same_id(call.receiver));
    }
    Ok((calls, delivered.into_payload()))
}

/// The error of two receivers with one id: their stored calls cannot be told apart.
#[cold]
fn same_id(name: &str) -> Error {
    let of_name = |receiver: &&Receiver| receiver.durable.is_some() && receiver.id.name == name;
    let mut ids = signals_core::receivers().filter(of_name).map(|receiver| receiver.id.clone());
    match (ids.next(), ids.next()) {
        (Some(first), Some(second)) => SignalError::Wiring(Box::new(WiringError::SameId { first, second })).into(),
        _ => unreachable!("two receivers were found"),
    }
}

/// Calls one durable receiver of a signal.
pub(crate) fn deliver<'a, P: Payload<Mode = Asynchronous, Output = (), Any = P>>(
    state: &'static SignalState<DurableOf<P>>,
    receiver: &'static Receiver,
    payload: P::Of<'a>,
    place: Place<'a>,
) -> BoxFuture<'a, Result<()>> {
    let called = one_by_one::call_one(state, receiver, Delivered::new(payload, place));
    Box::pin(async move { called.await.map_err(Error::from) })
}

impl<P: Payload<Mode = Asynchronous, Output = ()>> Payload for DurableOf<P>
where
    P::Any: Payload<Any = P::Any>,
{
    type Of<'a> = Delivered<'a, P>;
    type Output = ();
    type Mode = Asynchronous;
    type Any = DurableOf<P::Any>;
    type Lending = NotConnected;
    const SIGNAL: &'static str = P::SIGNAL;
    const MODULE: Option<&'static str> = P::MODULE;
    const HAS_SENDERS: bool = P::HAS_SENDERS;
    const SENDER: Option<&'static Sender> = P::SENDER;
    const COSTLY: &'static [&'static str] = P::COSTLY;
    const TIMER: Option<Timer> = crate::timer::TIMER;
    const SENT_IN: SentIn = SentIn::Whole;
    const MUTED_AS: TypeId = P::MUTED_AS;

    fn receiver_timeout(delivered: &Delivered<'_, P>) -> Option<Duration> {
        delivered.place.db().receiver_timeout()
    }

    fn scopes(delivered: &Delivered<'_, P>) -> Scopes {
        match &delivered.place {
            Place::Chosen { scopes, .. } => *scopes,
            Place::Called { db, .. } => db.scopes(),
            Place::CalledInTx { tx, .. } => tx.scopes(),
        }
    }

    fn is_raw(delivered: &Delivered<'_, P>) -> bool {
        P::is_raw(&delivered.payload)
    }
}

/// A durable receiver cannot be connected at run time: another process would not know it.
#[derive(Debug)]
pub enum NotConnected {}

impl<P: Payload> Lend<P> for NotConnected {
    fn lend<T>(_: &mut <P::Any as Payload>::Of<'_>, _: impl FnOnce(&mut P::Of<'_>) -> T) -> T {
        unreachable!("a durable receiver is not connected at run time")
    }

    fn lend_async<'b, R: 'static, F>(
        _: &'b mut <P::Any as Payload>::Of<'_>,
        _: &Arc<F>,
        _: fn(R) -> Reply<P::Output>,
    ) -> BoxFuture<'b, Reply<P::Output>>
    where
        F: for<'x, 'y> Fn(&'y mut P::Of<'x>) -> BoxFuture<'y, R> + Send + Sync + 'static,
    {
        unreachable!("a durable receiver is not connected at run time")
    }
}

impl<P: Payload> fmt::Debug for Delivered<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivered").field("signal", &P::SIGNAL).finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for Parts<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("delivery", self.delivery).finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for PartsWithTx<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartsWithTx").field("delivery", self.delivery).finish_non_exhaustive()
    }
}
