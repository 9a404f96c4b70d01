// Two functions of one name are one error.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(instance: &User) {}

#[receiver(pre_save, sender = User)]
fn welcome(instance: &User) {}

fn main() {}
