//! The order of the events of one key.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::databases::{Database, TestResult, on_each_database};
use crate::world::{OrderPaid, World, start_relay};

on_each_database![the_order_of_a_key_is_kept_while_copies_arrive, events_that_wait_for_their_key_delay_no_other_key,];

/// Rule 105.
async fn the_order_of_a_key_is_kept_while_copies_arrive(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let (keys, events) = (3, 12);
    for amount in 1..=events {
        for order in 1..=keys {
            world.send(order, amount).await?;
        }
    }
    // So early that each event is sent several times, by two relays, to two consumers.
    let hasty =
        || start_relay(world.relay().resend_after(Duration::from_millis(1)).poll_every(Duration::from_millis(1)));
    let _relays = (hasty(), hasty());
    let _consumers = (world.start_mail(), world.start_mail());
    world.all_sent("mail").await?;
    world.work().await?;
    let mut of_key: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (_, order, amount) in world.mail.effects().await? {
        of_key.entry(order).or_default().push(amount);
    }
    let expected: Vec<i64> = (1..=events).collect();
    for order in 1..=keys {
        assert_eq!(of_key.get(&order), Some(&expected), "order {order}");
    }
    world.end().await
}

/// Rule 105. Without a consumer, the first event of a key is on its way, and more of this key wait than a relay looks at.
async fn events_that_wait_for_their_key_delay_no_other_key(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let mut tx = world.orders.db.begin().await?;
    for amount in 1..=120 {
        OrderPaid { order: 5, amount }.send(&mut tx).await?;
    }
    tx.commit().await?;
    for order in [3, 7] {
        world.send(order, 1).await?;
    }
    let _relay = start_relay(world.relay().resend_after(Duration::from_mins(10)));
    world.in_stream("for-mail", 3).await?;
    let _consumer = world.start_mail();
    world.all_sent("mail").await?;
    world.end().await
}
