// An `Id` is unset or set, and has no methods of an `Option`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }

#[receiver(pre_save, sender = User)]
fn number(instance: &mut User) {
    if instance.id.is_none() { instance.active = true; }
}

fn main() {}
