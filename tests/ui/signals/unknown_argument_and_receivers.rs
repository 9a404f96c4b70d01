// A mistake in a signal is none of its receivers.
use signals::prelude::*;

#[signal(outputs = u8)]
struct Paid { amount: u64 }

#[receiver(Paid)]
fn book(amount: u64) {}

fn main() {
    let _ = Paid { amount: 3 }.send();
}
