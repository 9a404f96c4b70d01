//! One attempt to call a durable receiver.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::error::{ConvertsToError, Error};

/// One attempt to call a durable receiver: a parameter `delivery: &Delivery`.
///
/// A receiver without `tx` is called at least once, and more than once if its process is killed after the effect and before that is
/// noted. A service that ignores a second request with the same [idempotency key](Self::idempotency_key) makes the effect happen once.
///
/// ```
/// use std::time::Duration;
/// use signals::durable::Delivery;
/// use signals::prelude::*;
/// # #[model]
/// # #[derive(Default)]
/// # struct Order { #[key] id: Id<Order>, amount: i64 }
/// # enum Answer { Accepted, Busy, Refused }
/// # async fn charge(_: i64, _idempotency_key: &str) -> Answer { Answer::Accepted }
///
/// #[receiver(post_commit, sender = Order, created = true, durable)]
/// async fn pay(instance: &Order, delivery: &Delivery) -> Result<()> {
///     match charge(instance.amount, &delivery.idempotency_key()).await {
///         Answer::Accepted => Ok(()),
///         Answer::Busy => Err(delivery.retry_after(Duration::from_secs(60)).into()),
///         Answer::Refused => Err(delivery.give_up("the card was refused").into()),
///     }
/// }
/// ```
pub struct Delivery {
    pub(crate) event: i64,
    pub(crate) receiver: &'static str,
    pub(crate) key: String,
    pub(crate) attempt: u32,
    pub(crate) at: SystemTime,
    pub(crate) verdict: Mutex<Option<Verdict>>,
}

/// What a receiver has said about its next attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    RetryAfter(Duration),
    GiveUp(String),
}

impl Verdict {
    /// The error of the attempt.
    pub(crate) fn error(&self) -> DeliveryError {
        let message = match self {
            Self::RetryAfter(time) => format!("the receiver asked to be called again after {time:?}"),
            Self::GiveUp(reason) => format!("the receiver gave up: {reason}"),
        };
        DeliveryError { message }
    }
}

impl Delivery {
    /// A text that is the same in every attempt of this call, and different for every other: `accounts::welcome:4711`.
    pub fn idempotency_key(&self) -> String {
        format!("{}:{}", self.receiver, self.event)
    }

    /// The number of the event. Events of one row have increasing numbers.
    pub fn event(&self) -> i64 {
        self.event
    }

    /// The id of the receiver.
    pub fn receiver(&self) -> &'static str {
        self.receiver
    }

    /// The key in whose order the receiver is called: that of the row with its table in front, such as `users:1`, or the
    /// value of the field that `key = ..` names. It is empty for a call in no order. An empty value is `''`, and one of more than 500 bytes is
    /// shortened.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The number of this attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the event was stored, by the clock of the database.
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// How long ago that was, by the clock of this machine.
    pub fn age(&self) -> Duration {
        self.at.elapsed().unwrap_or_default()
    }

    /// This attempt has failed, and the next one begins after this time instead of that of `backoff`. The attempt counts: after the last
    /// one, the call is dead. With `tx`, what the receiver has written is undone.
    ///
    /// It returns an error, which the receiver may return. The attempt has failed also if the receiver returns `Ok`.
    pub fn retry_after(&self, time: Duration) -> DeliveryError {
        self.decide(Verdict::RetryAfter(time))
    }

    /// This attempt has failed, and there is no next one: the call is dead, until it is repeated or discarded by hand.
    ///
    /// It returns an error, which the receiver may return. The call is dead also if the receiver returns `Ok`.
    pub fn give_up(&self, reason: impl fmt::Display) -> DeliveryError {
        self.decide(Verdict::GiveUp(reason.to_string()))
    }

    fn decide(&self, verdict: Verdict) -> DeliveryError {
        let error = verdict.error();
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
        error
    }

    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdict.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("event", &self.event)
            .field("receiver", &self.receiver)
            .field("key", &self.key)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What [`Delivery::retry_after`] and [`Delivery::give_up`] return, for a receiver to return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryError {
    message: String,
}

impl fmt::Display for DeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for DeliveryError {}

#[diagnostic::do_not_recommend]
impl ConvertsToError for DeliveryError {
    fn convert(self) -> Error {
        Error::other(self)
    }
}
