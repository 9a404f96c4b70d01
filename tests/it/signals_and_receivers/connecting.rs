//! Rules 5, 7 and 8: receivers that are connected while the program runs.

use std::sync::{Arc, Mutex, OnceLock};

use expect_test::expect;
use signals::dispatch::{ReceiverGuard, ReceiverHandle};
use signals::{receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

#[test]
fn connected_receivers_run_after_the_linked_ones_in_the_order_in_which_they_connected() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn linked(log: &Log) {
        log.note("linked");
    }

    let log = Log::new();
    let _first = Paid::SIGNAL.connect_scoped(|event| event.log.note("first"));
    let _second = Paid::SIGNAL.connect_scoped(|event| event.log.note("second"));
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        linked
        first
        second
    "#]]);
    Ok(())
}

#[test]
fn a_receiver_is_connected_until_its_guard_is_dropped() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    let log = Log::new();
    {
        let _guard = Paid::SIGNAL.connect_scoped(|event| event.log.note("called"));
        Paid { log: &log }.send()?;
    }
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        called
    "#]]);
    Ok(())
}

#[tokio::test]
async fn a_receiver_stays_connected_whatever_becomes_of_its_handle() -> TestResult {
    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    let log = Log::new();
    Paid::SIGNAL.connect(|event| event.log.note("as a statement"));
    let _ = Paid::SIGNAL.connect(|event| event.log.note("let _"));
    {
        let _handle = Paid::SIGNAL.connect(|event| event.log.note("in a block"));
        let _ = Paid::SIGNAL.connect_async(|event| Box::pin(async { event.log.note("async") }));
        let _ = Paid::SIGNAL.connect_unique("once", |event| event.log.note("unique"));
    }
    Paid { log: &log }.send().await?;
    log.is(&expect![[r#"
        as a statement
        let _
        in a block
        async
        unique
    "#]]);
    Ok(())
}

#[test]
fn a_handle_becomes_a_guard() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    let log = Log::new();
    {
        let _guard = Paid::SIGNAL.connect_unique("audit", |event| event.log.note("called")).unwrap().into_guard();
        Paid { log: &log }.send()?;
    }
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        called
    "#]]);
    assert!(!Paid::SIGNAL.has_receivers());
    Ok(())
}

#[test]
fn a_connected_receiver_may_fail_and_its_place_is_where_it_was_connected() {
    #[signal]
    struct Paid {}

    let line = line!() + 1;
    let _guard = Paid::SIGNAL.connect_scoped(|_| Err::<(), _>("out of paper"));
    let error = Paid {}.send().unwrap_err();
    let failed = error.receiver().unwrap();
    assert_eq!((failed.receiver.location.file, failed.receiver.location.line), (file!(), line));
    assert_eq!(failed.inner().unwrap().to_string(), "out of paper");
}

#[test]
fn a_receiver_connected_during_a_dispatch_is_first_called_in_the_next() -> TestResult {
    static GUARDS: Mutex<Vec<ReceiverGuard>> = Mutex::new(Vec::new());

    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn connects(log: &Log) {
        log.note("connects another");
        GUARDS.lock().unwrap().push(Paid::SIGNAL.connect_scoped(|event| event.log.note("another")));
    }

    let log = Log::new();
    for round in 1..=3 {
        log.note(format_args!("dispatch {round}"));
        Paid { log: &log }.send()?;
    }
    log.is(&expect![[r#"
        dispatch 1
        connects another
        dispatch 2
        connects another
        another
        dispatch 3
        connects another
        another
        another
    "#]]);
    Ok(())
}

#[test]
fn a_receiver_disconnected_during_a_dispatch_is_still_called_in_it() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
        connected: ReceiverHandle,
    }

    #[receiver(Paid)]
    fn disconnects(log: &Log, connected: ReceiverHandle) {
        log.note(format_args!("disconnects: {}", connected.disconnect()));
    }

    let log = Log::new();
    let connected = Paid::SIGNAL.connect(|event| event.log.note("connected"));
    for round in 1..=2 {
        log.note(format_args!("dispatch {round}"));
        Paid { log: &log, connected }.send()?;
    }
    log.is(&expect![[r#"
        dispatch 1
        disconnects: true
        connected
        dispatch 2
        disconnects: false
    "#]]);
    Ok(())
}

#[tokio::test]
async fn an_async_dispatch_is_not_changed_by_what_connects_and_disconnects_during_it() -> TestResult {
    static GUARDS: Mutex<Vec<ReceiverGuard>> = Mutex::new(Vec::new());

    #[signal(async)]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    async fn swaps(log: &Log) {
        log.note("disconnects the old one and connects a new one");
        GUARDS.lock().unwrap().clear();
        tokio::task::yield_now().await;
        GUARDS.lock().unwrap().push(Paid::SIGNAL.connect_scoped(|event| event.log.note("new")));
    }

    let log = Log::new();
    GUARDS.lock()?.push(Paid::SIGNAL.connect_async(|event| Box::pin(async { event.log.note("old") })).into_guard());
    for round in 1..=2 {
        log.note(format_args!("dispatch {round}"));
        Paid { log: &log }.send().await?;
    }
    log.is(&expect![[r#"
        dispatch 1
        disconnects the old one and connects a new one
        old
        dispatch 2
        disconnects the old one and connects a new one
        new
    "#]]);
    Ok(())
}

#[test]
fn a_receiver_may_disconnect_itself() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    let log = Log::new();
    let own: Arc<OnceLock<ReceiverHandle>> = Arc::default();
    let handle = Paid::SIGNAL.connect({
        let own = Arc::clone(&own);
        move |event| {
            event.log.note(format_args!("disconnects itself: {}", own.get().unwrap().disconnect()));
        }
    });
    own.set(handle).unwrap();
    Paid { log: &log }.send()?;
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        disconnects itself: true
    "#]]);
    Ok(())
}

#[test]
fn what_a_closure_holds_may_connect_and_disconnect_when_it_is_dropped() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    struct Connects;

    impl Drop for Connects {
        fn drop(&mut self) {
            Paid::SIGNAL.connect(|event| event.log.note("connected by a drop"));
        }
    }

    let log = Log::new();
    let inner = Paid::SIGNAL.connect_scoped(|event| event.log.note("inner"));
    let outer = Paid::SIGNAL.connect_scoped({
        let held = (inner, Connects);
        move |event| {
            let _ = &held;
            event.log.note("outer");
        }
    });
    Paid { log: &log }.send()?;
    log.note(format_args!("disconnected: {}", outer.disconnect()));
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        inner
        outer
        disconnected: true
        connected by a drop
    "#]]);
    Ok(())
}

#[test]
fn connect_unique_keeps_the_first_and_says_no_to_the_second() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    let log = Log::new();
    let first = Paid::SIGNAL.connect_unique("audit", |event| event.log.note("first"));
    let second = Paid::SIGNAL.connect_unique("audit", |event| event.log.note("second"));
    let other = Paid::SIGNAL.connect_unique("other".to_owned(), |event| event.log.note("other"));
    log.note(format_args!("connected: {} {} {}", first.is_some(), second.is_some(), other.is_some()));
    Paid { log: &log }.send()?;

    assert!(first.unwrap().disconnect());
    let again = Paid::SIGNAL.connect_unique("audit", |event| event.log.note("again"));
    log.note(format_args!("connected again: {}", again.is_some()));
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        connected: true false true
        first
        other
        connected again: true
        other
        again
    "#]]);
    Ok(())
}

#[test]
fn a_closure_that_connect_unique_refuses_may_hold_a_guard_of_the_same_signal() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    let log = Log::new();
    let _first = Paid::SIGNAL.connect_unique("audit", |event| event.log.note("first"));
    let held = Paid::SIGNAL.connect_scoped(|event| event.log.note("held"));
    let refused = Paid::SIGNAL.connect_unique("audit", move |event| {
        let _ = &held;
        event.log.note("refused");
    });
    assert!(refused.is_none());
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        first
    "#]]);
    Ok(())
}

#[test]
fn disconnecting_says_whether_something_was_removed() {
    #[signal]
    struct Paid {}

    assert!(Paid::SIGNAL.connect_scoped(|_| ()).disconnect());
    let (first, second) = (Paid::SIGNAL.connect(|_| ()), Paid::SIGNAL.connect(|_| ()));
    assert!(first.disconnect());
    assert!(!first.disconnect(), "it is disconnected already");
    assert!(second.disconnect());
    assert!(!Paid::SIGNAL.has_receivers());
}

#[test]
fn has_receivers_counts_linked_and_connected_ones() {
    #[signal]
    struct Linked {}

    #[receiver(Linked, when = never)]
    fn linked() {}

    #[signal]
    struct Connected {}

    assert!(Linked::SIGNAL.has_receivers());

    assert!(!Connected::SIGNAL.has_receivers());
    let guard = Connected::SIGNAL.connect_scoped(|_| ());
    assert!(Connected::SIGNAL.has_receivers());
    drop(guard);
    assert!(!Connected::SIGNAL.has_receivers());
}

#[test]
fn a_signal_may_be_connected_before_its_first_use() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn linked(log: &Log) {
        log.note("linked");
    }

    let log = Log::new();
    let guard = Paid::SIGNAL.connect_scoped(|event| event.log.note("connected"));
    drop(guard);
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        linked
    "#]]);
    Ok(())
}

/// A condition that is not met.
fn never<P>(_: &P) -> bool {
    false
}
