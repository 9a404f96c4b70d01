// `is` follows a relation.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db) -> Result<Vec<Post>> {
    Post::filter(|post| post.title.is("a")).all(db).await
}

fn main() {}
