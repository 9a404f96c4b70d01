//! Rule 3: `send` stops at the first error, which says who failed.

use std::error::Error as _;
use std::io;

use expect_test::expect;
use signals::{receiver, signal};

use crate::log::{Log, without_lines};

#[test]
fn send_stops_at_the_first_error() {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn first(log: &Log) {
        log.note("first");
    }

    #[receiver(Paid)]
    fn second(log: &Log) -> Result<(), &'static str> {
        log.note("second fails");
        Err("out of paper")
    }

    #[receiver(Paid)]
    fn third(log: &Log) {
        log.note("third");
    }

    let log = Log::new();
    let error = Paid { log: &log }.send().unwrap_err();
    log.note(error);
    log.is(&expect![[r#"
        first
        second fails
        receiver `it::signals_and_receivers::errors::second` (tests/it/signals_and_receivers/errors.rs) failed on `Paid`: out of paper
    "#]]);
}

#[tokio::test]
async fn an_async_send_stops_at_the_first_error() {
    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    async fn first(log: &Log) {
        log.note("first");
    }

    #[receiver(Paid)]
    async fn second(log: &Log) -> Result<(), String> {
        tokio::task::yield_now().await;
        log.note("second fails");
        Err("out of paper".to_owned())
    }

    #[receiver(Paid)]
    fn third(log: &Log) {
        log.note("third");
    }

    let log = Log::new();
    let error = Paid { log: &log }.send().await.unwrap_err();
    log.note(error);
    log.is(&expect![[r#"
        first
        second fails
        receiver `it::signals_and_receivers::errors::second` (tests/it/signals_and_receivers/errors.rs) failed on `Paid`: out of paper
    "#]]);
}

#[test]
fn the_error_names_receiver_place_and_signal() {
    #[signal]
    struct Paid {}

    const LINE: u32 = line!() + 1;
    #[receiver(Paid, id = "print-receipt")]
    fn print() -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::NotFound, "no printer"))
    }

    let error = Paid {}.send().unwrap_err();
    let failed = error.receiver().expect("a receiver failed");
    assert_eq!(failed.receiver.name, "print-receipt");
    assert_eq!(failed.receiver.location.file, file!());
    assert_eq!(failed.receiver.location.line, LINE);
    assert_eq!(failed.signal, "Paid");
    assert_eq!(failed.sender, None);
    assert_eq!(failed.panic_message(), None);
    let cause = failed.inner().expect("it returned an error").downcast_ref::<io::Error>();
    assert_eq!(cause.map(io::Error::kind), Some(io::ErrorKind::NotFound));
}

#[test]
fn the_error_prints_its_cause_once() {
    #[signal]
    struct Paid {}

    #[receiver(Paid)]
    fn print() -> io::Result<()> {
        Err(io::Error::other(io::Error::other("the cable is out")))
    }

    let error = Paid {}.send().unwrap_err();
    // The message holds the cause, so the source is the cause's own source.
    expect!["receiver `it::signals_and_receivers::errors::print` (tests/it/signals_and_receivers/errors.rs) failed on `Paid`: the cable is out"]
        .assert_eq(&without_lines(&error.to_string()));
    assert!(error.source().is_none_or(|source| source.to_string() == "the cable is out"));
}

#[test]
fn a_failed_receiver_gives_back_what_it_returned() {
    #[signal]
    struct Paid {}

    #[receiver(Paid)]
    fn print() -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::NotFound, "no printer"))
    }

    let signals_core::SignalError::Receiver(failed) = Paid {}.send().unwrap_err() else { panic!("a receiver failed") };
    let cause = failed.into_inner().downcast::<io::Error>().expect("the receiver's own error");
    assert_eq!(cause.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_panic_unwinds_through_send() {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn first(log: &Log) {
        log.note("first panics");
        panic!("out of paper");
    }

    #[receiver(Paid)]
    fn second(log: &Log) {
        log.note("second");
    }

    let log = Log::new();
    let panic = std::panic::catch_unwind(|| Paid { log: &log }.send()).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"out of paper"));
    log.is(&expect![[r#"
        first panics
    "#]]);
}
