//! What the two programs share: their names, and the signals between them.

use signals::durable::nats::Program;
use signals::prelude::*;

/// The program that takes orders.
#[derive(Debug)]
pub struct Orders;

impl Program for Orders {
    const NAME: &'static str = "orders";
}

/// The program that writes letters.
#[derive(Debug)]
pub struct Mail;

impl Program for Mail {
    const NAME: &'static str = "mail";
}

/// An order was paid.
#[signal(durable)]
#[derive(Debug)]
pub struct OrderPaid {
    /// The number of the order.
    pub order: i64,
    /// Who has paid it.
    pub customer: String,
    /// What was paid, in cents.
    pub amount: i64,
}

/// Where a program finds its database and the broker, and what the streams are called: the arguments of the command line, or these.
#[derive(Debug)]
pub struct Setting {
    /// The URL of the database.
    pub database: String,
    /// The URL of the broker.
    pub broker: String,
    /// What the names of the streams begin with.
    pub prefix: String,
}

impl Setting {
    /// The arguments of the command line.
    pub fn from_arguments(database: &str) -> Self {
        let mut arguments = std::env::args().skip(1);
        let mut next = |default: &str| arguments.next().unwrap_or_else(|| default.to_owned());
        Self { database: next(database), broker: next("nats://127.0.0.1:4222"), prefix: next("shop") }
    }
}
