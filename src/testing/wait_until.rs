//! Waiting for an effect in the database.

use std::panic::Location;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::{Error, Result};

/// A boxed future, so that a closure that returns something else is one error.
type Effect<'a, V> = Pin<Box<dyn Future<Output = Result<V>> + 'a>>;

/// The time for an effect, unless a test says otherwise.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The first and the longest pause between two looks.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(50)];

/// Waits until an effect of another task is there, such as a row that a spawned task writes: looks again and again, with short pauses, for at
/// most 5 seconds.
///
/// The closure returns `Ok(true)` or `Ok(Some(value))` when it sees the effect. The value is returned. For a signal, use
/// [`Recorded::wait_for`](super::Recorded::wait_for), which does not poll.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
/// use signals::testing::wait_until;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     #[unique]
///     name: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let db = Db::connect("sqlite::memory:").await?;
/// db.create_tables().await?;
/// let other = db.clone();
/// tokio::spawn(async move { User { name: "ann".to_owned(), ..User::default() }.save(&other).await });
///
/// let ann = wait_until(async || User::by_name(&db, "ann").await).await?;
/// assert_eq!(ann.name, "ann");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// That of the closure, at once; and after 5 seconds an error with the location of the call.
#[track_caller]
pub fn wait_until<'a, T: Awaited + 'a>(look: impl AsyncFnMut() -> Result<T> + 'a) -> Effect<'a, T::Value> {
    wait_until_within(TIMEOUT, look)
}

/// Like [`wait_until`], for at most this time.
///
/// # Errors
/// Like [`wait_until`].
#[track_caller]
pub fn wait_until_within<'a, T: Awaited + 'a>(
    timeout: Duration,
    mut look: impl AsyncFnMut() -> Result<T> + 'a,
) -> Effect<'a, T::Value> {
    let at = Location::caller();
    Box::pin(async move {
        let [mut pause, longest] = PAUSES;
        let end = Instant::now() + timeout;
        loop {
            if let Some(value) = look().await?.value() {
                return Ok(value);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::other(format!(
                    "what `wait_until` at {at} waits for did not happen within {timeout:?}"
                )));
            }
            sleep(pause.min(left)).await;
            pause = (pause * 2).min(longest);
        }
    })
}

/// What the closure of [`wait_until`] returns: a `bool`, or an `Option` with a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether the effect is there",
    label = "expected a `bool` or an `Option`",
    note = "the closure returns `Ok(true)` or `Ok(Some(value))` when it sees the effect, and `Ok(false)` or `Ok(None)` before"
)]
pub trait Awaited {
    /// What is returned when the effect is there.
    type Value;

    #[doc(hidden)]
    fn value(self) -> Option<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl Awaited for bool {
    type Value = ();

    fn value(self) -> Option<()> {
        self.then_some(())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Awaited for Option<T> {
    type Value = T;

    fn value(self) -> Option<T> {
        self
    }
}
