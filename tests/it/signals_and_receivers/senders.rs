//! Rules 75 to 77: signals whose senders are types.

use std::any::Any;
use std::fmt::Debug;
use std::marker::PhantomData;

use expect_test::expect;
use signals::dispatch::AfterCommit;
use signals::{Context, receiver, signal};

use crate::databases::TestResult;
use crate::log::Log;

#[derive(Debug)]
struct User {
    name: &'static str,
}

#[derive(Debug)]
struct Order(u32);

#[tokio::test]
async fn rule_75_a_receiver_is_called_for_its_sender_and_one_without_for_every_sender() -> TestResult {
    #[signal(async, sender)]
    struct Saved<'a, M: ?Sized> {
        instance: &'a M,
        created: bool,
        log: &'a mut Vec<String>,
    }

    #[receiver(Saved, sender = User, created = true)]
    async fn welcome(instance: &User, log: &mut Vec<String>) -> Result<(), String> {
        log.push(format!("welcome {}", instance.name));
        Ok(())
    }

    #[receiver(Saved, sender = [User, Order], when = |event| !event.created)]
    fn changed<M: Debug>(instance: &M, log: &mut Vec<String>) {
        log.push(format!("changed {instance:?}"));
    }

    #[receiver(Saved)]
    fn any(instance: &dyn Any, created: bool, log: &mut Vec<String>) {
        let name = instance.downcast_ref::<User>().map(|user| user.name);
        log.push(format!("any {created} {name:?}"));
    }

    #[receiver(Saved)]
    async fn whole(event: &mut Saved<'_>) {
        event.log.push(format!("whole {}", event.instance.is::<Order>()));
    }

    #[receiver(Saved, sender = Order)]
    async fn whole_order(event: &mut Saved<'_, Order>) {
        event.log.push(format!("whole order {}", event.instance.0));
    }

    let mut log = Vec::new();
    Saved { instance: &User { name: "ann" }, created: true, log: &mut log }.send().await?;
    Saved { instance: &User { name: "bob" }, created: false, log: &mut log }.send().await?;
    Saved { instance: &Order(7), created: false, log: &mut log }.send().await?;
    Saved { instance: &vec![Order(7)], created: false, log: &mut log }.send().await?;
    expect![[r#"
        welcome ann
        any true Some("ann")
        whole false
        changed User { name: "bob" }
        any false Some("bob")
        whole false
        changed Order(7)
        any false None
        whole true
        whole order 7
        any false None
        whole false
    "#]]
    .assert_eq(&(log.join("\n") + "\n"));
    Ok(())
}

#[test]
fn rule_75_any_type_may_be_a_sender() -> TestResult {
    type Name = User;

    #[signal(sender, name = "stored")]
    struct Stored<'a, T: ?Sized> {
        instance: &'a T,
        log: &'a Log,
    }

    #[receiver(Stored, sender = Name)]
    fn alias(instance: &User, log: &Log) {
        log.note(format_args!("user {}", instance.name));
    }

    #[receiver(Stored, sender = Vec<Order>)]
    fn list(instance: &[Order], log: &Log) {
        log.note(format_args!("orders {}", instance.len()));
    }

    #[receiver(Stored, sender = std::time::Duration)]
    fn of_another_crate(instance: &std::time::Duration, log: &Log) {
        log.note(format_args!("duration {instance:?}"));
    }

    #[receiver(Stored, sender = [Option<User>, Box<str>, u8], before = counted)]
    fn generic(instance: &impl Debug, log: &Log) {
        log.note(format_args!("generic {instance:?}"));
    }

    #[receiver(Stored)]
    fn counted(log: &Log) {
        log.note("any");
    }

    let log = Log::new();
    Stored { instance: &User { name: "ann" }, log: &log }.send()?;
    Stored { instance: &vec![Order(1), Order(2)], log: &log }.send()?;
    Stored { instance: &std::time::Duration::from_secs(1), log: &log }.send()?;
    Stored { instance: &None::<User>, log: &log }.send()?;
    Stored { instance: &Box::<str>::from("text"), log: &log }.send()?;
    Stored { instance: &'c', log: &log }.send()?;
    log.is(&expect![[r#"
        user ann
        any
        orders 2
        any
        duration 1s
        any
        generic None
        any
        generic "text"
        any
        any
    "#]]);
    Ok(())
}

#[test]
fn rule_75_the_fields_of_a_payload_are_narrowed_to_the_sender() -> TestResult {
    #[signal(sender)]
    struct Changing<'a, M: ?Sized> {
        instance: &'a mut M,
        before: Option<&'a M>,
        origin: Option<&'a mut M>,
        count: Option<&'a mut u32>,
        log: &'a Log,
        note: Option<&'a str>,
        sender: PhantomData<fn(&M)>,
    }

    #[receiver(Changing, sender = User)]
    fn whole(event: &mut Changing<'_, User>) {
        event.log.note(format_args!("{} {:?} {:?}", event.instance.name, event.before, event.note));
        event.instance.name = "zoe";
        if let Some(origin) = &mut event.origin {
            origin.name = "eve";
        }
    }

    #[receiver(Changing, sender = User, after = whole)]
    fn parts(
        instance: &mut User,
        before: Option<&User>,
        origin: &mut Option<&mut User>,
        count: &mut Option<&mut u32>,
        log: &Log,
    ) {
        log.note(format_args!("{} {before:?} {origin:?}", instance.name));
        instance.name = "kim";
        if let Some(count) = count {
            **count += 1;
        }
    }

    #[receiver(Changing, after = parts)]
    fn of_any_sender(event: &mut Changing<'_>) {
        let user = event.instance.downcast_mut::<User>().expect("a user is sent");
        event.log.note(format_args!("{} {}", user.name, event.before.is_some_and(<dyn Any + Send + Sync>::is::<User>)));
    }

    let (mut instance, before, mut origin) = (User { name: "ann" }, User { name: "bob" }, User { name: "liz" });
    let (log, mut count) = (Log::new(), 0);
    Changing {
        instance: &mut instance,
        before: Some(&before),
        origin: Some(&mut origin),
        count: Some(&mut count),
        log: &log,
        note: Some("note"),
        sender: PhantomData,
    }
    .send()?;
    Changing {
        instance: &mut instance,
        before: None,
        origin: None,
        count: None,
        log: &log,
        note: None,
        sender: PhantomData,
    }
    .send()?;
    log.is(&expect![[r#"
        ann Some(User { name: "bob" }) Some("note")
        zoe Some(User { name: "bob" }) Some(User { name: "eve" })
        kim true
        kim None None
        zoe None None
        kim false
    "#]]);
    assert_eq!((instance.name, origin.name, count), ("kim", "eve", 1));
    Ok(())
}

#[test]
fn rule_75_a_signal_may_name_the_trait_of_its_senders() -> TestResult {
    trait Entity: Any + Send + Sync {
        fn table(&self) -> &'static str;
    }

    impl Entity for User {
        fn table(&self) -> &'static str {
            "users"
        }
    }

    impl Entity for Order {
        fn table(&self) -> &'static str {
            "orders"
        }
    }

    #[signal(sender)]
    struct Written<'a, E: ?Sized = dyn Entity> {
        instance: &'a E,
        log: &'a Log,
    }

    #[receiver(Written)]
    fn any(instance: &dyn Entity, log: &Log) {
        log.note(instance.table());
    }

    #[receiver(Written)]
    fn of_any_type(instance: &dyn Any, log: &Log) {
        log.note(instance.is::<User>());
    }

    #[receiver(Written, sender = User)]
    fn one(instance: &User, log: &Log) {
        log.note(instance.name);
    }

    #[receiver(Written, sender = User)]
    fn one_as_any(instance: &dyn Entity, log: &Log) {
        log.note(instance.table());
    }

    let log = Log::new();
    Written { instance: &User { name: "ann" }, log: &log }.send()?;
    Written { instance: &Order(7), log: &log }.send()?;
    log.is(&expect![[r#"
        users
        true
        ann
        users
        orders
        false
    "#]]);
    Ok(())
}

#[test]
fn rule_77_outputs_and_robust_sends_have_senders_as_well() -> TestResult {
    #[signal(sender, output = u32)]
    struct Priced<M: ?Sized> {
        sender: PhantomData<fn(&M)>,
        tax: u32,
    }

    #[receiver(Priced, sender = User)]
    fn of_users() -> u32 {
        1
    }

    #[receiver(Priced, sender = Order)]
    fn of_orders(tax: u32) -> Result<u32, String> {
        if tax > 10 { Err("too much".to_owned()) } else { Ok(tax) }
    }

    #[receiver(Priced)]
    fn of_all() -> u32 {
        3
    }

    let priced = |tax| Priced::<Order> { sender: PhantomData, tax };
    assert_eq!(Priced::<User> { sender: PhantomData, tax: 2 }.collect()?, [1, 3]);
    assert_eq!(priced(2).collect()?, [2, 3]);
    let first = priced(2).send_with(|_, output| std::ops::ControlFlow::Break(output))?;
    assert_eq!(first, Some(2));
    let results = priced(20).send_robust()?;
    let results: Vec<_> = results.into_iter().map(|(_, result)| result.map_err(|error| error.to_string())).collect();
    let [Err(error), Ok(3)] = &results[..] else { panic!("{results:?}") };
    assert!(error.ends_with("failed on `Priced` of `Order`: too much"), "{error}");
    Ok(())
}

#[tokio::test]
async fn rule_76_the_signal_of_one_sender_has_its_receivers_and_closures() -> TestResult {
    #[signal(async, sender)]
    struct Saved<'a, M: ?Sized> {
        instance: &'a M,
        log: &'a Log,
    }

    #[receiver(Saved, sender = User)]
    fn welcome(instance: &User, log: &Log) {
        log.note(instance.name);
    }

    assert!(Saved::of::<User>().has_receivers());
    assert!(!Saved::of::<Order>().has_receivers());
    let names: Vec<_> = Saved::of::<User>().receivers()?.map(|id| id.name.rsplit("::").next()).collect();
    assert_eq!(names, [Some("welcome")]);

    let log = Log::new();
    let order =
        Saved::of::<Order>().connect_scoped(|event| event.log.note(format_args!("closure {}", event.instance.0)));
    let user = Saved::of::<User>().connect_async(|event| {
        Box::pin(async move { event.log.note(format_args!("awaited {}", event.instance.name)) })
    });
    Saved { instance: &User { name: "ann" }, log: &log }.send().await?;
    Saved { instance: &Order(7), log: &log }.send().await?;
    assert!(Saved::of::<Order>().has_receivers());
    drop(order);
    assert!(user.disconnect());
    Saved { instance: &User { name: "bob" }, log: &log }.send().await?;
    Saved { instance: &Order(8), log: &log }.send().await?;
    log.is(&expect![[r#"
        ann
        awaited ann
        closure 7
        bob
    "#]]);
    assert_eq!(
        format!("{:?} {:?}", Saved::of::<Vec<Order>>(), Saved::of::<User>()),
        r#"Signal { signal: "Saved", sender: Some("Vec<Order>"), .. } Signal { signal: "Saved", sender: Some("User"), .. }"#
    );
    Ok(())
}

#[test]
fn rule_76_errors_and_receivers_name_the_sender() {
    #[signal(sender)]
    struct Printed<'a, M: ?Sized> {
        instance: &'a M,
    }

    #[receiver(Printed, sender = Vec<Order>)]
    fn print(instance: &[Order]) -> Result<(), String> {
        Err(format!("{} orders", instance.len()))
    }

    #[receiver(Printed)]
    fn any() {}

    let error = Printed { instance: &vec![Order(1)] }.send().unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with("failed on `Printed` of `Vec<Order>`: 1 orders"), "{text}");
    assert_eq!(error.receiver().and_then(|error| error.sender), Some("Vec<Order>"));

    let mut printed: Vec<_> = signals::dispatch::receivers()
        .filter(|receiver| receiver.signal() == "Printed")
        .map(|receiver| (receiver.sender(), receiver.receives_any_sender()))
        .collect();
    printed.sort_unstable();
    assert_eq!(printed, [(None, true), (Some("Vec<Order>"), false)]);

    let wiring = signals::wiring().to_string();
    assert!(wiring.contains("Vec<Order>"), "{wiring}");
}

#[test]
fn rule_76_many_senders_on_many_threads_have_one_state_each() {
    struct Tag<const N: usize>;

    #[signal(sender)]
    struct Counted<'a, M: ?Sized> {
        instance: &'a M,
        count: &'a mut usize,
    }

    /// Connects a closure on this thread, and returns how many a dispatch calls when all threads have connected one.
    fn connect_and_send<const N: usize>(barrier: &std::sync::Barrier) -> usize {
        barrier.wait();
        Counted::of::<Tag<N>>().connect(|event| *event.count += N);
        barrier.wait();
        let mut count = 0;
        Counted { instance: &Tag::<N>, count: &mut count }.send().unwrap();
        count
    }

    macro_rules! each {
        ($function:ident: $($n:literal)*) => {[$($function::<$n>,)*]};
    }
    // More than the buckets of the states, so that some share one.
    let senders =
        each!(connect_and_send: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30);
    for (index, connect_and_send) in senders.into_iter().enumerate() {
        let barrier = std::sync::Barrier::new(4);
        let counts: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| connect_and_send(&barrier))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(counts, [4 * (index + 1); 4]);
    }
}

#[tokio::test]
async fn rule_77_a_queue_sends_a_signal_with_a_sender_after_the_commit() {
    static LOG: Log = Log::new();

    #[signal(sender)]
    struct Committed<M: ?Sized> {
        id: u32,
        sender: PhantomData<fn(&M)>,
    }

    #[receiver(Committed, sender = Order)]
    fn ship(id: u32) {
        LOG.note(format_args!("ship {id}"));
    }

    let queue = AfterCommit::new();
    queue.send(Committed::<Order> { id: 7, sender: PhantomData });
    queue.send(Committed::<User> { id: 8, sender: PhantomData });
    queue.run(|error| LOG.note(error)).await;
    LOG.is(&expect![[r#"
        ship 7
    "#]]);
}

#[test]
fn rule_77_a_signal_with_senders_carries_a_context() -> TestResult {
    struct Actor(&'static str);

    #[signal(sender)]
    struct Saved<'a, M: ?Sized> {
        instance: &'a M,
        context: &'a Context,
        log: &'a Log,
    }

    #[receiver(Saved, sender = User)]
    fn audit(instance: &User, #[context] actor: &Actor, log: &Log) {
        log.note(format_args!("{} saved {}", actor.0, instance.name));
    }

    let log = Log::new();
    let context = Context::default().with(Actor("eve"));
    Saved { instance: &User { name: "ann" }, context: &context, log: &log }.send()?;
    assert!(Saved { instance: &User { name: "bob" }, context: &Context::default(), log: &log }.send().is_err());
    log.is(&expect![[r#"
        eve saved ann
    "#]]);
    Ok(())
}
