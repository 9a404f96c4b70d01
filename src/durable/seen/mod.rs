//! What is seen of durable receivers: traces and metrics of their calls, and a page.
//!
//! It observes: nothing that workers do depends on it. Without the features `tracing` and `metrics`, an attempt is the same future.

mod age;
#[cfg(any(feature = "tracing", feature = "metrics"))]
mod attempt;
#[cfg(not(any(feature = "tracing", feature = "metrics")))]
#[path = "unseen.rs"]
mod attempt;
#[cfg(feature = "metrics")]
mod meter;
#[cfg(all(feature = "tracing", not(feature = "metrics")))]
#[path = "unmetered.rs"]
mod meter;
mod page;
#[cfg(feature = "nats")]
mod received;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(all(any(feature = "metrics", feature = "nats"), not(feature = "tracing")))]
#[path = "untraced.rs"]
mod trace;

pub(super) use self::age::short;
pub(super) use self::attempt::Seen;
#[cfg(feature = "metrics")]
pub use self::meter::record_status;
pub use self::page::page;
#[cfg(feature = "nats")]
pub(super) use self::received::Received;
#[cfg(feature = "nats")]
pub(super) use self::trace::EventSpan;
