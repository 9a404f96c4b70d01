// A subquery is `in_query`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64 }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[foreign_key(on_delete = cascade)] author: Id<User> }

async fn posts(db: &Db) -> Result<Vec<Post>> {
    Post::filter(|post| post.author.is_in(User::query().values(|user| user.id))).all(db).await
}

fn main() {}
