// A `mut` in front of the name changes the variable only; the body has no second error.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn lower(mut instance: &User) { instance.name = instance.name.to_lowercase() }

fn main() {}
