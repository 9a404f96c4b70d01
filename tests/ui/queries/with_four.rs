// At most three relations are read with a row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db) -> Result<usize> {
    Ok(Post::with(|p| p.author).with(|p| p.author).with(|p| p.author).with(|p| p.author).all(db).await?.len())
}

fn main() {}
