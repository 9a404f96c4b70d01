//! What only the whole program shows: all receivers, all crates, and their mistakes. It is a separate binary, so that no other
//! receivers are linked.

#![allow(clippy::needless_raw_string_hashes, reason = "`expect_test` writes them")]

use std::collections::BTreeSet;

use expect_test::expect;
use signals::error::WiringMistake;
use signals::{ErrorKind, receiver, signal};
use signals_core::{SignalError, WiringError};

#[path = "it/log.rs"]
#[expect(dead_code, reason = "this binary uses a part of it")]
mod log;

use log::{Log, without_lines};

#[signal]
struct Paid {
    amount: u64,
}

#[signal]
struct Refunded {
    amount: u64,
}

/// One function with three registrations, which are not two receivers of one name.
#[receiver([Paid, Refunded])]
#[receiver(Shipped, when = |shipped| shipped.amount > 0)]
fn book(amount: u64) {
    assert!(amount > 0);
}

#[signal(async)]
struct Shipped {
    amount: u64,
}

#[receiver(Shipped, after = [book], id = "send-parcel")]
async fn send_parcel() {}

/// The lines of [`twins`], whose receivers share an id.
const TWINS: [u32; 2] = [line!() + 4, line!() + 7];

#[expect(dead_code, reason = "nothing needs to call the function around a receiver")]
fn twins() {
    #[receiver(Paid, id = "twin")]
    fn one() {}

    #[receiver(Refunded, id = "twin")]
    fn other() {}
}

/// Without an id, two functions of one name in one module have the same name, although they are inside other functions.
mod nameless {
    use super::{Paid, Refunded, receiver};

    #[expect(dead_code, reason = "nothing needs to call the function around a receiver")]
    fn one() {
        #[receiver(Paid)]
        fn inner() {}
    }

    #[expect(dead_code, reason = "nothing needs to call the function around a receiver")]
    fn other() {
        #[receiver(Refunded)]
        fn inner() {}
    }
}

mod in_a_cycle {
    use super::{Log, receiver, signal};

    #[signal]
    pub(crate) struct Cyclic<'a> {
        pub(crate) log: &'a Log,
    }

    #[receiver(Cyclic, before = third)]
    fn second(log: &Log) {
        log.note("second");
    }

    #[receiver(Cyclic)]
    fn first(log: &Log) {
        log.note("first");
    }

    #[receiver(Cyclic, before = [fourth])]
    fn third(log: &Log) {
        log.note("third");
    }

    #[receiver(Cyclic, before = [second, last])]
    fn fourth(log: &Log) {
        log.note("fourth");
    }

    #[receiver(Cyclic)]
    fn last(log: &Log) {
        log.note("last");
    }
}

/// Two signals with one name. The receivers of each have an order; the receivers of both together would not.
mod namesakes {
    pub(crate) mod here {
        use super::super::{receiver, signal};

        #[signal]
        pub(crate) struct Moved {}

        #[receiver(Moved, before = both)]
        pub(crate) fn only_here() {}

        #[receiver([Moved, super::there::Moved], before = super::there::only_there)]
        pub(crate) fn both() {}
    }

    pub(crate) mod there {
        use super::super::{receiver, signal};

        #[signal]
        pub(crate) struct Moved {}

        #[receiver(Moved, before = super::here::only_here)]
        pub(crate) fn only_there() {}
    }
}

/// Functions that would be called twice, although no attribute repeats a name.
mod twice {
    use super::{receiver, signal};
    use signals::prelude::*;

    #[signal]
    pub(crate) struct Sold {}

    use Sold as Bought;

    #[receiver([Sold, Bought])]
    fn by_two_paths() {}

    #[signal(sender)]
    pub(crate) struct Loaded<'a, M: ?Sized> {
        instance: &'a M,
    }

    type Cargo = Vec<u8>;

    #[receiver(Loaded, sender = [Vec<u8>, Cargo])]
    fn of_a_type_by_two_names() {}

    #[receiver(Loaded, sender = Sold)]
    #[receiver(self::Loaded)]
    fn of_a_type_and_of_any() {}

    #[model]
    #[derive(Default)]
    pub(crate) struct Ship {
        #[key]
        id: Id<Ship>,
    }

    type Boat = Ship;

    #[receiver(post_save, sender = [Ship, Boat])]
    fn by_two_names() {}

    #[receiver(signals::post_delete)]
    #[receiver(post_delete, sender = Ship)]
    fn with_and_without_sender() {}

    #[receiver([post_load, signals::post_load])]
    fn of_any_sender() {}

    #[receiver([post_rollback, post_commit], sender = Ship)]
    fn once() {}
}

