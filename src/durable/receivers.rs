//! The durable receivers of the program, by the names under which their calls are stored.

use std::collections::BTreeMap;

use signals_core::__private::{declared, one_by_one};
use signals_core::{BoxFuture, Durability, OnDead, Receiver, SignalError, WiringError};

use crate::db::{CallOrder, Db, OutgoingCall};
use crate::delivery::{DurableChannel, Fields, Stored};
use crate::error::{Error, Result};
use crate::model::{Meta, call_durable, choose_durable, registered_models};

/// The durable receivers of the program.
#[derive(Debug)]
pub(crate) struct Durables {
    by_name: BTreeMap<&'static str, Vec<(&'static Receiver, &'static Durability)>>,
    /// The senders of stored events. They are looked for once, and not for each call.
    models: Vec<&'static Meta>,
    channels: Vec<&'static DurableChannel>,
}

impl Durables {
    /// Those that are linked.
    pub(crate) fn linked() -> Self {
        let mut by_name: BTreeMap<&'static str, Vec<_>> = BTreeMap::new();
        for receiver in signals_core::receivers() {
            if let Some(durability) = receiver.durable {
                by_name.entry(&*receiver.id.name).or_default().push((receiver, durability));
            }
        }
        Self { by_name, models: registered_models(), channels: declared().collect() }
    }

    /// Fails if two functions have one name: their stored calls cannot be told apart.
    pub(super) fn check(&self) -> Result<()> {
        for receivers in self.by_name.values() {
            let mut pairs = receivers.iter().zip(receivers.iter().skip(1));
            if let Some((first, second)) = pairs.find(|((first, _), (second, _))| first.function != second.function) {
                let (first, second) = (first.0.id.clone(), second.0.id.clone());
                return Err(SignalError::Wiring(Box::new(WiringError::SameId { first, second })).into());
            }
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.by_name.keys().copied()
    }

    /// The name of a linked receiver.
    pub(super) fn name(&self, name: &str) -> Option<&'static str> {
        self.by_name.get_key_value(name).map(|(name, _)| *name)
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name) || relays().any(|relay| relay == name)
    }

    /// What the attribute of a receiver says.
    pub(crate) fn durability(&self, name: &str) -> Option<&'static Durability> {
        self.by_name.get(name)?.first().map(|(_, durability)| *durability)
    }

    /// Whether dead calls of this receiver do not hold back the next ones of their key.
    pub(super) fn skips_dead(&self, name: &str) -> bool {
        self.durability(name).is_some_and(|known| known.on_dead == OnDead::Skip)
    }

    /// The receiver of this name for the event of a signal and a sender, and how it is called.
    pub(super) fn find(&self, name: &str, signal: &str, sender: &str) -> Option<Call> {
        let receivers = self.by_name.get(name)?;
        if sender.is_empty() {
            return receivers.iter().find_map(|&(receiver, durability)| {
                let of_receiver = |channel: &&&DurableChannel| one_by_one::is_called_by(receiver, &channel.source());
                let channel = *self.channels.iter().find(of_receiver)?;
                let target = (channel.name() == signal).then_some(Target::Signal(channel))?;
                Some(Call { receiver, durability, target })
            });
        }
        // The tests of one program may have several models with one table.
        self.models.iter().filter(|meta| meta.table == sender).find_map(|meta| {
            let source = meta.durable_source(signal)?;
            let is_meant = |(receiver, _): &(&'static Receiver, _)| one_by_one::is_called_by(receiver, &source);
            let (receiver, durability) = receivers.iter().copied().find(is_meant)?;
            Some(Call { receiver, durability, target: Target::Model(meta, source.signal) })
        })
    }
}

/// Under which names the calls of relays to other programs are stored.
#[cfg(feature = "nats")]
pub(super) fn relays() -> impl Iterator<Item = &'static str> {
    crate::delivery::outgoing_receivers()
}

#[cfg(not(feature = "nats"))]
pub(super) fn relays() -> impl Iterator<Item = &'static str> {
    std::iter::empty()
}

/// How a receiver is called for an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) receiver: &'static Receiver,
    pub(super) durability: &'static Durability,
    target: Target,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Signal(&'static DurableChannel),
    Model(&'static Meta, &'static str),
}

impl Call {
    /// Fails if a newer program has stored the event.
    pub(super) fn check_version(&self, version: u32) -> Result<()> {
        match self.target {
            Target::Signal(channel) => channel.check_version(version),
            // Rows have no version: each program reads the fields that it knows.
            Target::Model(..) => Ok(()),
        }
    }

    /// Calls the receiver.
    pub(super) fn run<'a>(&self, stored: Stored<'a>) -> BoxFuture<'a, Result<()>> {
        match self.target {
            Target::Signal(channel) => channel.call(self.receiver, stored),
            Target::Model(meta, signal) => call_durable(meta, signal, self.receiver, stored),
        }
    }

    /// The order of the receiver's call for a stored event. `None` if its filters leave the event out.
    pub(super) fn order(&self, version: u32, fields: Fields, db: &Db) -> Result<Option<CallOrder>> {
        let calls = match self.target {
            Target::Signal(channel) => channel.choose(version, fields, db)?,
            Target::Model(meta, signal) => choose_durable(meta, signal, &fields, db)?,
        };
        let is_it = |call: &OutgoingCall| call.receiver == self.receiver.id.name;
        Ok(calls.into_iter().find(is_it).map(|call| call.order))
    }
}

/// The error of a call whose receiver is no longer there, or no longer receives the signal.
pub(super) fn unknown(name: &str, signal: &str, sender: &str) -> Error {
    let of = if sender.is_empty() { String::new() } else { format!(" of the table `{sender}`") };
    Error::other(format!("no durable receiver `{name}` of `{signal}`{of} is linked into this program"))
}

/// The error of receivers that have calls and are not linked.
pub(super) fn retired(names: &[String]) -> Error {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Error::other(format!(
        "there are stored calls of {}, and no durable receiver of that name is linked into this program: link its crate, give the receiver its \
         old name with `id = \"..\"`, or discard the calls with `signals::durable::discard_all`",
        names.join(", ")
    ))
}
