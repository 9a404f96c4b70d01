//! The receivers of a dispatch that does not only call those that the linker collected: closures were connected, a receiver has a
//! limited time, or a test mutes or records.

use std::borrow::Cow;
use std::sync::Arc;

use crate::connected::{ConnectedReceiver, Snapshot};
use crate::covered::{self, Event};
use crate::id::ReceiverId;
use crate::journal::Journal;
use crate::linked::LinkedReceiver;
use crate::panics::Panicked;
use crate::payload::{Payload, Reply};
use crate::receiver::Receiver;

/// The receivers of one dispatch, and where it is recorded.
pub(crate) struct Special<P: Payload> {
    pub(crate) linked: Cow<'static, [LinkedReceiver<P>]>,
    /// Those that were connected, which are called after these.
    pub(crate) connected: Option<Snapshot>,
    pub(crate) journal: Option<Journal>,
}

/// One receiver.
pub(crate) enum Step<'s, P: Payload> {
    Linked(&'s LinkedReceiver<P>),
    Connected(&'s ConnectedReceiver),
}

impl<P: Payload> Clone for Step<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Step<'_, P> {}

impl<'s, P: Payload> Step<'s, P> {
    pub(crate) fn id(self) -> &'s ReceiverId {
        match self {
            Self::Linked(linked) => &linked.receiver.id,
            Self::Connected(connected) => &connected.id,
        }
    }
}

impl<P: Payload> Special<P> {
    /// The receivers, in their order. Only those with `raw = true` are called for raw writes.
    pub(crate) fn steps(&self, is_raw: bool) -> impl Iterator<Item = Step<'_, P>> {
        let linked = self.linked.iter().filter(move |linked| !is_raw || linked.receiver.raw);
        let connected = self.connected.iter().filter(move |_| !is_raw).flat_map(|list| list.iter().map(Arc::as_ref));
        linked.map(Step::Linked).chain(connected.map(Step::Connected))
    }

    /// Notes that a receiver is about to be called.
    pub(crate) fn note_call(&self, step: Step<'_, P>) {
        if let Some(journal) = &self.journal {
            match step {
                Step::Linked(linked) => journal.calls(&linked.receiver.id, Some(linked.receiver)),
                Step::Connected(connected) => journal.calls(&connected.id, None),
            }
        }
    }

    /// Notes that a receiver is not called, because its filters are false.
    pub(crate) fn note_filtered_out(&self, receiver: &Receiver) {
        if self.journal.is_some() {
            covered::note_receiver(Event::FilteredOut, receiver);
        }
    }

    /// Notes that it has failed, if it has.
    pub(crate) fn note_result<O>(&self, receiver: &ReceiverId, result: &Result<Reply<O>, Panicked>) {
        if let (Some(journal), Err(_) | Ok(Err(_))) = (&self.journal, result) {
            journal.failed(receiver);
        }
    }
}
