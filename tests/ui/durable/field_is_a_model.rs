// A durable signal stores the id of a row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[signal(durable)]
struct OrderPaid { user: User }

fn main() {}
