// A `with` reads relations of the model itself.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db) -> Result<Vec<(Post, User)>> {
    Post::with(|post| post.author.username).all(db).await
}

fn main() {}
