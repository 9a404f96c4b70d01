//! The order of the events of one key.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::databases::{Database, TestResult, on_each_database};
use crate::world::{World, start_relay};

on_each_database![the_order_of_a_key_is_kept_while_copies_arrive];

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
