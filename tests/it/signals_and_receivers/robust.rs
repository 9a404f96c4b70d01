//! Rule 4: `send_robust` calls all, and reports each.

use std::fmt::Debug;
use std::num::ParseIntError;

use expect_test::expect;
use signals::dispatch::ReceiverId;
use signals::dispatch::ReceiverResult;
use signals::{receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

fn note_answers<O: Debug>(log: &Log, answers: Vec<(ReceiverId, ReceiverResult<O>)>) {
    for (receiver, answer) in answers {
        let name = receiver.name.rsplit("::").next().unwrap_or_default();
        match answer {
            Ok(output) => log.note(format_args!("{name} answered {output:?}")),
            Err(error) => match (error.inner(), error.panic_message()) {
                (Some(cause), None) => log.note(format_args!("{name} failed: {cause}")),
                (None, Some(message)) => log.note(format_args!("{name} panicked: {message}")),
                _ => unreachable!("a receiver fails or panics"),
            },
        }
    }
}

#[test]
fn send_robust_calls_all_and_reports_errors_and_panics() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn fails(log: &Log) -> Result<(), &'static str> {
        log.note("fails");
        Err("out of paper")
    }

    #[receiver(Paid)]
    fn panics(log: &Log) {
        log.note("panics");
        panic!("out of {}", "ink");
    }

    #[receiver(Paid)]
    fn panics_with_a_number(log: &Log) {
        log.note("panics with a number");
        std::panic::panic_any(7);
    }

    #[receiver(Paid, when = never)]
    fn filtered(log: &Log) {
        log.note("filtered");
    }

    #[receiver(Paid)]
    fn works(log: &Log) {
        log.note("works");
    }

    let log = Log::new();
    let connected = Paid::SIGNAL.connect_scoped::<(), _>(|event| {
        event.log.note("connected panics");
        panic!("out of wire");
    });
    let answers = Paid { log: &log }.send_robust()?;
    note_answers(&log, answers);
    drop(connected);
    log.is(&expect![[r#"
        fails
        panics
        panics with a number
        works
        connected panics
        fails failed: out of paper
        panics panicked: out of ink
        panics_with_a_number panicked: without a message
        works answered ()
        closure panicked: out of wire
    "#]]);
    Ok(())
}

#[tokio::test]
async fn an_async_send_robust_calls_all_and_reports_errors_and_panics() -> TestResult {
    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    async fn fails(log: &Log) -> Result<(), &'static str> {
        tokio::task::yield_now().await;
        log.note("fails");
        Err("out of paper")
    }

    #[receiver(Paid)]
    async fn panics(log: &Log) {
        tokio::task::yield_now().await;
        log.note("panics");
        panic!("out of ink");
    }

    #[receiver(Paid)]
    fn panics_at_once(log: &Log) {
        log.note("panics at once");
        panic!("out of toner");
    }

    #[receiver(Paid)]
    async fn works(log: &Log) {
        log.note("works");
    }

    let log = Log::new();
    let before_its_future = Paid::SIGNAL
        .connect_async::<(), _>(|event| {
            event.log.note("connected panics before it has a future");
            panic!("out of wire");
        })
        .into_guard();
    let in_its_future = Paid::SIGNAL
        .connect_async::<(), _>(|event| {
            Box::pin(async move {
                event.log.note("connected panics in its future");
                panic!("out of time");
            })
        })
        .into_guard();
    let answers = Paid { log: &log }.send_robust().await?;
    note_answers(&log, answers);
    drop((before_its_future, in_its_future));
    log.is(&expect![[r#"
        fails
        panics
        panics at once
        works
        connected panics before it has a future
        connected panics in its future
        fails failed: out of paper
        panics panicked: out of ink
        panics_at_once panicked: out of toner
        works answered ()
        closure panicked: out of wire
        closure panicked: out of time
    "#]]);
    Ok(())
}

#[test]
fn send_robust_keeps_the_outputs() -> TestResult {
    #[signal(output = u32)]
    struct Asked {}

    #[receiver(Asked)]
    fn one() -> u32 {
        1
    }

    #[receiver(Asked)]
    fn refuses() -> Result<u32, &'static str> {
        Err("not today")
    }

    #[receiver(Asked)]
    fn two() -> Result<u32, ParseIntError> {
        "2".parse()
    }

    let log = Log::new();
    note_answers(&log, Asked {}.send_robust()?);
    log.is(&expect![[r#"
        one answered 1
        refuses failed: not today
        two answered 2
    "#]]);
    Ok(())
}

#[test]
fn send_robust_of_a_signal_without_receivers_is_empty() -> TestResult {
    #[signal]
    struct Paid {}

    assert!(Paid {}.send_robust()?.is_empty());
    Ok(())
}

/// Its `Drop` panics again and again.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::panic_any(Self);
    }
}

#[test]
fn send_robust_calls_the_others_when_what_a_panic_throws_panics_as_well() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn panics() {
        std::panic::panic_any(Bomb);
    }

    #[receiver(Paid, when = |_| std::panic::panic_any(Bomb))]
    fn panics_in_its_filter() {}

    #[receiver(Paid, after = [panics, panics_in_its_filter])]
    fn works(log: &Log) {
        log.note("works");
    }

    let log = Log::new();
    let answers = Paid { log: &log }.send_robust()?;
    note_answers(&log, answers);
    log.is(&expect![[r#"
        works
        panics panicked: without a message
        panics_in_its_filter panicked: without a message
        works answered ()
    "#]]);
    Ok(())
}

#[tokio::test]
async fn send_robust_calls_the_others_when_what_an_async_panic_throws_panics_as_well() -> TestResult {
    #[signal(async)]
    struct Shipped<'a> {
        log: &'a Log,
    }

    #[receiver(Shipped)]
    async fn panics() {
        tokio::task::yield_now().await;
        std::panic::panic_any(Bomb);
    }

    #[receiver(Shipped, after = [panics])]
    fn works(log: &Log) {
        log.note("works");
    }

    let log = Log::new();
    let answers = Shipped { log: &log }.send_robust().await?;
    note_answers(&log, answers);
    log.is(&expect![[r#"
        works
        panics panicked: without a message
        works answered ()
    "#]]);
    Ok(())
}

/// A condition that is not met.
fn never<P>(_: &P) -> bool {
    false
}
