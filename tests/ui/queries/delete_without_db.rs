// A delete takes the database.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

async fn delete(db: &Db) -> Result<()> {
    User::query().delete().await?;
    Ok(())
}

fn main() {}
