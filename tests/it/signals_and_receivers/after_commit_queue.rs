//! Rule 82: `AfterCommit` runs all that was queued, in order, and reports each failure.

use std::fmt::Display;
use std::future::pending;
use std::panic::panic_any;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use expect_test::expect;
use signals::dispatch::{AfterCommit, AfterCommitError, SignalError};
use signals::{receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

fn note(log: &Log) -> impl FnMut(AfterCommitError) + Send {
    |error| log.note(kind(&error))
}

fn kind(error: &AfterCommitError) -> impl Display {
    match (error.receiver(), error.inner(), error.panic_message()) {
        (Some(failed), ..) => {
            let name = failed.receiver.name.rsplit("::").next().unwrap_or_default();
            match failed.inner() {
                Some(cause) => format!("{name} failed: {cause}"),
                None => format!("{name} panicked: {}", failed.panic_message().unwrap_or_default()),
            }
        }
        (None, Some(cause), _) => format!("failed: {cause}"),
        (None, None, Some(message)) => format!("panicked: {message}"),
        (None, None, None) if error.is_unfinished() => "not finished".to_owned(),
        _ => "unknown".to_owned(),
    }
}

#[tokio::test]
async fn receivers_run_in_order_and_each_that_fails_is_reported() {
    static LOG: Log = Log::new();

    #[signal]
    struct Paid {
        number: u32,
    }

    #[signal(async, output = u32)]
    struct Sent {
        number: u32,
    }

    #[receiver(Paid)]
    fn first(number: u32) -> Result<(), &'static str> {
        LOG.note(format_args!("first of {number}"));
        Err("out of paper")
    }

    #[receiver(Paid)]
    fn second(number: u32) {
        LOG.note(format_args!("second of {number}"));
        panic!("out of ink");
    }

    #[receiver(Paid, when = |event| event.number > 1)]
    fn third(number: u32) {
        LOG.note(format_args!("third of {number}"));
    }

    #[receiver(Sent)]
    fn refuses(number: u32) -> Result<u32, &'static str> {
        LOG.note(format_args!("refuses {number}"));
        Err("out of stamps")
    }

    #[receiver(Sent)]
    async fn last(number: u32) -> u32 {
        tokio::task::yield_now().await;
        LOG.note(format_args!("last of {number}"));
        number
    }

    let queue = AfterCommit::new();
    queue.send(Paid { number: 1 });
    queue.send(Sent { number: 2 });
    queue.push_async(async { Sent { number: 3 }.send_robust().await });
    queue.push_async(async { Paid { number: 4 }.send() });
    queue.run(note(&LOG)).await;
    LOG.is(&expect![[r#"
        first of 1
        first failed: out of paper
        second of 1
        second panicked: out of ink
        refuses 2
        refuses failed: out of stamps
        last of 2
        refuses 3
        last of 3
        refuses failed: out of stamps
        first of 4
        first failed: out of paper
    "#]]);
}

#[tokio::test]
async fn everything_runs_in_order_whatever_fails() {
    static LOG: Log = Log::new();
    let queue = AfterCommit::new();
    queue.push(|| LOG.note("a function"));
    queue.push_async(async {
        tokio::task::yield_now().await;
        Err("a future")
    });
    queue.push(|| panic!("out of {}", "wire"));
    queue.push_async(async {
        if true {
            panic_any(7)
        }
    });
    queue.push(|| LOG.note("the end"));
    LOG.is(&expect![""]);
    queue.run(note(&LOG)).await;
    LOG.is(&expect![[r#"
        a function
        failed: a future
        panicked: out of wire
        panicked: without a message
        the end
    "#]]);
    assert!(queue.is_empty());
}

#[test]
fn an_error_says_where_its_work_was_queued() {
    let queue = AfterCommit::new();
    queue.push(|| Err("out of paper"));
    let line = line!() - 1;
    let mut errors = Vec::new();
    queue.run_blocking(|error| errors.push(error));
    assert_eq!((errors[0].queued().file, errors[0].queued().line), (file!(), line));
    let text = errors[0].to_string();
    let text = text.replace(&errors[0].queued().to_string(), "PLACE");
    expect!["what was queued at PLACE failed after the commit, which stays: out of paper"].assert_eq(&text);
}

#[test]
fn a_queue_that_is_dropped_runs_nothing() {
    static LOG: Log = Log::new();

    #[signal]
    struct Paid {}

    #[receiver(Paid)]
    fn print() {
        LOG.note("printed");
    }

    let queue = AfterCommit::new();
    queue.push(|| LOG.note("pushed"));
    queue.push_async(async { LOG.note("polled") });
    queue.send(Paid {});
    drop(queue);
    LOG.is(&expect![""]);
}

#[test]
fn a_savepoint_has_a_queue_that_is_appended_or_dropped() {
    static LOG: Log = Log::new();
    let queue = AfterCommit::new();
    queue.push(|| LOG.note("first"));
    let savepoint = AfterCommit::new();
    savepoint.push(|| LOG.note("released"));
    queue.push(|| LOG.note("second, queued before the savepoint was released"));
    queue.append(savepoint);
    let savepoint = AfterCommit::new();
    savepoint.push(|| LOG.note("rolled back"));
    drop(savepoint);
    queue.push(|| LOG.note("last"));
    queue.run_blocking(note(&LOG));
    LOG.is(&expect![[r#"
        first
        second, queued before the savepoint was released
        released
        last
    "#]]);
}

#[test]
fn what_is_queued_while_the_queue_runs_runs_too() {
    static LOG: Log = Log::new();
    let queue = Arc::new(AfterCommit::new());
    let own = Arc::clone(&queue);
    queue.push(move || {
        own.push(|| LOG.note("queued meanwhile"));
        LOG.note("first");
    });
    queue.push(|| LOG.note("second"));
    queue.run_blocking(note(&LOG));
    LOG.is(&expect![[r#"
        first
        second
        queued meanwhile
    "#]]);
}

#[test]
fn a_run_that_is_dropped_reports_what_it_did_not_finish() {
    static LOG: Log = Log::new();

    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    let fill = |queue: &AfterCommit| {
        let value = PanicsWhenDropped;
        queue.push(|| LOG.note("done"));
        queue.push_async(pending::<()>());
        queue.push(move || drop(value));
        queue.push(|| LOG.note("never"));
    };
    let queue = AfterCommit::new();
    fill(&queue);
    let mut run = Box::pin(queue.run(note(&LOG)));
    assert_eq!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
    LOG.is(&expect![[r#"
        done
    "#]]);
    drop(run);
    LOG.is(&expect![[r#"
        not finished
        not finished
        not finished
    "#]]);
    assert!(queue.is_empty());

    // A future that was never polled is dropped in the same way.
    fill(&queue);
    drop(queue.run(note(&LOG)));
    LOG.is(&expect![[r#"
        not finished
        not finished
        not finished
        not finished
    "#]]);
}

#[test]
fn a_handler_that_panics_ends_nothing() {
    static LOG: Log = Log::new();
    let queue = AfterCommit::new();
    queue.push(|| Err("out of paper"));
    queue.push(|| LOG.note("the rest"));
    queue.run_blocking(|_| panic!("the handler"));
    LOG.is(&expect![[r#"
        the rest
    "#]]);
}

#[test]
fn a_thread_waits_for_a_future_of_another_thread() {
    static LOG: Log = Log::new();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let queue = AfterCommit::new();
    queue.push_async(async move {
        let answer: u8 = receiver.await.map_err(|_| "no answer")?;
        LOG.note(format_args!("answered {answer}"));
        Ok::<_, &str>(())
    });
    let other = std::thread::spawn(move || sender.send(7));
    queue.run_blocking(note(&LOG));
    assert!(other.join().is_ok_and(|sent| sent.is_ok()));
    LOG.is(&expect![[r#"
        answered 7
    "#]]);
}

#[tokio::test]
async fn a_receiver_queues_work_on_the_queue_that_its_payload_borrows() -> TestResult {
    static LOG: Log = Log::new();

    #[signal(async)]
    struct Saving<'a> {
        name: &'a str,
        after_commit: &'a AfterCommit,
    }

    #[signal(async)]
    struct Saved {
        name: String,
    }

    #[receiver(Saving)]
    async fn make_profile(name: &str, after_commit: &AfterCommit) -> Result<(), &'static str> {
        after_commit.send(Saved { name: name.to_owned() });
        if name.is_empty() { Err("a user has a name") } else { Ok(()) }
    }

    #[receiver(Saved)]
    fn mail(name: &str) {
        LOG.note(format_args!("mailed {name}"));
    }

    async fn save(name: &str) -> Result<(), SignalError> {
        let queue = AfterCommit::new();
        Saving { name, after_commit: &queue }.send().await?;
        LOG.note("committed");
        // A task of its own needs a future that is `Send` and owns the queue.
        let task = tokio::spawn(async move { queue.run(note(&LOG)).await });
        assert!(task.await.is_ok());
        Ok(())
    }

    save("ann").await?;
    assert!(save("").await.is_err());
    LOG.is(&expect![[r#"
        committed
        mailed ann
    "#]]);
    Ok(())
}
