// An `Id` is the id of one model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db, post: Id<Post>) -> Result<Vec<Post>> {
    Post::filter(|other| other.author.eq(post)).all(db).await
}

fn main() {}
