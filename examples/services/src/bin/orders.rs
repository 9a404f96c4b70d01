//! Takes twenty orders, and sends a signal for each. It ends when the other program has received all of them.
//!
//! `cargo run --package services --bin orders`, with a server of NATS: `nats-server -js`.

use std::time::Duration;

use services::{Mail, OrderPaid, Orders, Setting};
use signals::durable;
use signals::durable::nats::{Relay, async_nats, outgoing};
use signals::prelude::*;

#[model]
#[derive(Debug)]
struct Order {
    #[key]
    id: Id<Order>,
    customer: String,
    amount: i64,
}

// The signals of one customer arrive in their order.
outgoing!(OrderPaid, to = Mail, key = customer);

async fn pay(db: &Db, customer: &str, amount: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let mut order = Order { id: Id::default(), customer: customer.to_owned(), amount };
    order.save(&tx).await?;
    let order = order.id.get().unwrap_or_default();
    // The order and the event are committed together, or neither is.
    OrderPaid { order, customer: customer.to_owned(), amount }.send(&mut tx).await?;
    tx.commit().await
}

async fn all_received(db: &Db) -> Result<()> {
    while durable::status(db).await?.iter().any(|program| program.waiting > 0) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let Setting { database, broker, prefix } = Setting::from_arguments("sqlite:orders.db");
    let db = Db::connect(&database).await?;
    db.create_tables().await?;
    for number in 0..20 {
        let customer = if number % 2 == 0 { "ann" } else { "bob" };
        pay(&db, customer, 100 * (number + 1)).await?;
    }
    let client = async_nats::connect(broker).await?;
    let relay = Relay::of::<Orders>(&db, &client).prefix(&prefix).resend_after(Duration::from_secs(2));
    relay
        .run(async {
            if let Err(error) = all_received(&db).await {
                eprintln!("{error}");
            }
        })
        .await?;
    println!("all orders were received");
    Ok(())
}
