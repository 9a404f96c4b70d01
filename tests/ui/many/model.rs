// Five mistakes in one model are five errors in one run.
use signals::prelude::*;

#[model(tabel = "users")]
struct User {
    #[key] #[update(1)] id: i64,
    #[uniqe] name: String,
    #[skip] #[index] password: String,
    #[foreign_key] group: Id<User>,
}

fn main() {}
