// A signal of your own carries a context if it has a field for it.
use signals::prelude::*;

struct Mailer;

#[signal]
struct OrderPaid { number: u32 }

#[receiver(OrderPaid)]
fn receipt(number: u32, #[context] mailer: &Mailer) {}

fn main() {}
