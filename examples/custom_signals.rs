//! Signals of your own, without a model or a database: an order is priced, checked and shipped.
//!
//! `cargo run --example custom_signals`

use std::ops::ControlFlow;

use signals::dispatch::BoxError;
use signals::{receiver, signal};

#[derive(Debug)]
struct Order {
    number: u32,
    weight: u32,
}

/// A plain signal: `send()` calls its receivers and returns. Its fields may borrow, and receivers may change them.
#[signal]
struct Priced<'a> {
    order: &'a Order,
    price: &'a mut u32,
}

/// A receiver takes the fields that it needs, by name and in any order.
#[receiver(Priced)]
fn heavy(price: &mut u32, order: &Order) {
    if order.weight > 20 {
        *price += 5;
        println!("   heavy: 5 more for {} kg", order.weight);
    }
}

#[receiver(Priced, after = heavy, when = |priced| *priced.price > 100)]
fn discount(price: &mut u32) {
    *price -= 10;
    println!("   discount: 10 less");
}

/// A signal with an output: each receiver returns a vote, or fails.
#[signal(output = Vote)]
struct MayShip<'a> {
    order: &'a Order,
}

#[derive(Debug)]
enum Vote {
    Yes,
    No(&'static str),
}

#[receiver(MayShip)]
fn in_stock(order: &Order) -> Result<Vote, BoxError> {
    if order.number == 0 { Err("no order has the number 0".into()) } else { Ok(Vote::Yes) }
}

#[receiver(MayShip)]
fn light_enough(order: &Order) -> Vote {
    if order.weight > 50 { Vote::No("the van takes 50 kg") } else { Vote::Yes }
}

/// A signal that is awaited: its receivers may be `async fn` or `fn`.
#[signal(async)]
struct Shipped<'a> {
    order: &'a Order,
}

#[receiver(Shipped)]
async fn print_label(order: &Order) {
    tokio::task::yield_now().await;
    println!("   print_label: order {}", order.number);
}

#[receiver(Shipped)]
fn write_to_customer(order: &Order) -> Result<(), BoxError> {
    Err(format!("order {} has no mail address", order.number).into())
}

#[receiver(Shipped)]
fn count() {
    println!("   count: one more");
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), signals::dispatch::SignalError> {
    let order = Order { number: 7, weight: 30 };

    println!("1. send: every receiver in order");
    let mut price = 100;
    Priced { order: &order, price: &mut price }.send()?;
    println!("   the price is {price}");

    println!("2. send_with: looks at each vote, and stops at the first no");
    for order in [&order, &Order { number: 8, weight: 60 }] {
        let no = MayShip { order }.send_with(|receiver, vote| match vote {
            Vote::Yes => ControlFlow::Continue(()),
            Vote::No(why) => ControlFlow::Break(format!("{}: {why}", receiver.name)),
        })?;
        println!("   order {}: {}", order.number, no.as_deref().unwrap_or("may be shipped"));
    }

    println!("3. collect: all votes, or the first error");
    println!("   {:?}", MayShip { order: &order }.collect()?);
    if let Err(error) = (MayShip { order: &Order { number: 0, weight: 1 } }).collect() {
        println!("   {error}");
    }

    println!("4. send_robust: all receivers are called, even if one fails");
    for (receiver, answer) in (Shipped { order: &order }).send_robust().await? {
        println!("   {} {}", receiver.name, if answer.is_ok() { "succeeded" } else { "failed" });
    }

    println!("5. connect_scoped: a closure, until its guard is dropped");
    let guard =
        Priced::SIGNAL.connect_scoped(|priced| println!("   closure: {} is {}", priced.order.number, priced.price));
    Priced { order: &order, price: &mut 10 }.send()?;
    drop(guard);
    Priced { order: &order, price: &mut 10 }.send()?;
    println!("   {} receivers are linked", Priced::SIGNAL.receivers()?.count());
    Ok(())
}
