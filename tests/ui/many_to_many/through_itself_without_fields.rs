// In a relation of a model to itself, the user says which field is which side.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Follow {
    #[key] id: Id<Follow>,
    #[foreign_key(on_delete = cascade)] from: Id<User>,
    #[foreign_key(on_delete = cascade, related_name = "followed")] to: Id<User>,
}
#[model]
struct User { #[key] id: Id<User>, #[many_to_many(through = Follow, symmetrical = false)] follows: ManyToMany<User> }

fn main() {}
