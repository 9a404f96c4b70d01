//! The spans of an event on its way to another program.

use std::time::Duration;

use expect_test::expect;

use crate::databases::{Database, TestResult, on_each_database};
use crate::scribe::Scribe;
use crate::world::{OrderForgotten, OrderPaid, Tenant, World, eventually, start_relay};

on_each_database![an_event_has_spans_in_both_programs, an_event_that_is_not_received_has_a_span];

/// Rule 108.
async fn an_event_has_spans_in_both_programs(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let scribe = Scribe::default();
    let _guard = scribe.listen();
    let (_relay, _mail) = (start_relay(world.relay().resend_after(Duration::from_hours(1))), world.start_mail());
    let mut tx = world.orders.db.with(Tenant("north".to_owned())).begin().await?;
    OrderPaid { order: 1, amount: 10 }.send(&mut tx).await?;
    tx.commit().await?;
    world.all_sent("mail").await?;
    world.work().await?;
    let ended = ["publish", "receive", "delivery"].map(|span| format!("{span} has outcome="));
    eventually("the spans have ended", async || Ok(ended.iter().all(|ended| scribe.has(ended)))).await?;
    // The broker may deliver a message before it confirms it.
    let log = scribe.log();
    let of =
        |span: &str| log.lines().filter(|line| line.split(' ').next() == Some(span)).collect::<Vec<_>>().join("\n");
    let log = ["publish", "receive", "delivery"].map(of).join("\n");
    expect![[r#"
        publish otel.kind="producer" event=1 receiver="nats:mail" signal="OrderPaid" key="1" attempt=1 age_ms=.. context="{\"tenant\":\"north\"}"
        publish has trace_id="that of north, attempt 1"
        publish begins
        publish has outcome="sent"
        receive otel.kind="consumer" event=1 from="orders" signal="OrderPaid" attempt=1 age_ms=.. context="{\"tenant\":\"north\"}"
        receive has trace_id="that of north, attempt 1"
        receive begins
        receive has outcome="stored"
        delivery otel.kind="consumer" event=1 receiver="nats::world::book" signal="OrderPaid" key="1" attempt=1 age_ms=.. context="{\"tenant\":\"north\"}"
        delivery has trace_id="that of north, attempt 1"
        delivery begins
        delivery > receiver receiver=nats::world::book signal="OrderPaid"
        delivery has outcome="succeeded""#]].assert_eq(&log);
    world.end().await
}

/// Rule 108.
async fn an_event_that_is_not_received_has_a_span(database: &Database) -> TestResult {
    let Some(world) = World::new(database).await? else { return Ok(()) };
    let scribe = Scribe::default();
    let _guard = scribe.listen();
    let (_relay, _mail) = (world.start_relay(), world.start_mail());
    let mut tx = world.orders.db.begin().await?;
    OrderForgotten { order: 1 }.send(&mut tx).await?;
    tx.commit().await?;
    let failed = "receive has outcome=\"failed\"\nreceive has otel.status_code=\"ERROR\"\n";
    eventually("its span has failed", async || Ok(scribe.has(failed))).await?;
    world.end().await
}
