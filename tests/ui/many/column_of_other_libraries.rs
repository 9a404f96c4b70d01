// `#[column]` has one argument: what other libraries say there is an attribute or a type here.
use signals::prelude::*;

#[model]
struct User {
    #[column(primary_key)] id: Id<User>,
    #[column(max_length = 100, unique)] name: String,
    #[column("mail")] email: String,
}

fn main() {}
