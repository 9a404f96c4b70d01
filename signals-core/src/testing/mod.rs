//! For the tests of an application: muting receivers and recording signals in one scope, and whether all dependencies with receivers are
//! linked.
//!
//! A scope is where a signal is sent: a database or a transaction of `signals-rs`. Other scopes, such as those of tests that run at the
//! same time, are not affected. While a program has no muted receivers and records nothing, all of this costs nothing.

mod coverage;
mod every_order;
mod linked;
mod mute;
mod record;

pub use coverage::{Coverage, Covered, Outcome, assert_covered, assert_covered_except, coverage};
pub use every_order::{EveryOrder, OrderMatters, Ordered, TriedOrder, every_order};
pub use linked::{assert_linked, assert_linked_except};
pub use mute::{Muted, mute, only};
pub use record::{record_all, record_with};

pub use crate::recorded::{NotRecorded, Recorded, Wait};
pub use crate::scope::Scope;
pub use crate::select::Selects;
pub use crate::sent_signal::{Call, SentSignal};
