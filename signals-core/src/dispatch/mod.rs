//! Calling the receivers of a signal, one after the other. Only this folder calls a receiver.

pub mod asynchronous;
mod call;
pub mod one_by_one;
mod outcome;
mod owned;
pub mod synchronous;

pub use owned::OwnedSignal;

use crate::error::ReceiverError;
use crate::id::ReceiverId;

/// The result of one receiver: what it returned, or its failure with its name.
pub type ReceiverResult<O> = Result<O, Box<ReceiverError>>;

/// The result of each receiver, in the order in which they were called.
pub type ReceiverResults<O> = Vec<(ReceiverId, ReceiverResult<O>)>;
