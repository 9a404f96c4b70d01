// The hash of a password is not written as JSON.
use serde::Serialize;
use signals::auth::PasswordHash;
use signals::prelude::*;

#[model]
#[derive(Default, Serialize)]
struct User {
    #[key]
    id: Id<User>,
    password: PasswordHash,
}

fn main() {}
