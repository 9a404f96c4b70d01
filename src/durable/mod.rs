//! Durable receivers: calls that survive the process.
//!
//! # Seeing them
//!
//! [`status`](status()) and [`dead_calls`] say what waits and what has failed. [`command`](command()) prints both in a terminal, and [`page()`] is a page for an admin.
//!
//! ## Traces
//!
//! With the feature `tracing`, each attempt to call a receiver is in a span of the target `signals::durable`. So is each attempt to send an
//! event to another program, and the receiving of one.
//!
//! | span | around | outcome |
//! |---|---|---|
//! | `delivery` | an attempt to call a receiver, whose own span is inside | `succeeded`, `failed`, `dead` if no attempt follows, `lost` if another worker has the call now |
//! | `publish` | an attempt to send an event to another program | `sent`, `failed` |
//! | `receive` | an event of another program, until its receipt is sent | `stored`, `failed`, `too_late` |
//!
//! | field | |
//! |---|---|
//! | `receiver` | the id of the receiver, or `nats:` and the program that an event is sent to |
//! | `from` | the program that an event comes from |
//! | `event` | the number of the event |
//! | `signal`, `sender` | the signal, and the table of the model that has sent it |
//! | `key` | the key in whose order the receiver is called, if it has one |
//! | `attempt` | the number of the attempt, from 1 |
//! | `age_ms` | how long ago the event was stored, in milliseconds |
//! | `context` | the [carried](Carried) values, as JSON |
//! | `trace_id` | empty, for `Carried::link_span` |
//! | `outcome` | how it has ended; `unknown` if it was dropped, or the connection was lost |
//! | `otel.kind`, `otel.status_code` | what `tracing-opentelemetry` reads |
//!
//! Payloads are not in spans. The spans have no parent, because what runs a worker has not caused the event.
#![cfg_attr(feature = "tracing", doc = "[`Carried::link_span`] links them to the trace of the request that has.")]
//!
//! ## Metrics
//!
//! With the feature `metrics`, a worker records these with the recorder of the `metrics` crate that the program has installed:
//!
//! | metric | labels | |
//! |---|---|---|
//! | `signals_durable_attempts_total` | `receiver`, `outcome` | a counter of attempts that have ended; `outcome` is that of the span `delivery` |
//! | `signals_durable_attempt_duration_seconds` | `receiver` | a histogram of how long an attempt took |
//! | `signals_durable_first_attempt_delay_seconds` | `receiver` | a histogram of the time from the storing of an event to the first attempt; also after `retry` and `replay` |
//!
#![cfg_attr(feature = "metrics", doc = "[`record_status`] sets gauges of what waits, runs and is dead.")]

mod backoff;
mod call;
mod claim;
mod cleaning;
mod command;
mod dead;
mod fence;
mod heads;
mod lease;
#[cfg(feature = "nats")]
pub mod nats;
mod options;
mod receivers;
mod replay;
mod running;
mod seen;
mod status;
mod suspicion;
mod tables;
mod tasks;
mod worker;
mod writable;

pub use self::command::command;
pub use self::dead::{DeadCall, dead_calls, discard, discard_all, retry};
pub use self::options::Ran;
pub use self::replay::replay;
pub use self::seen::page;
#[cfg(feature = "metrics")]
pub use self::seen::record_status;
pub use self::status::{ReceiverStatus, status};
pub use self::tables::{Event, Todo};
pub use self::worker::{Worker, Working};
pub use crate::db::Carried;
pub use crate::delivery::{Delivery, DeliveryError, DurableField, Fields, KeyColumn};
