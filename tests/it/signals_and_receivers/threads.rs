//! A signal may be used from every thread at once.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use signals::{receiver, signal};

#[test]
fn the_first_use_of_a_signal_may_be_on_many_threads_at_once() {
    #[signal]
    struct Paid<'a> {
        calls: &'a AtomicUsize,
    }

    #[receiver(Paid)]
    fn first(calls: &AtomicUsize) {
        assert_eq!(calls.fetch_add(1, Ordering::Relaxed) % 2, 0);
    }

    #[receiver(Paid)]
    fn second(calls: &AtomicUsize) {
        assert_eq!(calls.fetch_add(1, Ordering::Relaxed) % 2, 1);
    }

    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                assert!(Paid::SIGNAL.has_receivers());
                let calls = AtomicUsize::new(0);
                Paid { calls: &calls }.send().unwrap();
                assert_eq!(calls.into_inner(), 2);
            });
        }
    });
}

#[test]
fn receivers_connect_and_disconnect_while_other_threads_send() {
    #[signal]
    struct Paid<'a> {
        linked: &'a AtomicUsize,
        connected: &'a AtomicUsize,
    }

    #[receiver(Paid)]
    fn linked(linked: &AtomicUsize) {
        linked.fetch_add(1, Ordering::Relaxed);
    }

    let (calls, connected) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let send = || Paid { linked: &calls, connected: &connected }.send().unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..500).for_each(|_| send()));
            scope.spawn(|| {
                for _ in 0..500 {
                    let seen = connected.load(Ordering::Relaxed);
                    let guard = Paid::SIGNAL.connect_scoped(|event| {
                        event.connected.fetch_add(1, Ordering::Relaxed);
                    });
                    // What a thread connected, it finds connected.
                    send();
                    assert!(connected.load(Ordering::Relaxed) > seen);
                    assert!(guard.disconnect());
                }
            });
        }
    });
    assert_eq!(calls.load(Ordering::Relaxed), 4 * 500 + 4 * 500);
    let before = connected.load(Ordering::Relaxed);
    send();
    assert_eq!(connected.load(Ordering::Relaxed), before, "all were disconnected");
}
