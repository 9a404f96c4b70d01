//! Writes a letter for each order that was paid, until Ctrl+C.
//!
//! `cargo run --package services --bin mail`, with a server of NATS: `nats-server -js`.

use services::{Mail, OrderPaid, Orders, Setting};
use signals::durable::nats::{Consumer, async_nats, incoming};
use signals::prelude::*;

#[model]
#[derive(Debug)]
struct Letter {
    #[key]
    id: Id<Letter>,
    customer: String,
    text: String,
}

incoming!(OrderPaid, from = Orders);

/// It takes `tx`, so that there is one letter for each order, however often the program is killed.
#[receiver(OrderPaid, durable, key = customer)]
async fn thank(order: i64, customer: &str, amount: i64, tx: &mut Tx) -> Result<()> {
    let text = format!("order {order}: thank you for {amount}");
    Letter { id: Id::default(), customer: customer.to_owned(), text }.save(tx).await
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let Setting { database, broker, prefix } = Setting::from_arguments("sqlite:mail.db");
    let db = Db::connect(&database).await?;
    db.create_tables().await?;
    let client = async_nats::connect(broker).await?;
    let worker = db.work();
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    Consumer::of::<Mail>(&db, &client).prefix(&prefix).run(stop).await?;
    worker.stop().await?;
    Ok(())
}
