// A model of the same name in another module is a different model.
use signals::prelude::*;

mod other {
    use signals::prelude::*;
    #[model]
    pub struct User { #[key] pub id: Id<User> }
}

#[model(app = "ours")]
struct User { #[key] id: Id<User>, #[many_to_many(symmetrical = true)] friends: ManyToMany<other::User> }

fn main() {}
