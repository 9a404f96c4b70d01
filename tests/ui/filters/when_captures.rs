// A receiver is part of the program, and not of one call of the function around it.
use signals::prelude::*;

#[signal]
struct Paid { amount: u64 }

fn main() {
    let limit = 100;

    #[receiver(Paid, when = |event| event.amount > limit)]
    fn thank(amount: u64) {}
}
