// Another model of the same name is another model.
use signals::prelude::*;

mod other {
    use signals::prelude::*;
    #[model]
    pub struct User { #[key] pub id: Id<User> }
}

#[model(app = "ours")]
struct User { #[key] id: Id<User>, #[many_to_many(symmetrical = true)] friends: ManyToMany<other::User> }

fn main() {}
