// A query borrows what it compares with.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, age: i64, active: bool }

fn named<'a>() -> signals::model::query::Query<'a, User> {
    let name = String::from("ann");
    User::filter(|user| user.username.eq(&name))
}

fn main() {}
