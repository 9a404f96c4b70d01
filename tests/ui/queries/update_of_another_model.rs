// An update sets columns of its model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn rename(db: &Db) -> Result<u64> {
    Post::query().update(db, |_| User::columns().age.set(1)).await
}

fn main() {}
