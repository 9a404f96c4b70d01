//! A synchronous signal has no receivers that await.
use signals::prelude::*;

#[signal]
struct Paid {
    amount: u64,
}

#[receiver(Paid, timeout = "5s")]
async fn thank(amount: u64) {
    println!("{amount}");
}

fn main() {}
