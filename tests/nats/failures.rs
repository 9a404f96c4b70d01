//! What fails on the way: processes, the broker, and programs that do not fit together.

use std::time::Duration;

use signals::durable;
use signals::durable::nats::{Consumer, Relay, async_nats};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::proxy::Proxy;
use crate::world::{Mail, OrderForgotten, Orders, World, eventually, server, start, start_relay};

on_each_database![
    a_consumer_that_dies_after_its_commit_doubles_nothing,
    a_lost_receipt_doubles_nothing,
    a_copy_after_the_receipt_doubles_nothing,
    streams_that_are_deleted_lose_nothing,
    an_unknown_signal_waits,
    a_newer_version_waits,
    an_event_that_is_too_old_is_dead,
    an_event_that_arrives_too_late_is_not_received,
    a_database_that_is_read_only_is_refused,
];

fn booked(order: i64, amount: i64) -> (String, i64, i64) {
    ("book".to_owned(), order, amount)
}

/// Rule 104.
async fn a_consumer_that_dies_after_its_commit_doubles_nothing(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let Some(server) = server() else { return Ok(()) };
    world.send(1, 40).await?;
    world.send(1, 41).await?;
    let _relay = world.start_relay();
    // The line is cut where the receipt of the first event would be sent.
    let proxy = Proxy::to(&server, format!("{}.receipts.orders.mail.", world.prefix)).await?;
    let client = async_nats::connect(proxy.url()).await?;
    let first = start(Consumer::of::<Mail>(&world.mail.db, &client).prefix(&world.prefix));
    proxy.was_cut().await;
    first.kill().await;
    assert_eq!(world.mail.count("signals_inbox").await?, 1, "it has committed");
    assert_eq!(world.waiting("mail").await?, 2, "and sent no receipt");

    let _second = world.start_mail();
    world.all_sent("mail").await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(1, 40), booked(1, 41)]);
    world.end().await
}

/// Rule 104.
async fn a_lost_receipt_doubles_nothing(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    world.send(1, 40).await?;
    let relay = world.start_relay();
    world.in_stream("for-mail", 1).await?;
    relay.kill().await;
    let mail = world.start_mail();
    eventually("it is received", async || Ok(world.mail.count("signals_inbox").await? == 1)).await?;
    world.in_stream("receipts-orders", 1).await?;
    assert!(world.delete_stream("receipts-orders").await);
    assert_eq!(world.waiting("mail").await?, 1);
    mail.kill().await;

    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    world.all_sent("mail").await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(1, 40)]);
    world.end().await
}

/// Rule 104.
async fn a_copy_after_the_receipt_doubles_nothing(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    world.send(1, 40).await?;
    world.all_sent("mail").await?;
    world.work().await?;
    // The event is still there for the receiver of this binary, so it can be sent again.
    let again = "INSERT INTO signals_todo (event, receiver, key, due, attempts, dead) \
                 SELECT id, 'nats:mail', '1', 0, 5, FALSE FROM signals_event";
    world.orders.db.execute(again, &()).await?;
    world.all_sent("mail").await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(1, 40)]);
    assert_eq!(world.mail.count("signals_inbox").await?, 1);
    world.end().await
}

/// Rule 104.
async fn streams_that_are_deleted_lose_nothing(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let _relay = world.start_relay();
    for amount in 1..=3 {
        world.send(amount, amount).await?;
    }
    world.in_stream("for-mail", 3).await?;
    assert!(world.delete_stream("for-mail").await && world.delete_stream("receipts-orders").await);
    let _mail = world.start_mail();
    world.all_sent("mail").await?;
    // Also while both run.
    assert!(world.delete_stream("for-mail").await && world.delete_stream("receipts-orders").await);
    for amount in 4..=6 {
        world.send(amount, amount).await?;
    }
    world.all_sent("mail").await?;
    world.work().await?;
    let mut effects = world.mail.effects().await?;
    effects.sort();
    assert_eq!(effects, (1..=6).map(|amount| booked(amount, amount)).collect::<Vec<_>>());
    world.end().await
}

