// `is` takes a condition on the other model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db) -> Result<Vec<Post>> {
    Post::filter(|post| post.author.is(User::columns().age.ge(18))).all(db).await
}

fn main() {}
