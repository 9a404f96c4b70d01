//! Rule 9: one `send` is strictly in order, and a dropped one calls no further receiver.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use expect_test::expect;
use signals::{receiver, signal};
use tokio::task::yield_now;

use crate::databases::TestResult;
use crate::log::Log;

#[tokio::test]
async fn sync_and_async_receivers_stand_in_one_sequence() -> TestResult {
    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    async fn first(log: &Log) {
        log.note("first, async, begins");
        yield_now().await;
        log.note("first, async, ends");
    }

    #[receiver(Paid)]
    fn second(log: &Log) {
        log.note("second");
    }

    #[receiver(Paid)]
    async fn third(log: &Log) {
        log.note("third, async, begins");
        yield_now().await;
        log.note("third, async, ends");
    }

    let log = Log::new();
    let _fourth = Paid::SIGNAL.connect_scoped(|event| event.log.note("fourth, connected"));
    let _fifth = Paid::SIGNAL
        .connect_async(|event| {
            Box::pin(async {
                yield_now().await;
                event.log.note("fifth, connected, async");
            })
        })
        .into_guard();
    let _sixth = Paid::SIGNAL.connect_scoped(|event| event.log.note("sixth, connected"));
    Paid { log: &log }.send().await?;
    log.is(&expect![[r#"
        first, async, begins
        first, async, ends
        second
        third, async, begins
        third, async, ends
        fourth, connected
        fifth, connected, async
        sixth, connected
    "#]]);
    Ok(())
}

#[test]
fn a_dropped_send_calls_no_further_receiver() {
    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    struct Dropped<'a>(&'a Log);

    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.note("first is dropped");
        }
    }

    #[receiver(Paid)]
    async fn first(log: &Log) {
        let _dropped = Dropped(log);
        log.note("first waits");
        pending::<()>().await;
        log.note("first goes on");
    }

    #[receiver(Paid)]
    fn second(log: &Log) {
        log.note("second");
    }

    let log = Log::new();
    {
        let send = pin!(Paid { log: &log }.send());
        assert!(send.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    log.is(&expect![[r#"
        first waits
        first is dropped
    "#]]);
}

#[test]
fn a_send_that_is_never_polled_calls_no_receiver() {
    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn first(log: &Log) {
        log.note("first");
    }

    let log = Log::new();
    drop(Paid { log: &log }.send());
    log.is(&expect![""]);
}

#[tokio::test]
async fn send_futures_move_between_threads() -> TestResult {
    #[signal(async)]
    struct Paid {
        log: Arc<Log>,
    }

    #[signal(async, output = usize)]
    struct Asked {
        log: Arc<Log>,
    }

    #[receiver([Paid])]
    async fn paid(log: &Log) {
        yield_now().await;
        log.note("paid");
    }

    #[receiver(Asked)]
    async fn asked(log: &Log) -> usize {
        yield_now().await;
        log.note("asked");
        3
    }

    let log = Arc::new(Log::new());
    let spawn = || Arc::clone(&log);
    tokio::spawn(Paid { log: spawn() }.send()).await??;
    tokio::spawn(Paid { log: spawn() }.send_robust()).await??;
    tokio::spawn(Asked { log: spawn() }.collect()).await??;
    tokio::spawn(Asked { log: spawn() }.send_with(|_, _| std::ops::ControlFlow::Break(()))).await??;
    log.is(&expect![[r#"
        paid
        paid
        asked
        asked
    "#]]);
    Ok(())
}

#[tokio::test]
async fn a_receiver_with_a_large_future_is_called_like_any_other() -> TestResult {
    #[signal(async)]
    struct Paid<'a> {
        sum: &'a mut usize,
    }

    #[receiver(Paid)]
    async fn large(sum: &mut usize) {
        let numbers = [1_u8; 4096];
        yield_now().await;
        *sum += numbers.iter().map(|&number| usize::from(number)).sum::<usize>();
    }

    let mut sum = 0;
    Paid { sum: &mut sum }.send().await?;
    assert_eq!(sum, 4096);
    Ok(())
}
