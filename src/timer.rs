//! The timer of receivers that have a limit.

use std::time::Duration;

use signals_core::__private::Timer;
use signals_core::BoxFuture;

/// The timer of Tokio.
pub const TIMER: Option<Timer> = Some(sleep);

fn sleep(time: Duration) -> BoxFuture<'static, ()> {
    Box::pin(tokio::time::sleep(time))
}
