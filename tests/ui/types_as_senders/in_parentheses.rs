// Several senders are written in brackets.
use signals::prelude::*;

struct User { name: String }

struct Order;

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = (User, Order))]
fn welcome() {}

fn main() {}
