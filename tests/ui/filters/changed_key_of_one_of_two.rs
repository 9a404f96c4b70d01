// `changed` is checked for each sender: a column of one may be the key of the other.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[model]
struct Country { #[key] email: String }

#[receiver(post_save, sender = [User, Country], changed(email))]
fn mail() {}

fn main() {}
