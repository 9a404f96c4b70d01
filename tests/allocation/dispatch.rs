//! No dispatch allocates: every case is counted after its first dispatch, which reads the registry.

use std::num::ParseIntError;
use std::ops::ControlFlow;

use allocation_counter::measure;
use signals::dispatch::AfterCommit;
use signals::{receiver, signal};

use crate::now;

/// Does it once without counting, and then asserts that it does not allocate.
#[track_caller]
fn allocates_nothing(mut dispatch: impl FnMut()) {
    dispatch();
    let counted = measure(dispatch);
    assert_eq!(counted.count_total, 0, "{} bytes in {} allocations", counted.bytes_total, counted.count_total);
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(7)))).count_total, 1);
}

/// Receivers of a signal with a `count`, each of which counts one.
macro_rules! receivers {
    ($signal:ident: $(fn $plain:ident;)* $(async fn $awaited:ident;)*) => {
        $(
            #[receiver($signal)]
            fn $plain(count: &mut u64) {
                *count += 1;
            }
        )*
        $(
            #[receiver($signal)]
            async fn $awaited(count: &mut u64) {
                *count += 1;
            }
        )*
    };
}

#[test]
fn without_receivers() {
    #[signal]
    struct Sent {}

    #[signal(async)]
    struct Awaited {}

    allocates_nothing(|| Sent {}.send().unwrap());
    allocates_nothing(|| now(Awaited {}.send()).unwrap());
}

#[test]
fn a_queue_for_after_the_commit_in_which_nothing_waits() {
    #[signal]
    struct Committed {}

    allocates_nothing(|| {
        let after_commit = AfterCommit::new();
        after_commit.send(Committed {});
        after_commit.append(AfterCommit::new());
        after_commit.run_blocking(|_| ());
        now(after_commit.run(|_| ()));
    });
}

#[test]
fn with_one_three_and_ten_receivers() {
    #[signal]
    struct One<'a> {
        count: &'a mut u64,
    }

    #[signal]
    struct Three<'a> {
        count: &'a mut u64,
    }

    #[signal]
    struct Ten<'a> {
        count: &'a mut u64,
    }

    receivers!(One: fn one_a;);
    receivers!(Three: fn three_a; fn three_b; fn three_c;);
    receivers!(Ten: fn a; fn b; fn c; fn d; fn e; fn f; fn g; fn h; fn i; fn j;);

    let mut count = 0;
    allocates_nothing(|| One { count: &mut count }.send().unwrap());
    allocates_nothing(|| Three { count: &mut count }.send().unwrap());
    allocates_nothing(|| Ten { count: &mut count }.send().unwrap());
    assert_eq!(count, 2 * (1 + 3 + 10));
}

#[test]
fn with_plain_and_async_receivers_of_an_async_signal() {
    #[signal(async)]
    struct Plain<'a> {
        count: &'a mut u64,
    }

    #[signal(async)]
    struct Awaited<'a> {
        count: &'a mut u64,
    }

    #[signal(async)]
    struct Mixed<'a> {
        count: &'a mut u64,
    }

    receivers!(Plain: fn a; fn b; fn c;);
    receivers!(Awaited: async fn d; async fn e; async fn f;);
    receivers!(Mixed: fn g; fn h; async fn i; async fn j;);

    let mut count = 0;
    allocates_nothing(|| now(Plain { count: &mut count }.send()).unwrap());
    allocates_nothing(|| now(Awaited { count: &mut count }.send()).unwrap());
    allocates_nothing(|| now(Mixed { count: &mut count }.send()).unwrap());
    assert_eq!(count, 2 * (3 + 3 + 4));
}

#[test]
fn with_a_future_that_holds_something_over_an_await() {
    #[signal(async)]
    struct Awaited {}

    #[receiver(Awaited)]
    async fn holds() {
        let held = [1_u8; 200];
        std::future::ready(()).await;
        assert_eq!(held.len(), 200);
    }

    allocates_nothing(|| now(Awaited {}.send()).unwrap());
}

#[test]
fn with_filters_that_let_nothing_through() {
    #[signal]
    struct Sent {}

    #[receiver(Sent, when = never)]
    fn filtered() {
        unreachable!("the filter says no");
    }

    #[signal(async)]
    struct Awaited {}

    #[receiver(Awaited, when = never)]
    async fn filtered_too() {
        unreachable!("the filter says no");
    }

    allocates_nothing(|| Sent {}.send().unwrap());
    allocates_nothing(|| now(Awaited {}.send()).unwrap());
}

#[test]
fn with_outputs_that_are_folded() {
    #[signal(output = u32)]
    struct Asked {}

    #[receiver(Asked)]
    fn one() -> u32 {
        1
    }

    #[receiver(Asked)]
    fn two() -> Result<u32, ParseIntError> {
        "2".parse()
    }

    allocates_nothing(|| {
        let mut sum = 0;
        let end = Asked {}.send_with(|_, output| {
            sum += output;
            ControlFlow::<()>::Continue(())
        });
        assert_eq!((end.unwrap(), sum), (None, 3));
    });
}

#[test]
fn with_connected_receivers() {
    #[signal]
    struct Sent<'a> {
        count: &'a mut u64,
    }

    let _guard = Sent::SIGNAL.connect_scoped(|event| *event.count += 1);
    let mut count = 0;
    allocates_nothing(|| Sent { count: &mut count }.send().unwrap());
    assert_eq!(count, 2);
}

#[test]
fn has_receivers() {
    #[signal]
    struct Sent {}

    allocates_nothing(|| assert!(!Sent::SIGNAL.has_receivers()));
}

/// A condition that is not met.
fn never<P>(_: &P) -> bool {
    false
}

// Rule 76.
#[test]
fn with_senders_after_the_first_dispatch_of_each() {
    #[signal(sender)]
    struct Sent<'a, M: ?Sized> {
        instance: &'a M,
        count: &'a mut u64,
    }

    #[receiver(Sent, sender = [u64, String])]
    fn one(count: &mut u64) {
        *count += 1;
    }

    #[receiver(Sent)]
    fn any(event: &mut Sent<'_>) {
        *event.count += u64::from(event.instance.is::<String>());
    }

    #[signal(async, sender)]
    struct Awaited<'a, M: ?Sized> {
        instance: &'a M,
        count: &'a mut u64,
    }

    #[receiver(Awaited, sender = u64)]
    async fn awaited(instance: &u64, count: &mut u64) {
        *count += instance;
    }

    let (mut count, name) = (0, "name".to_owned());
    allocates_nothing(|| Sent { instance: &7_u64, count: &mut count }.send().unwrap());
    allocates_nothing(|| Sent { instance: &name, count: &mut count }.send().unwrap());
    allocates_nothing(|| Sent { instance: &'c', count: &mut count }.send().unwrap());
    allocates_nothing(|| now(Awaited { instance: &5_u64, count: &mut count }.send()).unwrap());
    assert_eq!(count, 2 * (1 + 2 + 5));
    let mut has = false;
    allocates_nothing(|| has = Sent::of::<u64>().has_receivers());
    assert!(has);
}
