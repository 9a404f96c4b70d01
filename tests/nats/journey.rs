//! An event on its way, when nothing fails.

use std::time::Duration;

use signals::durable;
use signals::durable::nats::Consumer;

use crate::databases::{Database, TestResult, on_each_database};
use crate::world::{OrderShipped, Reports, Tenant, World, eventually, start};

on_each_database![
    an_event_is_received_once,
    what_is_rolled_back_is_not_sent,
    the_context_travels,
    a_program_that_is_away_receives_later,
    each_of_two_programs_receives,
    a_relay_and_a_consumer_end_when_they_are_told,
];

fn effect(receiver: &str, order: i64, amount: i64) -> (String, i64, i64) {
    (receiver.to_owned(), order, amount)
}

/// Rule 103.
async fn an_event_is_received_once(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    world.send(1, 40).await?;
    world.all_sent("mail").await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [effect("book", 1, 40)]);
    assert_eq!(world.mail.count("signals_inbox").await?, 1);
    // Its own receivers wait for workers, which are not started here.
    assert_eq!(world.orders.count("signals_event").await?, 1);
    assert_eq!(world.mail.count("signals_event").await?, 0, "an event is deleted after its last call");
    world.end().await
}

/// Rule 102.
async fn what_is_rolled_back_is_not_sent(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let mut tx = world.orders.db.begin().await?;
    OrderShipped { order: 1 }.send(&mut tx).await?;
    tx.rollback().await?;
    assert_eq!(world.waiting("mail").await?, 0);
    let mut tx = world.orders.db.begin().await?;
    OrderShipped { order: 2 }.send(&mut tx).await?;
    tx.commit().await?;
    assert_eq!((world.waiting("mail").await?, world.waiting("reports").await?), (1, 1));
    let status = durable::status(&world.orders.db).await?;
    let mail = status.iter().find(|status| status.receiver == "nats:mail").ok_or("the relay has no status")?;
    assert!(mail.linked && mail.waiting == 1, "{mail:?}");
    world.end().await
}

/// Rule 103.
async fn the_context_travels(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    let mut tx = world.orders.db.with(Tenant("north".to_owned())).begin().await?;
    crate::world::OrderPaid { order: 1, amount: 1_000 }.send(&mut tx).await?;
    tx.commit().await?;
    world.all_sent("mail").await?;
    world.work().await?;
    let mut effects = world.mail.effects().await?;
    effects.sort();
    assert_eq!(effects, [effect("book", 1, 1_000), effect("thank for north", 1, 1_000)]);
    world.end().await
}

/// Rule 102.
async fn a_program_that_is_away_receives_later(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let _relay = world.start_relay();
    for order in 1..=3 {
        world.send(order, order).await?;
    }
    eventually("the events are sent again", async || {
        let again = "signals_todo WHERE receiver = 'nats:mail' AND attempts >= 2";
        Ok(world.orders.count(again).await? == 3)
    })
    .await?;
    // Copies replace each other.
    world.in_stream("for-mail", 3).await?;
    let _mail = world.start_mail();
    world.all_sent("mail").await?;
    world.work().await?;
    let mut effects = world.mail.effects().await?;
    effects.sort();
    assert_eq!(effects, [effect("book", 1, 1), effect("book", 2, 2), effect("book", 3, 3)]);
    world.end().await
}

/// Rule 102.
async fn each_of_two_programs_receives(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let reports = world.another_side().await?;
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    let mut tx = world.orders.db.begin().await?;
    OrderShipped { order: 7 }.send(&mut tx).await?;
    tx.commit().await?;
    world.all_sent("mail").await?;
    assert_eq!(world.waiting("reports").await?, 1, "the other program has not received it");
    let _reports = start(Consumer::of::<Reports>(&reports.db, &world.client).prefix(&world.prefix));
    world.all_sent("reports").await?;
    world.work().await?;
    durable::Worker::new(&reports.db).run_due().await?;
    assert_eq!(world.mail.effects().await?, [effect("announce", 7, 0)]);
    assert_eq!(reports.effects().await?, [effect("announce", 7, 0)]);
    world.end().await
}

async fn a_relay_and_a_consumer_end_when_they_are_told(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let soon = || tokio::time::sleep(Duration::from_millis(100));
    let consumer = Consumer::of::<Reports>(&world.mail.db, &world.client).prefix(&world.prefix);
    let both = async { tokio::try_join!(world.relay().run(soon()), consumer.run(soon())) };
    tokio::time::timeout(Duration::from_secs(10), Box::pin(both)).await??;
    world.end().await
}
