// The model of the users implements `AuthUser`.
use signals::auth::{Credentials, authenticate};
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    email: String,
}

async fn log_in(db: &Db) -> Result<bool> {
    Ok(authenticate::<User>(db, Credentials::new("ann", "secret")).await?.is_some())
}

fn main() {}
