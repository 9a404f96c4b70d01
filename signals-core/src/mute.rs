//! Muting a receiver in one scope, for tests.

use crate::id::ReceiverName;
use crate::receiver::Receiver;
use crate::registry;
use crate::scope::Scope;

/// Mutes a receiver in this scope until it is unmuted as often.
///
/// # Panics
/// If the receiver receives a signal that is not sent in a scope: it would be called anyway.
#[doc(hidden)]
#[track_caller]
pub fn mute<R: ReceiverName>(scope: &Scope) {
    let is_unscoped = |receiver: &&Receiver| receiver.function == R::ID && !receiver.source().scoped;
    if let Some(receiver) = registry::receivers().find(is_unscoped) {
        let (name, signal) = (&receiver.id.name, receiver.signal());
        panic!("`{name}` cannot be muted for one database: it receives `{signal}`, which is not sent in one");
    }
    scope.mute(R::ID);
}

/// Takes one [`mute`] back.
#[doc(hidden)]
pub fn unmute<R: ReceiverName>(scope: &Scope) {
    scope.unmute(R::ID);
}
