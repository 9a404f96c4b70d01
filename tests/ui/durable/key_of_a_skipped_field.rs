// A key is the value of a column.
use signals::prelude::*;

#[derive(Default)]
struct Cache(Vec<u8>);

#[model]
struct User { #[key] id: Id<User>, #[skip] cache: Cache }

#[receiver(post_commit, sender = User, durable, key = cache)]
async fn welcome(instance: &User) {}

fn main() {}
