//! Rule 3, its last sentence: what receivers return is kept for signals with an `output`.

use std::num::TryFromIntError;
use std::ops::ControlFlow;

use expect_test::expect;
use signals::{receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

#[derive(Debug, PartialEq)]
enum Vote {
    Yes,
    No(String),
}

#[test]
fn send_with_folds_the_outputs_until_it_breaks() -> TestResult {
    #[signal(output = Vote)]
    struct MayShip<'a> {
        log: &'a Log,
        weight: i64,
    }

    #[receiver(MayShip)]
    fn paid(log: &Log) -> Vote {
        log.note("paid?");
        Vote::Yes
    }

    #[receiver(MayShip)]
    fn light(log: &Log, weight: i64) -> Result<Vote, TryFromIntError> {
        log.note("light?");
        Ok(if u32::try_from(weight)? > 100 { Vote::No("too heavy".to_owned()) } else { Vote::Yes })
    }

    #[receiver(MayShip)]
    fn in_stock(log: &Log) -> Vote {
        log.note("in stock?");
        Vote::Yes
    }

    fn first_no(receiver: &signals::dispatch::ReceiverId, vote: Vote) -> ControlFlow<String> {
        match vote {
            Vote::Yes => ControlFlow::Continue(()),
            Vote::No(why) => ControlFlow::Break(format!("{}: {why}", receiver.name)),
        }
    }

    let log = Log::new();
    let none = MayShip { log: &log, weight: 7 }.send_with(first_no)?;
    log.note(format_args!("of 7: {none:?}"));
    let no = MayShip { log: &log, weight: 700 }.send_with(first_no)?;
    log.note(format_args!("of 700: {no:?}"));
    log.is(&expect![[r#"
        paid?
        light?
        in stock?
        of 7: None
        paid?
        light?
        of 700: Some("it::signals_and_receivers::outputs::light: too heavy")
    "#]]);
    Ok(())
}

#[test]
fn collect_gathers_the_outputs_in_order_without_those_of_filtered_receivers() -> TestResult {
    #[signal(output = u32)]
    struct Asked {}

    #[receiver(Asked)]
    fn one() -> u32 {
        1
    }

    #[receiver(Asked, when = never)]
    fn filtered() -> u32 {
        2
    }

    #[receiver(Asked)]
    fn three() -> u32 {
        3
    }

    let _guard = Asked::SIGNAL.connect_scoped(|_| 4);
    assert_eq!(Asked {}.collect()?, [1, 3, 4]);
    Ok(())
}

#[tokio::test]
async fn an_async_signal_has_outputs_too() -> TestResult {
    #[signal(async, output = u32)]
    struct Asked {}

    #[receiver(Asked)]
    async fn one() -> u32 {
        tokio::task::yield_now().await;
        1
    }

    #[receiver(Asked, when = never)]
    async fn filtered() -> u32 {
        2
    }

    #[receiver(Asked)]
    fn three() -> u32 {
        3
    }

    assert_eq!(Asked {}.collect().await?, [1, 3]);
    let first = Asked {}.send_with(|_, output| ControlFlow::Break(output)).await?;
    assert_eq!(first, Some(1));
    Ok(())
}

#[test]
fn an_error_ends_the_fold() {
    #[signal(output = u32)]
    struct Asked<'a> {
        log: &'a Log,
    }

    #[receiver(Asked)]
    fn one(log: &Log) -> u32 {
        log.note("one");
        1
    }

    #[receiver(Asked)]
    fn fails(log: &Log) -> Result<u32, &'static str> {
        log.note("fails");
        Err("not today")
    }

    #[receiver(Asked)]
    fn three(log: &Log) -> u32 {
        log.note("three");
        3
    }

    let log = Log::new();
    let error = Asked { log: &log }.collect().unwrap_err();
    log.note(error.receiver().unwrap().inner().unwrap());
    log.is(&expect![[r#"
        one
        fails
        not today
    "#]]);
}

#[test]
fn send_drops_the_outputs() -> TestResult {
    #[signal(output = Vote)]
    struct Asked {}

    #[receiver(Asked)]
    fn one() -> Vote {
        Vote::No("never".to_owned())
    }

    Asked {}.send()?;
    Ok(())
}

/// A condition that is not met.
fn never<P>(_: &P) -> bool {
    false
}
