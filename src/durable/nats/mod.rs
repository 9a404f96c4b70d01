//! Durable signals between programs that share no database, over NATS JetStream.
//!
//! The programs share a crate with the signals and the names of the programs:
//!
//! ```
//! use signals::durable::nats::Program;
//! use signals::prelude::*;
//!
//! pub struct Orders;
//!
//! impl Program for Orders {
//!     const NAME: &'static str = "orders";
//! }
//!
//! pub struct Mail;
//!
//! impl Program for Mail {
//!     const NAME: &'static str = "mail";
//! }
//!
//! #[signal(durable)]
//! pub struct OrderPaid {
//!     pub order: i64,
//!     pub amount: u64,
//! }
//! ```
//!
//! - The program `orders` writes [`outgoing!`]`(OrderPaid, to = Mail, key = order);` and runs a [`Relay`].
//! - The program `mail` writes [`incoming!`]`(OrderPaid, from = Orders);` and runs a [`Consumer`], and a
//!   [`Worker`](super::Worker) as for its own events.
//!
//! # How an event travels
//!
//! 1. `send` stores the event in the transaction of `orders`, with a row in `signals_todo` for each program that receives it.
//! 2. The relay sends it to the stream of `mail`. The row stays, and the event is sent again later if no receipt comes.
//! 3. The consumer writes one transaction in the database of `mail`: a row in `signals_inbox`, which says that the event was
//!    received, and the event with a row in `signals_todo` for each durable receiver whose filter it passes. A second copy finds the row
//!    of the inbox, and changes nothing.
//! 4. After its commit, the consumer sends a receipt, and acknowledges the message.
//! 5. The relay deletes the row of the event when it has the receipt.
//!
//! # What is promised
//!
//! - Every event that is committed in one database is committed in the other one, once, as long as the other program runs before
//!   [`Relay::max_age`] ends. So a receiver with `tx` has its effect exactly once for each event.
//! - The events of one key arrive in the order in which they were committed: the next one is sent after the receipt of the one before.
//! - The values of the context that [`carry`](crate::db::ConnectOptions::carry) names and the version of the signal travel with the
//!   event. A program that knows a newer version changes the fields with `upcast`. One that does not know the version does not take the event,
//!   and gets it again later: deploy the receiving programs first.
//!
//! The broker does not have to keep anything. By default, a server of JetStream confirms a message before it is on the disk, and writes
//! to the disk every two minutes, so a confirmation ends nothing here: only the receipt does. If the broker loses all of its
//! streams, they are created again, and what waits is sent again.
//!
//! # What is not promised
//!
//! - An order of events with different keys, or without keys.
//! - That a receiver without `tx` is called once: as for any durable receiver, it is called at least once.
//! - That an event arrives which is older than [`Relay::max_age`]: it is [dead](super::dead_calls) then, and reported.
//! - Anything about two databases under one name of a program: all processes of a program have one database.
//! - Secrecy: the fields of a signal are JSON in the broker. A signal holds what its struct names, and no fields of models.
//!
//! An event cannot be larger than a message of the broker, which is 1 MiB by default. A larger one is reported and waits.

mod broker;
mod consumer;
mod declare;
mod inbox;
mod message;
mod outbox;
mod program;
mod relay;

pub use async_nats;

pub use self::consumer::Consumer;
#[doc(hidden)]
pub use self::declare::{Incoming, incoming_of, outgoing_of};
pub use self::inbox::Inbox;
pub use self::program::Program;
pub use self::relay::Relay;
#[doc(hidden)]
pub use crate::delivery::{BetweenPrograms, Outgoing};
pub use crate::{__incoming as incoming, __outgoing as outgoing};
