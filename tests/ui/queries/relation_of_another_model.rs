// Only relations of the model are followed.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db) -> Result<Vec<(User, User)>> {
    User::with(|_| Post::columns().author).all(db).await
}

fn main() {}
