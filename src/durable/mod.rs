//! Durable receivers: calls that survive the process.

mod backoff;
mod call;
mod claim;
mod command;
mod dead;
#[cfg(feature = "nats")]
pub mod nats;
mod options;
mod receivers;
mod replay;
mod running;
mod status;
mod tables;
mod worker;

pub use self::command::command;
pub use self::dead::{DeadCall, dead_calls, discard, discard_all, retry};
pub use self::options::Ran;
pub use self::replay::replay;
pub use self::status::{ReceiverStatus, status};
pub use self::tables::{Event, Todo};
pub use self::worker::{Worker, Working};
pub use crate::db::Carried;
pub use crate::delivery::{Delivery, DeliveryError, DurableField, Fields, KeyColumn};
