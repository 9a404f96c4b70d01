// In a transaction a receiver writes through `tx`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
async fn welcome(instance: &User, db: &Db) {}

fn main() {}