/// `after` and `before` without effect.
mod apart {
    use super::{receiver, signal};
    use signals::prelude::*;

    #[signal]
    pub(crate) struct Sown {}

    #[signal]
    pub(crate) struct Reaped {}

    #[receiver(Sown)]
    fn sow() {}

    #[receiver(Reaped, after = sow)]
    fn reap() {}

    #[receiver([Sown, Reaped], after = [sow, reap])]
    fn of_both() {}

    #[model]
    struct Field {
        #[key]
        id: Id<Field>,
    }

    #[model]
    struct Barn {
        #[key]
        id: Id<Barn>,
    }

    #[receiver(pre_save, sender = Field)]
    fn of_fields() {}

    #[receiver(pre_save, sender = Barn, before = [of_fields, of_all])]
    fn of_barns() {}

    #[receiver(pre_save, after = of_fields)]
    fn of_all() {}

    #[receiver(post_save, sender = Barn, created = true)]
    fn of_new_barns() {}

    #[receiver(post_save, sender = Barn, created = false, after = of_new_barns)]
    fn of_old_barns() {}

    #[receiver([post_save, post_commit], sender = Barn, after = [of_new_barns, of_old_barns])]
    fn of_each_barn() {}
}

fn in_a_cycle(error: &WiringError) -> bool {
    matches!(error, WiringError::Cycle { .. })
}

