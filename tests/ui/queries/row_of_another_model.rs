// A foreign key is compared with the row that it points to.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db, post: &Post) -> Result<Vec<Post>> {
    Post::filter(|other| other.author.eq(post)).all(db).await
}

fn main() {}
