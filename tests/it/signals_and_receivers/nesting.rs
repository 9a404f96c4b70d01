//! Rule 6: a signal may be sent from inside a receiver, to a depth of 32.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use expect_test::expect;
use signals::dispatch::{BoxError, SignalError};
use signals::{receiver, signal};
use tokio::sync::Barrier;
use tokio::task::yield_now;

use crate::databases::TestResult;
use crate::log::{Log, without_lines};

/// The default limit.
const LIMIT: u32 = 32;

/// Each receiver of the chain on a line.
fn chain(error: &impl ToString) -> String {
    without_lines(&error.to_string()).replace(": ", ":\n") + "\n"
}

#[test]
fn a_receiver_may_send_the_same_signal() -> TestResult {
    #[signal]
    struct Counted<'a> {
        log: &'a Log,
        left: u32,
    }

    #[receiver(Counted)]
    fn count(log: &Log, left: u32) -> Result<(), BoxError> {
        log.note(left);
        if left > 0 {
            Counted { log, left: left - 1 }.send()?;
            log.note(format_args!("{left} again"));
        }
        Ok(())
    }

    let log = Log::new();
    Counted { log: &log, left: 2 }.send()?;
    log.is(&expect![[r#"
        2
        1
        0
        1 again
        2 again
    "#]]);
    Ok(())
}

#[test]
fn a_chain_deeper_than_the_limit_is_an_error_that_prints_one_round_of_the_cycle() {
    #[signal]
    struct Ping {}

    #[signal]
    struct Pong {}

    #[receiver(Ping)]
    fn return_it() -> Result<(), BoxError> {
        Ok(Pong {}.send()?)
    }

    #[receiver(Pong)]
    fn serve_again() -> Result<(), BoxError> {
        Ok(Ping {}.send()?)
    }

    let error = Ping {}.send().unwrap_err();
    expect![[r#"
        receiver `it::signals_and_receivers::nesting::return_it` (tests/it/signals_and_receivers/nesting.rs) failed on `Ping`:
        receiver `it::signals_and_receivers::nesting::serve_again` (tests/it/signals_and_receivers/nesting.rs) failed on `Pong`:
        … and so on, 16 times:
        `Ping` was sent from inside 32 receivers of one another, which is the limit; let a receiver leave out what it caused itself, or raise `set_recursion_limit`
    "#]]
    .assert_eq(&chain(&error));
}

#[tokio::test]
async fn an_async_chain_deeper_than_the_limit_is_an_error_that_prints_one_round_of_the_cycle() {
    #[signal(async)]
    struct Ping {}

    #[signal]
    struct Pong {}

    #[receiver(Ping)]
    async fn return_it() -> Result<(), BoxError> {
        yield_now().await;
        Pong {}.send()?;
        Ok(Ping {}.send().await?)
    }

    #[receiver(Pong)]
    fn enough() {}

    let error = Ping {}.send().await.unwrap_err();
    expect![[r#"
        receiver `it::signals_and_receivers::nesting::return_it` (tests/it/signals_and_receivers/nesting.rs) failed on `Ping`:
        … and so on, 32 times:
        `Pong` was sent from inside 32 receivers of one another, which is the limit; let a receiver leave out what it caused itself, or raise `set_recursion_limit`
    "#]]
    .assert_eq(&chain(&error));
}

#[test]
fn a_cycle_is_printed_once_wherever_the_chain_enters_it_and_whatever_wraps_its_errors() {
    #[derive(Debug)]
    struct Wrapped(BoxError);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "wrapped: {}", self.0)
        }
    }

    impl Error for Wrapped {}

    #[signal]
    struct Started {}

    #[signal]
    struct Ping {}

    #[receiver(Started)]
    fn enter() -> Result<(), SignalError> {
        Ping {}.send()
    }

    #[receiver(Ping)]
    fn return_it() -> Result<(), Wrapped> {
        Ping {}.send().map_err(|error| Wrapped(error.into()))
    }

    let error = Started {}.send().unwrap_err();
    expect![[r#"
        receiver `it::signals_and_receivers::nesting::enter` (tests/it/signals_and_receivers/nesting.rs) failed on `Started`:
        receiver `it::signals_and_receivers::nesting::return_it` (tests/it/signals_and_receivers/nesting.rs) failed on `Ping`:
        wrapped:
        … and so on, 31 times:
        `Ping` was sent from inside 32 receivers of one another, which is the limit; let a receiver leave out what it caused itself, or raise `set_recursion_limit`
    "#]]
    .assert_eq(&chain(&error));

    // Each link is still there.
    let mut links = 0;
    let mut next = error.receiver();
    while let Some(link) = next {
        links += 1;
        let inner = link.inner().unwrap();
        let wrapped = inner.downcast_ref::<Wrapped>().map(|wrapped| &*wrapped.0);
        next = wrapped.unwrap_or(inner).downcast_ref().and_then(SignalError::receiver);
    }
    assert_eq!(links, LIMIT);
}

#[test]
fn a_receiver_that_fails_after_calling_itself_twice_is_printed_each_time() {
    #[signal]
    struct Deep {
        left: u32,
    }

    #[receiver(Deep)]
    fn deeper(left: u32) -> Result<(), BoxError> {
        if left == 0 { Err("at the bottom".into()) } else { Ok(Deep { left: left - 1 }.send()?) }
    }

    let text = |left| Deep { left }.send().unwrap_err().to_string();
    assert_eq!(text(1).matches("failed on").count(), 2);
    assert_eq!(text(2).matches("failed on").count(), 1);
    assert!(text(2).ends_with("failed on `Deep`: … and so on, 3 times: at the bottom"), "{}", text(2));
}

#[test]
fn the_limit_counts_sync_and_async_signals_together() -> TestResult {
    #[signal(async)]
    struct Ping {
        left: u32,
    }

    #[signal]
    struct Pong {
        left: u32,
    }

    #[receiver(Ping)]
    async fn return_it(left: u32) -> Result<(), BoxError> {
        match left {
            0 => Ok(()),
            left => Ok(Pong { left: left - 1 }.send()?),
        }
    }

    #[receiver(Pong)]
    fn serve_again(left: u32) -> Result<(), BoxError> {
        match left {
            0 => Ok(()),
            left => Ok(now(Ping { left: left - 1 }.send())?),
        }
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("nothing here waits"),
        }
    }

    now(Ping { left: LIMIT - 1 }.send())?;
    now(Ping { left: LIMIT }.send()).unwrap_err();
    Pong { left: LIMIT - 1 }.send()?;
    Pong { left: LIMIT }.send().unwrap_err();
    Ok(())
}

#[test]
fn after_an_error_or_a_panic_the_whole_depth_is_there_again() -> TestResult {
    #[signal]
    struct Deep {
        left: u32,
        panic: bool,
    }

    #[receiver(Deep)]
    fn deeper(left: u32, panic: bool) -> Result<(), BoxError> {
        match left {
            0 if panic => panic!("at the bottom"),
            0 => Ok(()),
            left => Ok(Deep { left: left - 1, panic }.send()?),
        }
    }

    let whole = || Deep { left: LIMIT - 1, panic: false }.send();
    whole()?;
    Deep { left: LIMIT, panic: false }.send().unwrap_err();
    whole()?;
    catch_unwind(|| Deep { left: 20, panic: true }.send()).unwrap_err();
    whole()?;
    let answers = Deep { left: 0, panic: true }.send_robust()?;
    assert!(answers[0].1.is_err());
    whole()?;
    Ok(())
}

#[tokio::test]
async fn after_an_error_or_a_panic_the_whole_async_depth_is_there_again() -> TestResult {
    #[signal(async)]
    struct Deep {
        left: u32,
        panic: bool,
    }

    #[receiver(Deep)]
    async fn deeper(left: u32, panic: bool) -> Result<(), BoxError> {
        match left {
            0 if panic => panic!("at the bottom"),
            0 => Ok(()),
            left => {
                yield_now().await;
                Ok(Deep { left: left - 1, panic }.send().await?)
            }
        }
    }

    let whole = || Deep { left: LIMIT - 1, panic: false }.send();
    whole().await?;
    Deep { left: LIMIT, panic: false }.send().await.unwrap_err();
    whole().await?;

    let mut panics = Box::pin(Deep { left: 20, panic: true }.send());
    let panic = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| panics.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    });
    assert!(panic.await.is_err());
    whole().await?;

    let answers = Deep { left: 0, panic: true }.send_robust().await?;
    assert!(answers[0].1.is_err());
    whole().await?;
    Ok(())
}

#[tokio::test]
async fn two_tasks_on_one_thread_do_not_see_each_others_depth() -> TestResult {
    #[signal(async)]
    struct Deep {
        left: u32,
        bottom: Arc<Barrier>,
    }

    #[receiver(Deep)]
    async fn deeper(left: u32, bottom: &Arc<Barrier>) -> Result<(), BoxError> {
        yield_now().await;
        if left == 0 {
            // Both are at the bottom now, 40 deep together.
            bottom.wait().await;
        } else {
            Deep { left: left - 1, bottom: Arc::clone(bottom) }.send().await?;
        }
        yield_now().await;
        Ok(())
    }

    let bottom = Arc::new(Barrier::new(2));
    let send = || Deep { left: 20, bottom: Arc::clone(&bottom) }.send();
    let (one, other) = tokio::join!(send(), send());
    one?;
    other?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_changes_threads_keeps_its_depth() -> TestResult {
    #[signal(async)]
    struct Deep {
        left: u32,
    }

    #[receiver(Deep)]
    async fn deeper(left: u32) -> Result<(), BoxError> {
        for _ in 0..4 {
            yield_now().await;
        }
        match left {
            0 => Ok(()),
            left => Ok(Deep { left: left - 1 }.send().await?),
        }
    }

    let tasks: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn(async {
                (Deep { left: LIMIT - 1 }.send().await.is_ok(), Deep { left: LIMIT }.send().await.is_ok())
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await?, (true, false));
    }
    Ok(())
}

#[test]
fn connected_receivers_count_as_well() -> TestResult {
    #[signal]
    struct Deep {
        left: u32,
    }

    let _guard = Deep::SIGNAL.connect_scoped(|event| match event.left {
        0 => Ok(()),
        left => Deep { left: left - 1 }.send(),
    });
    Deep { left: LIMIT - 1 }.send()?;
    Deep { left: LIMIT }.send().unwrap_err();
    Ok(())
}

#[tokio::test]
async fn connected_async_receivers_count_from_their_first_line() -> TestResult {
    #[signal(async)]
    struct Paid {}

    #[signal]
    struct Deep {
        left: u32,
    }

    #[receiver(Deep)]
    fn deeper(left: u32) -> Result<(), BoxError> {
        match left {
            0 => Ok(()),
            left => Ok(Deep { left: left - 1 }.send()?),
        }
    }

    // The closure sends before it has made its future.
    let _guard = Paid::SIGNAL
        .connect_async(|_| {
            let fits = Deep { left: LIMIT - 2 }.send().is_ok();
            let too_deep = Deep { left: LIMIT - 1 }.send().is_err();
            Box::pin(async move { if fits && too_deep { Ok(()) } else { Err("the depth was not counted") } })
        })
        .into_guard();
    Paid {}.send().await?;
    Ok(())
}

#[test]
fn a_chain_ends_at_a_signal_without_receivers() -> TestResult {
    #[signal]
    struct Unreceived {}

    #[signal]
    struct Deep {
        left: u32,
    }

    #[receiver(Deep)]
    fn deeper(left: u32) -> Result<(), BoxError> {
        match left {
            // One deeper than the limit, if it had a receiver.
            0 => Ok(Unreceived {}.send()?),
            left => Ok(Deep { left: left - 1 }.send()?),
        }
    }

    Deep { left: LIMIT - 1 }.send()?;
    Ok(())
}
