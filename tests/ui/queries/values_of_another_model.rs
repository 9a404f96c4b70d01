// Only columns of the model are read.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn ages(db: &Db) -> Result<Vec<i64>> {
    Post::query().values(|_| User::columns().age).all(db).await
}

fn main() {}
