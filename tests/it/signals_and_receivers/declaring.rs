//! Rules 1 and 10, as far as they need no model: what a receiver may look like, where it may stand, and what its
//! parameters are bound to.

use expect_test::expect;
use signals::dispatch::SignalError;
use signals::{receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

#[test]
fn parameters_are_bound_by_name_in_any_order_and_only_those_that_are_wanted() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
        order: String,
        amount: u64,
        note: Option<&'a str>,
    }

    #[receiver(Paid)]
    fn all(note: Option<&str>, amount: u64, order: &str, log: &Log) {
        log.note(format_args!("{order} {amount} {note:?}"));
    }

    #[receiver(Paid)]
    fn some(log: &Log, order: &String) {
        log.note(order);
    }

    #[receiver(Paid)]
    fn none() {}

    #[receiver(Paid)]
    fn whole(event: &Paid<'_>) {
        event.log.note(event.amount);
    }

    let log = Log::new();
    Paid { log: &log, order: "tea".to_owned(), amount: 3, note: Some("hot") }.send()?;
    log.is(&expect![[r#"
        tea 3 Some("hot")
        tea
        3
    "#]]);
    Ok(())
}

#[test]
fn a_payload_may_hold_what_receivers_change() -> TestResult {
    #[signal]
    struct Priced<'a> {
        price: &'a mut u64,
        lines: &'a mut Vec<String>,
        rounds: u32,
    }

    #[receiver(Priced)]
    fn discount(price: &mut u64, lines: &mut Vec<String>) {
        *price -= 10;
        lines.push(format!("discount: {price}"));
    }

    #[receiver(Priced)]
    fn round(event: &mut Priced<'_>) {
        *event.price -= *event.price % 100;
        event.rounds += 1;
        event.lines.push(format!("round {}: {}", event.rounds, event.price));
    }

    #[receiver(Priced)]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a `&mut` field is lent as `&`")]
    fn read(price: &u64, lines: &[String], rounds: u32) {
        assert_eq!((*price, lines.len(), rounds), (300, 2, 1));
    }

    let (mut price, mut lines) = (333, Vec::new());
    Priced { price: &mut price, lines: &mut lines, rounds: 0 }.send()?;
    assert_eq!(price, 300);
    assert_eq!(lines, ["discount: 323", "round 1: 300"]);
    Ok(())
}

#[tokio::test]
async fn async_receivers_change_a_payload_too() -> TestResult {
    #[signal(async)]
    struct Priced<'a> {
        price: &'a mut u64,
    }

    #[receiver(Priced)]
    async fn discount(price: &mut u64) {
        tokio::task::yield_now().await;
        *price -= 10;
    }

    #[receiver(Priced)]
    async fn halve(event: &mut Priced<'_>) {
        tokio::task::yield_now().await;
        *event.price /= 2;
    }

    let mut price = 110;
    Priced { price: &mut price }.send().await?;
    assert_eq!(price, 50);
    Ok(())
}

