// A method that the model or a field adds cannot be written again: the compiler underlines the model or the field.
use signals::prelude::*;

#[model]
struct User {
    #[key] id: Id<User>,
    #[unique] email: String,
    #[foreign_key(on_delete = cascade)] team_id: Id<User>,
    #[many_to_many] friends: ManyToMany<User>,
}

impl User {
    fn by_email(email: &str) {}
    fn team(&self) {}
    fn friends(&self) {}
    fn fields() {}
}

fn main() {}
