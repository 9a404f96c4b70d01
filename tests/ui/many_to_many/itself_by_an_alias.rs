// An alias of a model is the same model.
use signals::prelude::*;

type Person = User;

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] friends: ManyToMany<Person> }

fn main() {}