/// Rule 106.
async fn an_unknown_signal_waits(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    let mut tx = world.orders.db.begin().await?;
    OrderForgotten { order: 1 }.send(&mut tx).await?;
    tx.commit().await?;
    eventually("it is reported", async || Ok(world.mail.has_reported("does not receive `OrderForgotten`"))).await?;
    world.send(2, 40).await?;
    eventually("the others are received", async || Ok(world.waiting("mail").await? == 1)).await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(2, 40)]);
    assert_eq!(world.mail.count("signals_inbox").await?, 1);
    world.end().await
}

/// Rule 106.
async fn a_newer_version_waits(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let _mail = world.start_mail();
    world.send(1, 40).await?;
    world.orders.db.execute("UPDATE signals_event SET version = 2", &()).await?;
    let _relay = world.start_relay();
    eventually("it is reported", async || Ok(world.mail.has_reported("has version 2 of `OrderPaid`"))).await?;
    world.send(2, 41).await?;
    eventually("the others are received", async || Ok(world.waiting("mail").await? == 1)).await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(2, 41)]);
    // A program that knows the version would have got it by now.
    world.orders.db.execute("UPDATE signals_event SET version = 1", &()).await?;
    world.all_sent("mail").await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(2, 41), booked(1, 40)]);
    world.end().await
}

/// Rule 106.
async fn an_event_that_is_too_old_is_dead(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    world.send(1, 40).await?;
    world.orders.db.execute("UPDATE signals_event SET at = at - 10000000", &()).await?;
    world.send(2, 41).await?;
    let (_relay, _mail) = (start_relay(world.relay().max_age(Duration::from_secs(9))), world.start_mail());
    eventually("the other one is received", async || Ok(world.waiting("mail").await? == 1)).await?;
    let dead = durable::dead_calls(&world.orders.db, 0).await?;
    assert_eq!(dead.iter().map(|dead| (&*dead.receiver, &*dead.key)).collect::<Vec<_>>(), [("nats:mail", "1")]);
    assert!(dead[0].error.contains("waited longer than 9s"), "{}", dead[0].error);
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(2, 41)]);
    world.end().await
}

/// Rule 106.
async fn an_event_that_arrives_too_late_is_not_received(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    world.send(1, 40).await?;
    world.all_sent("mail").await?;
    // A copy that the broker has kept until its program does not send it any more.
    let late = r#"{"from":"orders","event":9,"at":1,"expires":2,"signal":"OrderPaid","version":1,"payload":{"order":1,"amount":99},"context":null}"#;
    let subject = format!("{}.for.mail.orders.9-1", world.prefix);
    world.jetstream().publish(subject, late.into()).await?.await?;
    eventually("it is reported", async || {
        Ok(world.mail.has_reported("event 9 of the program `orders` has arrived too late"))
    })
    .await?;
    world.in_stream("for-mail", 0).await?;
    world.work().await?;
    assert_eq!(world.mail.effects().await?, [booked(1, 40)]);
    world.end().await
}

/// Rules 102 and 103.
async fn a_database_that_is_read_only_is_refused(database: &Database) -> TestResult {
    let Some(server) = server() else { return Ok(()) };
    let client = async_nats::connect(server).await?;
    let file = std::env::temp_dir().join(format!("signals-nats-read-only-{}.db", std::process::id()));
    let (url, read_only) = if database.url().starts_with("sqlite") {
        let url = format!("sqlite:{}", file.display());
        (url.clone(), format!("{url}?mode=ro"))
    } else {
        (database.url(), format!("{}%20-c%20default_transaction_read_only%3Don", database.url()))
    };
    let writes = Db::connect(&url).await?;
    writes.create_tables().await?;
    let reads = Db::connect(&read_only).await?;
    let (relay, consumer) = (Relay::of::<Orders>(&reads, &client), Consumer::of::<Mail>(&reads, &client));
    let refused = [relay.run(std::future::ready(())).await, consumer.run(std::future::ready(())).await];
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    for error in refused.map(|ran| ran.expect_err("it cannot write").to_string()) {
        assert!(error.contains("read-only") || error.contains("for reading only"), "{error}");
    }
    Ok(())
}
