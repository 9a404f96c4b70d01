//! The kernel alone has no timer.
use signals_core::{receiver, signal};

#[signal(async)]
struct Paid {
    amount: u64,
}

#[receiver(Paid, timeout = "5s")]
async fn thank(amount: u64) {
    println!("{amount}");
}

fn main() {}
