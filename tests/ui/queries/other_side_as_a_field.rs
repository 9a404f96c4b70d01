// The other side of a relation is a method.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.post_set.any(|post| post.title.eq("a"))).all(db).await
}

fn main() {}
