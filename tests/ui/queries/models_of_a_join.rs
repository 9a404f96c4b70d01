// A row is read as one model, or as columns.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    email: String,
}

async fn pairs(db: &Db) -> Result<usize> {
    Ok(db.query_as::<(User, User)>("SELECT * FROM users a, users b", &()).await?.len())
}

fn main() {}
