// What is recorded outlives the signal: the closure returns what it owns.
use signals::prelude::*;
use signals::testing::record_with;

#[model]
struct User {
    #[key]
    id: Id<User>,
    name: String,
}

fn test(db: &Db) {
    let _recorded = record_with(db, User::POST_SAVE, |event| &event.instance.name);
}

fn main() {}
