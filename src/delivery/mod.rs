//! What a durable receiver is called with, and what its signal stores. The workers that call it are in `durable`.
//!
//! It uses `db`, and knows no models: those are signals like any other here.

mod attempt;
mod fields;
#[cfg(feature = "nats")]
mod outgoing;
mod payload;
mod signal;

pub(crate) use self::attempt::Verdict;
pub use self::attempt::{Delivery, DeliveryError};
pub(crate) use self::fields::{AROUND, key_text};
pub use self::fields::{DurableField, DurableFieldError, Fields, KeyColumn, StoredField, key_of_field};
#[cfg(feature = "nats")]
pub use self::outgoing::Outgoing;
#[cfg(feature = "nats")]
pub(crate) use self::outgoing::outgoing_receivers;
pub use self::payload::{Delivered, DurableOf, Parts, PartsWithTx, parts, parts_with_tx, set_key};
pub(crate) use self::payload::{Place, calls_of, deliver};
#[cfg(feature = "nats")]
pub use self::signal::BetweenPrograms;
#[cfg(feature = "nats")]
pub(crate) use self::signal::Receive;
pub(crate) use self::signal::Stored;
pub use self::signal::{DurableChannel, DurableSignal, send_durable};
