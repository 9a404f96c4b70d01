//! Catching panics, including those of values that are dropped afterwards.

use core::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// Its message, if it has one.
    pub message: String,
}

impl Panicked {
    /// Reads the payload of a panic and drops it. The payload may panic in turn when it is dropped.
    fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = panic_message(&*payload).to_owned();
        discard(payload);
        Self { message }
    }
}

/// Calls a function that may panic. After a panic, the caller must not use what the function has changed: a future that has
/// panicked, for example, is not polled again.
#[inline]
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(Panicked::new)
}

/// Drops a value of the user, whose `Drop` may panic.
pub fn discard<T>(value: T) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // It comes from a `Drop` itself, so that dropping it may never end.
        core::mem::forget(payload);
    }
}

/// The message of a panic.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A payload that panics with another one when it is dropped.
    struct Again(u8);

    impl Drop for Again {
        fn drop(&mut self) {
            std::panic::panic_any(Self(self.0 + 1));
        }
    }

    #[test]
    fn a_panic_becomes_its_message_whatever_its_payload_does() {
        assert_eq!(catch_panic(|| 7), Ok(7));
        assert_eq!(catch_panic(|| panic!("as {}", "text")), Err::<(), _>(Panicked { message: "as text".to_owned() }));
        assert_eq!(
            catch_panic(|| std::panic::panic_any(Again(0))),
            Err::<(), _>(Panicked { message: "without a message".to_owned() })
        );
        discard(Again(0));
    }
}
