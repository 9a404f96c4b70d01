// The field `context` of a signal is a `&Context`.
use signals::prelude::*;

struct Mailer;

#[signal]
struct OrderPaid { context: String }

#[receiver(OrderPaid)]
fn receipt(#[context] mailer: &Mailer) {}

fn main() {}
