//! A test that runs under every order of receivers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use signals::Context;
use signals::prelude::*;
use signals::testing::{EveryOrder, every_order, mute};

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_80_two_results_are_reported_with_their_orders,
    rule_80_receivers_that_commute_have_one_result_in_each_order
);

async fn rule_80_two_results_are_reported_with_their_orders(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Price {
        #[key]
        id: Id<Price>,
        cents: i64,
    }

    #[receiver(pre_save, sender = Price)]
    fn add_tax(instance: &mut Price) {
        instance.cents += instance.cents / 5;
    }

    #[receiver(pre_save, sender = Price)]
    async fn note() {}

    #[receiver(pre_save, sender = Price)]
    async fn add_shipping(instance: &mut Price) {
        instance.cents += 100;
    }

    let matters = every_order(async |order| {
        let own = database.another().await;
        let db = own.with_tables::<Price>().await?;
        let _in_order = order.apply(&db);
        let mut price = Price { cents: 100, ..Price::default() };
        price.save(&db).await?;
        Ok(Price::get(&db, price.id).await?.map(|price| price.cents))
    });
    let error = matters.await.expect_err("the order matters");
    expect![[r#"
        the order of receivers matters
        in the order
            pre_save of Price -> add_tax, note, add_shipping
        the result is Some(220)
        in the order
            pre_save of Price -> note, add_shipping, add_tax
        the result is Some(240)
        help: `after = [..]` or `before = [..]` of one of these receivers fixes their order"#]]
    .assert_eq(&error.to_string());

    // Receivers of another scope keep their order.
    let unaffected = every_order(async |order| {
        let own = database.another().await;
        let db = own.with_tables::<Price>().await?;
        let _in_order = order.apply(&Context::new());
        let mut price = Price { cents: 100, ..Price::default() };
        price.save(&db).await?;
        Ok(price.cents)
    });
    assert_eq!(unaffected.await?, 220);
    Ok(())
}

async fn rule_80_receivers_that_commute_have_one_result_in_each_order(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Debug, Default, PartialEq)]
    struct Note {
        #[key]
        id: Id<Note>,
        #[foreign_key(on_delete = cascade)]
        user: Id<User>,
        text: String,
    }

    static ORDERS: Log = Log::new();

    async fn write(user: &User, text: &str, tx: &mut Tx) -> Result<()> {
        ORDERS.note(text);
        Note { user: user.id, text: text.to_owned(), ..Note::default() }.save(tx).await
    }

    #[receiver(post_save, sender = User)]
    async fn first(instance: &User, tx: &mut Tx) -> Result<()> {
        write(instance, "first", tx).await
    }

    #[receiver(post_save, sender = User, after = [first])]
    async fn second(instance: &User, tx: &mut Tx) -> Result<()> {
        write(instance, "second", tx).await
    }

    #[receiver(post_save, sender = User)]
    async fn alone(instance: &User, tx: &mut Tx) -> Result<()> {
        write(instance, "alone", tx).await
    }

    let texts = every_order(async |order| {
        let own = database.another().await;
        let db = own.with_tables::<(User, Note)>().await?;
        let _in_order = order.apply(&db);
        User::default().save(&db).await?;
        Note::query().order_by(|note| note.text.asc()).values(|note| note.text).all(&db).await
    });
    assert_eq!(texts.await?, ["alone", "first", "second"]);
    ORDERS.is(&expect![[r#"
        first
        second
        alone
        first
        alone
        second
        alone
        first
        second
    "#]]);
    Ok(())
}

#[signal]
struct Step<'a> {
    log: &'a Mutex<Vec<&'static str>>,
    context: &'a Context,
}

#[receiver(Step)]
fn a(log: &Mutex<Vec<&'static str>>) {
    log.lock().unwrap().push("a");
}

#[receiver(Step, after = [a])]
fn b(log: &Mutex<Vec<&'static str>>) {
    log.lock().unwrap().push("b");
}

#[receiver(Step, after = [b])]
fn c(log: &Mutex<Vec<&'static str>>) {
    log.lock().unwrap().push("c");
}

#[receiver(Step)]
fn d(log: &Mutex<Vec<&'static str>>) {
    log.lock().unwrap().push("d");
}

#[receiver(Step)]
fn e(log: &Mutex<Vec<&'static str>>) {
    log.lock().unwrap().push("e");
}

/// What `Step` calls, in the order of a run.
fn called(context: &Context) -> std::result::Result<String, signals::dispatch::SignalError> {
    let log = Mutex::default();
    Step { log: &log, context }.send()?;
    Ok(log.into_inner().unwrap().concat())
}

#[tokio::test]
async fn rule_80_muted_receivers_still_order_the_others() -> TestResult {
    let seen = Mutex::new(Vec::new());
    every_order(async |order| {
        let context = Context::new();
        let _guards = (order.apply(&context), mute::<(b, d, e)>(&context));
        seen.lock().unwrap().push(called(&context)?);
        Ok(())
    })
    .await?;
    assert_eq!(seen.into_inner().unwrap(), ["ac"]);
    Ok(())
}

#[tokio::test]
async fn rule_80_a_seed_repeats_random_orders_and_a_signal_has_one_order_in_a_run() -> TestResult {
    let orders_of = async |seed| {
        let seen = Mutex::new(Vec::new());
        let run = EveryOrder::new().seed(seed).runs(10).run(async |order| {
            let context = Context::new();
            let _in_order = order.apply(&context);
            let first = called(&context)?;
            assert_eq!(called(&context)?, first);
            seen.lock().unwrap().push(first);
            Ok::<_, Error>(())
        });
        run.await??;
        Ok::<_, Error>(seen.into_inner().unwrap())
    };
    let (orders, others) = (orders_of(7).await?, orders_of(8).await?);
    assert_eq!((orders.len(), &*orders[0]), (10, "abcde"));
    assert_eq!(orders, orders_of(7).await?);
    assert_ne!(orders, others);
    for order in orders.iter().chain(&others) {
        let place = |name| order.find(name);
        assert!(place("a") < place("b") && place("b") < place("c"), "{order}");
    }
    // The 20 orders are all tried if they are not too many.
    let all = Mutex::new(Vec::new());
    every_order(async |order| {
        let context = Context::new();
        let _in_order = order.apply(&context);
        all.lock().unwrap().push(called(&context)?);
        Ok(())
    })
    .await?;
    let mut all = all.into_inner().unwrap();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 20);
    Ok(())
}

#[tokio::test]
async fn rule_80_a_failure_in_another_order_is_reported_and_one_in_the_usual_order_is_returned() -> TestResult {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    let fails_later = every_order(async |order| {
        let context = Context::new();
        let _guards = (order.apply(&context), mute::<(a, b, c)>(&context));
        if called(&context)? == "ed" { Err(Error::other("e comes too early")) } else { Ok(1) }
    });
    let error = fails_later.await.expect_err("it fails in one order");
    expect![[r#"
        the order of receivers matters
        in the order
            Step -> d, e
        the result is 1
        in the order
            Step -> e, d
        it fails: e comes too early
        help: `after = [..]` or `before = [..]` of one of these receivers fixes their order"#]]
    .assert_eq(&error.to_string());

    let fails = every_order(async |_| {
        RUNS.fetch_add(1, Ordering::Relaxed);
        Err::<(), _>(Error::other("it always fails"))
    });
    assert_eq!(fails.await.expect_err("it fails").to_string(), "it always fails");
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
    Ok(())
}

#[tokio::test]
async fn rule_80_only_the_signals_that_matter_are_reported() {
    #[signal]
    struct Other<'a> {
        context: &'a Context,
    }

    #[receiver(Other)]
    fn one() {}

    #[receiver(Other)]
    fn two() {}

    let run = EveryOrder::new().runs(30).seed(3).run(async |order| {
        let context = Context::new();
        let _in_order = order.apply(&context);
        Other { context: &context }.send()?;
        Ok::<_, Error>(called(&context)?.find('e') < Some(2))
    });
    let error = run.await.expect_err("the order matters").to_string();
    assert!(error.contains("Step -> a, b, c, d, e") && !error.contains("Other"), "{error}");
    assert!(error.contains("note: `SIGNALS_SEED=3` repeats the orders"), "{error}");
}
