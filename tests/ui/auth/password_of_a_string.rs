// A string does not convert to a password hash: it would be stored in plain text.
use signals::auth::PasswordHash;
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    password: PasswordHash,
}

fn main() {
    let _ = User { password: "correct horse".to_owned(), ..User::default() };
}
