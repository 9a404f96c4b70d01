// `save` saves one row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }

async fn save(db: &Db, mut users: Vec<User>) -> Result<()> {
    users.save(db).await
}

fn main() {}
