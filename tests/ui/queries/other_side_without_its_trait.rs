// The methods of the other side are in a trait, which the compiler names.
use signals::prelude::*;

mod models {
    use signals::prelude::*;

    #[model]
    pub struct User { #[key] pub id: Id<User>, pub name: String }

    #[model]
    pub struct Post { #[key] pub id: Id<Post>, #[foreign_key(on_delete = cascade)] pub author: Id<User> }
}

async fn users(db: &Db) -> Result<Vec<models::User>> {
    models::User::filter(|user| user.post_set().any(|post| post.id.ge(Id::new(1)))).all(db).await
}

fn main() {}
