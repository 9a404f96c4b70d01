// An attribute in another form is answered with the right one.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key(auto)] id: Id<User>,
    #[default = 18] age: i64,
    #[unique(true)] email: String,
    #[index(first, last)] first: String,
    #[update(auto)] last: i64,
}

fn main() {}
