// A foreign key cannot be given the id of another model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }
#[model]
struct Order { #[key] id: Id<Order> }

#[model]
#[derive(Default)]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = cascade)] user: Id<User> }

fn profile(order: &Order) -> Profile {
    Profile { user: order.id, ..Profile::default() }
}

fn main() {}