#[test]
fn when_is_a_condition_of_the_payload() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
        amount: u64,
    }

    fn is_large(paid: &Paid<'_>) -> bool {
        paid.amount > 100
    }

    #[receiver(Paid, when = is_large)]
    fn large(log: &Log, amount: u64) {
        log.note(format_args!("large {amount}"));
    }

    #[receiver(Paid, when = |paid| paid.amount % 2 == 0)]
    fn even(log: &Log, amount: u64) {
        log.note(format_args!("even {amount}"));
    }

    #[receiver(Paid)]
    fn any(log: &Log, amount: u64) {
        log.note(format_args!("any {amount}"));
    }

    let log = Log::new();
    for amount in [1, 2, 101, 102] {
        Paid { log: &log, amount }.send()?;
    }
    log.is(&expect![[r#"
        any 1
        even 2
        any 2
        large 101
        any 101
        large 102
        even 102
        any 102
    "#]]);
    Ok(())
}

#[test]
fn one_function_receives_several_signals() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
        amount: u64,
    }

    #[signal]
    struct Refunded<'a> {
        log: &'a Log,
        amount: u64,
    }

    #[signal]
    struct Closed<'a> {
        log: &'a Log,
        amount: u64,
        day: &'static str,
    }

    #[receiver([Paid, Refunded])]
    #[receiver(Closed, when = |closed| closed.day != "Sunday")]
    fn book(log: &Log, amount: u64) {
        log.note(format_args!("book {amount}"));
    }

    let log = Log::new();
    Paid { log: &log, amount: 1 }.send()?;
    Refunded { log: &log, amount: 2 }.send()?;
    Closed { log: &log, amount: 3, day: "Monday" }.send()?;
    Closed { log: &log, amount: 4, day: "Sunday" }.send()?;
    log.is(&expect![[r#"
        book 1
        book 2
        book 3
    "#]]);
    Ok(())
}

#[test]
fn a_generic_function_receives_signals_whose_fields_differ_in_type() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
        amount: u32,
    }

    #[signal]
    struct Weighed<'a> {
        log: &'a Log,
        amount: f32,
    }

    #[receiver([Paid, Weighed])]
    fn show<T: std::fmt::Debug + Copy>(log: &Log, amount: T) {
        log.note(format_args!("{amount:?}"));
    }

    #[receiver([Paid, Weighed])]
    fn half(log: &Log, amount: impl Into<f64>) {
        log.note(amount.into() / 2.0);
    }

    let log = Log::new();
    Paid { log: &log, amount: 7 }.send()?;
    Weighed { log: &log, amount: 0.5 }.send()?;
    log.is(&expect![[r#"
        7
        3.5
        0.5
        0.25
    "#]]);
    Ok(())
}

#[test]
fn a_receiver_stays_an_ordinary_function() -> TestResult {
    #[signal]
    struct Paid {
        amount: u64,
    }

    #[receiver(Paid)]
    fn check(amount: u64) -> Result<(), String> {
        if amount == 0 { Err("nothing was paid".to_owned()) } else { Ok(()) }
    }

    assert_eq!(check(1), Ok(()));
    assert_eq!(check(0), Err("nothing was paid".to_owned()));
    Paid { amount: 1 }.send()?;
    let listed: fn(u64) -> Result<(), String> = check;
    listed(1)?;
    Ok(())
}

macro_rules! receiver_that_notes {
    ($signal:ty => $($name:ident)*) => {$(
        #[receiver($signal)]
        fn $name(log: &Log) {
            log.note(stringify!($name));
        }
    )*};
}

/// Receivers of one `macro_rules!` call have one place: their names decide.
#[test]
fn receivers_may_come_from_macro_rules() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    receiver_that_notes!(Paid => cherry apple banana);

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        apple
        banana
        cherry
    "#]]);
    Ok(())
}

#[test]
fn a_receiver_may_stand_in_any_function_that_need_not_be_called() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
    }

    #[expect(dead_code, reason = "this is the point")]
    fn never_called() {
        #[receiver(Paid)]
        fn inner(log: &Log) {
            log.note("inner");
        }
    }

    let log = Log::new();
    Paid { log: &log }.send()?;
    log.is(&expect![[r#"
        inner
    "#]]);
    Ok(())
}

#[test]
fn names_may_be_keywords() -> TestResult {
    #[signal]
    struct Paid<'a> {
        log: &'a Log,
        r#type: &'static str,
    }

    #[receiver(Paid)]
    fn r#match(log: &Log, r#type: &'static str) {
        log.note(r#type);
    }

    let log = Log::new();
    Paid { log: &log, r#type: "cash" }.send()?;
    log.is(&expect![[r#"
        cash
    "#]]);
    assert!(Paid::SIGNAL.receivers()?.all(|receiver| receiver.name.ends_with("::match")));
    Ok(())
}

#[test]
fn a_signal_of_ones_own_may_have_a_field_called_raw() -> TestResult {
    #[signal]
    struct Fetched<'a> {
        log: &'a Log,
        raw: &'static str,
    }

    #[receiver(Fetched)]
    fn parse(log: &Log, raw: &str) {
        log.note(raw);
    }

    let log = Log::new();
    Fetched { log: &log, raw: "<html>" }.send()?;
    log.is(&expect![[r#"
        <html>
    "#]]);
    Ok(())
}

#[test]
fn a_signal_without_receivers_may_be_sent() -> TestResult {
    #[signal]
    struct Paid<'a> {
        #[expect(dead_code, reason = "it is never read")]
        order: &'a str,
    }

    Paid { order: "tea" }.send()?;
    Ok(())
}

#[test]
fn a_signal_may_have_another_name_in_errors() -> TestResult {
    #[signal(name = "parcel_lost")]
    struct ParcelLost {
        number: u32,
    }
    use ParcelLost as parcel_lost;

    #[receiver(parcel_lost)]
    fn look_for_it(number: u32) -> Result<(), &'static str> {
        if number == 7 { Err("it is nowhere") } else { Ok(()) }
    }

    ParcelLost { number: 6 }.send()?;
    let error = ParcelLost { number: 7 }.send().unwrap_err();
    let SignalError::Receiver(error) = error else { panic!("{error}") };
    assert_eq!(error.signal, "parcel_lost");
    Ok(())
}
