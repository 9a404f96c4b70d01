//! Signals of one's own, in the scope of the context that they carry.

use expect_test::expect;
use signals::Context;
use signals::prelude::*;
use signals::testing::{mute, only, record_all, record_with};

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(rule_78_a_signal_that_carries_the_context_of_a_database_is_sent_in_its_scope);

async fn rule_78_a_signal_that_carries_the_context_of_a_database_is_sent_in_its_scope(
    database: &Database,
) -> TestResult {
    #[signal(async)]
    struct OrderPaid<'a> {
        number: u32,
        context: &'a Context,
    }

    static LOG: Log = Log::new();

    #[receiver(OrderPaid)]
    async fn book(number: u32) {
        LOG.note(number);
    }

    #[model]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    let (db, second) = (database.with_tables::<Note>().await?, database.another().await);
    let other = second.with_tables::<Note>().await?;
    let send = async |db: &Db, number| OrderPaid { number, context: db.context() }.send().await;
    let recorded = record_all(&db);
    let muted = mute::<book>(&db);
    send(&db, 1).await?;
    send(&db.with("a value"), 2).await?;
    send(&other, 3).await?;
    drop(muted);
    send(&db, 4).await?;
    LOG.is(&expect![[r#"
        3
        4
    "#]]);
    expect![[r#"
        OrderPaid
        OrderPaid
        OrderPaid -> book
    "#]]
    .assert_eq(&recorded.lines());
    Ok(())
}

#[test]
fn rule_78_a_context_is_a_scope_with_its_clones_and_those_with_more_values() -> TestResult {
    #[signal]
    struct Paid {
        number: u32,
        context: Context,
    }

    static LOG: Log = Log::new();

    #[receiver(Paid)]
    fn book(number: u32) {
        LOG.note(format!("book {number}"));
    }

    #[receiver(Paid, after = [book], when = |event| event.number != 3)]
    fn thank(number: u32) {
        LOG.note(format!("thank {number}"));
    }

    let send = |number, context: &Context| Paid { number, context: context.clone() }.send();
    let (context, other) = (Context::new(), Context::new());
    let recorded = record_all(&context);
    let numbers = record_with(&context, Paid::SIGNAL, |event| event.number);
    let muted = mute::<thank>(&context);
    send(1, &context.with("a value"))?;
    send(2, &other)?;
    drop(muted);
    let muted = (mute::<Paid>(&other), only::<thank>(&context));
    send(3, &context)?;
    send(4, &context)?;
    send(5, &other)?;
    drop(muted);
    send(6, &context)?;
    LOG.is(&expect![[r#"
        book 1
        book 2
        thank 2
        thank 4
        book 6
        thank 6
    "#]]);
    expect![[r#"
        Paid -> book
        Paid
        Paid -> thank
        Paid -> book, thank
    "#]]
    .assert_eq(&recorded.lines());
    assert_eq!(numbers.take(), [1, 3, 4, 6]);

    let closure = Paid::SIGNAL.connect_in(&other, |event| LOG.note(format!("closure {}", event.number)));
    send(7, &context)?;
    send(8, &other)?;
    drop(closure);
    send(9, &other)?;
    LOG.is(&expect![[r#"
        book 7
        thank 7
        book 8
        thank 8
        closure 8
        book 9
        thank 9
    "#]]);
    Ok(())
}

#[test]
fn rule_78_a_field_of_another_type_with_the_name_context_is_no_scope() {
    #[signal]
    struct Parsed<'a> {
        context: &'a str,
    }

    #[receiver(Parsed)]
    fn note(context: &str) {
        assert_eq!(context, "line 1");
    }

    assert!(Parsed { context: "line 1" }.send().is_ok());
    let muted = std::panic::catch_unwind(|| mute::<note>(&Context::new()));
    assert!(muted.is_err());
}

#[test]
fn rule_79_outputs_are_those_of_receivers_alone() -> TestResult {
    #[signal(output = u32)]
    struct Vote {
        context: Context,
    }

    #[receiver(Vote)]
    fn first() -> u32 {
        1
    }

    #[receiver(Vote)]
    fn second() -> u32 {
        2
    }

    let context = Context::new();
    let recorded = record_with(&context, Vote::SIGNAL, |_| "sent");
    assert_eq!(Vote { context: context.clone() }.collect()?, [1, 2]);
    assert_eq!(Vote { context: context.clone() }.send_robust()?.len(), 2);
    let _muted = mute::<first>(&context);
    assert_eq!(Vote { context }.collect()?, [2]);
    assert_eq!(recorded.take(), ["sent"; 3]);
    Ok(())
}
