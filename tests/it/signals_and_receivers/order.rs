//! Rule 2: the order is the same in every build.

use expect_test::expect;
use signals::{receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

#[test]
fn in_one_file_the_order_is_source_order() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn zebra(log: &Log) {
        log.note("zebra");
    }

    #[receiver(Paid)]
    fn apple(log: &Log) {
        log.note("apple");
    }

    #[receiver(Paid)]
    fn mango(log: &Log) {
        log.note("mango");
    }

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        zebra
        apple
        mango
    "#]]);
    Ok(())
}

#[test]
fn after_moves_a_receiver_after_those_that_it_names() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid, after = [third, second])]
    fn first(log: &Log) {
        log.note("first, after third and second");
    }

    #[receiver(Paid, after = third)]
    fn second(log: &Log) {
        log.note("second, after third");
    }

    #[receiver(Paid)]
    fn third(log: &Log) {
        log.note("third");
    }

    #[receiver(Paid)]
    fn fourth(log: &Log) {
        log.note("fourth");
    }

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        third
        second, after third
        first, after third and second
        fourth
    "#]]);
    Ok(())
}

#[test]
fn before_moves_a_receiver_in_front_of_those_that_it_names() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid)]
    fn first(log: &Log) {
        log.note("first");
    }

    #[receiver(Paid)]
    fn second(log: &Log) {
        log.note("second");
    }

    #[receiver(Paid, before = [second, first])]
    fn third(log: &Log) {
        log.note("third, before second and first");
    }

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        third, before second and first
        first
        second
    "#]]);
    Ok(())
}

#[test]
fn after_and_before_together_put_a_receiver_between_two_others() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[receiver(Paid, after = [second], before = [first])]
    fn between(log: &Log) {
        log.note("between, after second and before first");
    }

    #[receiver(Paid)]
    fn first(log: &Log) {
        log.note("first");
    }

    #[receiver(Paid)]
    fn second(log: &Log) {
        log.note("second");
    }

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        second
        between, after second and before first
        first
    "#]]);
    Ok(())
}

#[test]
fn after_a_receiver_of_another_signal_changes_nothing() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[signal]
    struct Shipped<'a> {
        log: &'a Log,
    }

    #[receiver(Paid, after = elsewhere)]
    fn first(log: &Log) {
        log.note("first");
    }

    #[receiver(Paid)]
    fn second(log: &Log) {
        log.note("second");
    }

    #[receiver(Shipped)]
    fn elsewhere(log: &Log) {
        log.note("elsewhere");
    }

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        first
        second
    "#]]);
    Shipped { log: &log }.send()?;
    log.is(&expect![[r#"
        elsewhere
    "#]]);
    Ok(())
}

mod across {
    //! A module comes before its inner modules, and modules come in the order of their paths, wherever they stand.

    use super::{Log, receiver, signal};

    #[signal]
    pub(crate) struct Paid<'a> {
        pub(crate) log: &'a Log,
    }

    pub(crate) mod zoo {
        use super::{Log, Paid, receiver};

        #[receiver(Paid)]
        fn last(log: &Log) {
            log.note("zoo::last");
        }

        #[receiver(Paid, before = super::bar::by_path)]
        pub(crate) fn to_the_front(log: &Log) {
            log.note("zoo::to_the_front, before bar::by_path");
        }
    }

    pub(crate) mod bar {
        use super::{Log, Paid, receiver};

        #[receiver(Paid)]
        pub(crate) fn by_path(log: &Log) {
            log.note("bar::by_path");
        }
    }

    #[receiver(Paid)]
    fn outer(log: &Log) {
        log.note("outer");
    }

    #[receiver(Paid, after = [zoo::to_the_front])]
    fn late(log: &Log) {
        log.note("late, after zoo::to_the_front");
    }
}

#[test]
fn across_modules_the_order_is_that_of_their_paths() -> TestResult {
    let log = Log::new();
    across::Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        outer
        zoo::last
        zoo::to_the_front, before bar::by_path
        late, after zoo::to_the_front
        bar::by_path
    "#]]);
    Ok(())
}

#[test]
fn a_signal_lists_its_receivers_in_order() -> TestResult {
    #[signal]
    struct Paid {}

    #[receiver(Paid)]
    fn second() {}

    #[receiver(Paid, before = second, id = "a-stable-name")]
    fn first() {}

    let names: Vec<&str> = Paid::SIGNAL.receivers()?.map(|id| &*id.name).collect();
    assert_eq!(names, ["a-stable-name", concat!(module_path!(), "::second")]);
    Ok(())
}