#[test]
fn receivers_lists_every_registration() {
    let mut lines: Vec<String> = signals::dispatch::receivers()
        .filter(|receiver| receiver.module == module_path!())
        .map(|receiver| {
            let (name, signal) = (&receiver.id.name, receiver.signal());
            format!("{name} receives {signal} in {}, {:?}\n", receiver.crate_name(), receiver.filters)
        })
        .collect();
    lines.sort();
    expect![[r#"
        registry::book receives Paid in registry, []
        registry::book receives Refunded in registry, []
        registry::book receives Shipped in registry, ["when = |shipped| shipped.amount > 0"]
        send-parcel receives Shipped in registry, []
        twin receives Paid in registry, []
        twin receives Refunded in registry, []
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn linked_crates_are_those_that_declare_something() {
    assert_eq!(signals::dispatch::linked_crates(), BTreeSet::from(["registry", "signals"]));
}

#[test]
fn check_reports_two_receivers_with_one_id_and_both_places() {
    let errors = signals_core::check().unwrap_err();
    let same: Vec<_> = errors.iter().filter(|error| matches!(error, WiringError::SameId { .. })).collect();
    let text: String = same.iter().map(|error| without_lines(&error.to_string()) + "\n").collect();
    expect![[r#"
        two receivers are called `registry::nameless::inner`: tests/registry.rs and tests/registry.rs; give one of them an `id = ".."` of its own
        two receivers are called `twin`: tests/registry.rs and tests/registry.rs; give one of them an `id = ".."` of its own
    "#]]
    .assert_eq(&text);

    let lines = same.iter().find_map(|error| match error {
        WiringError::SameId { first, second } if first.name == "twin" => {
            Some([first.location.line, second.location.line])
        }
        _ => None,
    });
    assert_eq!(lines, Some(TWINS));
}

#[test]
fn check_reports_receivers_that_wait_for_one_another_and_their_places() {
    let errors = signals_core::check().unwrap_err();
    let text: String =
        errors.iter().filter(|error| in_a_cycle(error)).map(|error| without_lines(&error.to_string()) + "\n").collect();
    expect![[r#"
        the receivers of `Cyclic` wait for one another: `registry::in_a_cycle::third` (tests/registry.rs) runs before `registry::in_a_cycle::fourth` (tests/registry.rs) runs before `registry::in_a_cycle::second` (tests/registry.rs) runs before `registry::in_a_cycle::third`; take one `after` or `before` out
    "#]]
    .assert_eq(&text);
}

// Rules 7 and 76.
#[test]
fn check_reports_functions_that_would_be_called_twice() {
    let errors = signals_core::check().unwrap_err();
    let twice = errors.iter().filter(|error| matches!(error, WiringError::CalledTwice { .. }));
    let text: String = twice.map(|error| without_lines(&error.to_string()) + "\n").collect();
    expect![[r#"
        `registry::twice::by_two_names` (tests/registry.rs) would be called twice for `post_save` of `Ship`: it names the signal or the sender by two names, an alias or another path; keep one of them
        `registry::twice::by_two_paths` (tests/registry.rs) would be called twice for `Sold`: it names the signal by two paths; keep one of them
        `registry::twice::of_a_type_and_of_any` (tests/registry.rs) would be called twice for `Loaded` of `Sold`: it receives it from this sender and from any sender; keep one of the two
        `registry::twice::of_a_type_by_two_names` (tests/registry.rs) would be called twice for `Loaded` of `Vec<u8>`: it names the signal or the sender by two names, an alias or another path; keep one of them
        `registry::twice::of_any_sender` (tests/registry.rs) would be called twice for `post_load`: it names the signal by two paths; keep one of them
        `registry::twice::with_and_without_sender` (tests/registry.rs) would be called twice for `post_delete` of `Ship`: it receives it from this sender and from any sender; keep one of the two
    "#]].assert_eq(&text);
}

// Rule 7.
#[tokio::test]
async fn the_first_use_of_a_signal_that_would_call_a_function_twice_is_that_error() {
    let Err(SignalError::Wiring(error)) = (twice::Sold {}).send() else { panic!("it was called twice") };
    assert!(signals_core::check().unwrap_err().contains(&error), "check and the first use report the same");

    let db = signals::Db::connect("sqlite::memory:").await.unwrap();
    db.create_tables_of::<twice::Ship>().await.unwrap();
    let error = signals::Model::save(&mut twice::Ship::default(), &db).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Wiring(mistakes) if matches!(**mistakes, [WiringMistake::Signal(_)])),
        "{error}"
    );
    expect!["`registry::twice::by_two_names` (tests/registry.rs) would be called twice for `post_save` of `Ship`: it names the signal or the sender by two names, an alias or another path; keep one of them"].assert_eq(&without_lines(&error.to_string()));
}

// Rule 7.
#[test]
fn check_reports_orders_of_receivers_that_no_signal_calls_together() {
    let errors = signals_core::check().unwrap_err();
    let apart = errors
        .iter()
        .filter(|error| matches!(error, WiringError::NoCommonSignal { .. } | WiringError::NeverTogether { .. }));
    let apart = apart.map(|error| without_lines(&error.to_string())).filter(|text| text.contains("::apart::"));
    let text: String = apart.map(|text| text + "\n").collect();
    expect![[r#"
        `registry::apart::reap` (tests/registry.rs) runs after `registry::apart::sow` (tests/registry.rs), but they never receive the same signal of the same sender, so this has no effect; take `after` out, or let both receive one
        `registry::apart::of_barns` (tests/registry.rs) runs before `registry::apart::of_fields` (tests/registry.rs), but they never receive the same signal of the same sender, so this has no effect; take `before` out, or let both receive one
        `registry::apart::of_old_barns` (tests/registry.rs) runs after `registry::apart::of_new_barns` (tests/registry.rs), but one is called for inserts and the other for updates, so this has no effect; take `after` out
    "#]].assert_eq(&text);
}

#[test]
fn every_use_of_a_signal_whose_receivers_wait_for_one_another_is_that_error() {
    let log = Log::new();
    for _ in 0..2 {
        let Err(SignalError::Wiring(error)) = (in_a_cycle::Cyclic { log: &log }).send() else {
            panic!("the receivers have no order")
        };
        assert!(in_a_cycle(&error));
        assert!(signals_core::check().unwrap_err().contains(&error), "check and the first use report the same");
    }
    assert!(in_a_cycle::Cyclic::SIGNAL.has_receivers());
    assert!(in_a_cycle::Cyclic::SIGNAL.receivers().is_err());

    let connected = in_a_cycle::Cyclic::SIGNAL.connect_scoped(|event| event.log.note("connected"));
    assert!(in_a_cycle::Cyclic { log: &log }.send().is_err());
    drop(connected);
    log.is(&expect![""]);
}

#[test]
fn a_signal_with_an_order_works_beside_one_without() {
    Paid { amount: 1 }.send().unwrap();
    Refunded { amount: 1 }.send().unwrap();
}

#[test]
fn receivers_of_two_signals_with_one_name_are_not_confused() {
    namesakes::here::Moved {}.send().unwrap();
    namesakes::there::Moved {}.send().unwrap();
}

#[tokio::test]
async fn a_receiver_after_a_function_with_several_registrations_is_after_each() {
    let names: Vec<&str> = Shipped::SIGNAL.receivers().unwrap().map(|id| &*id.name).collect();
    assert_eq!(names, ["registry::book", "send-parcel"]);
    Shipped { amount: 1 }.send().await.unwrap();
}
