//! For the tests of an application: muting receivers, recording signals, waiting for effects, trying every order of receivers, and
//! checking what is linked and what the tests call.
//!
#![doc = include_str!("../docs/testing.md")]

mod order;
mod record;
mod wait_until;

#[doc(inline)]
pub use signals_core::testing::{
    Call, Coverage, Covered, EveryOrder, Muted, NotRecorded, OrderMatters, Ordered, Outcome, Recorded, Scope, Selects,
    SentSignal, TriedOrder, Wait, assert_covered, assert_covered_except, assert_linked, assert_linked_except, coverage,
    mute, only, record_all, record_with,
};

pub use self::order::every_order;
pub use self::record::{Sent, record};
pub use self::wait_until::{Awaited, wait_until, wait_until_within};
