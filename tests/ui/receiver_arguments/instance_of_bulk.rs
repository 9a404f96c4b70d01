// A signal of many rows has no `instance`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(signals::model::post_bulk_create, sender = User)]
fn index(instance: &User) {}

fn main() {}
