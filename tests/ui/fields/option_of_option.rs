// NULL has one meaning.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, city: Option<Option<String>> }

fn main() {}
