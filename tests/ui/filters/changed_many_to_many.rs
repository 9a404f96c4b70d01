// A many-to-many field is no column: its changes have their own signal.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, email: String, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(post_save, sender = User, changed(email, groups))]
fn mail() {}

fn main() {}
