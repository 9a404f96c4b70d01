//! The events that a transaction stores before it commits, for receivers that run later: in this process or another one.
//!
//! An event is a row of `signals_event`, and each receiver that has not finished with it is a row of `signals_todo`. They are written
//! at the end of the transaction, while it holds the locks of the rows that it has written: a second transaction with the same row gets
//! a larger number, so that the numbers of one row are in the order of the commits.

use std::borrow::Cow;
use std::time::SystemTime;

/// An event, and the receivers that it is stored for.
#[derive(Debug)]
pub(crate) struct OutgoingEvent {
    /// The name of the signal.
    pub(crate) signal: &'static str,
    /// The table of the model that sends it; empty for a signal without senders.
    pub(crate) sender: &'static str,
    /// The key of the row; empty for a signal without senders.
    pub(crate) key: String,
    /// The version of the payload.
    pub(crate) version: u32,
    /// The payload, as JSON.
    pub(crate) payload: String,
    /// The values of the context that are carried, as JSON.
    pub(crate) context: Option<String>,
    pub(crate) calls: Vec<OutgoingCall>,
}

/// The call of one receiver.
#[derive(Debug)]
pub(crate) struct OutgoingCall {
    /// The id of the receiver.
    pub(crate) receiver: &'static str,
    pub(crate) order: CallOrder,
}

/// Among which calls of a receiver one keeps its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallOrder {
    /// Those of the row with this key, whose lock the transaction holds.
    OfRow(String),
    /// Those with the same value of a field.
    OfField(String),
    /// None: they may run at the same time.
    Free,
}

impl CallOrder {
    /// The key of a call, as it is stored. Only calls in no order have the empty key.
    pub(crate) fn key(&self) -> Cow<'_, str> {
        match self {
            Self::OfRow(key) | Self::OfField(key) => stored(key),
            Self::Free => "".into(),
        }
    }
}

/// The longest key that is stored unchanged, in bytes. PostgreSQL refuses rows whose indexed columns have more than about 2,700.
const LONGEST_KEY: usize = 500;

/// A key as it is stored. Two values whose stored keys are the same share an order, which breaks no promise.
fn stored(key: &str) -> Cow<'_, str> {
    if key.is_empty() {
        return "''".into();
    }
    if key.len() <= LONGEST_KEY && !key.contains('\0') {
        return key.into();
    }
    // PostgreSQL stores no NUL in text.
    let beginning = key[..key.floor_char_boundary(LONGEST_KEY)].replace('\0', "\\0");
    format!("{beginning}..{:016x}", hash(key)).into()
}

/// FNV-1a, which is the same in every process and every version of the program.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Microseconds since the beginning of 1970 in UTC.
pub(crate) fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
