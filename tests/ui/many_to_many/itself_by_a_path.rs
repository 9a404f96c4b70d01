// A relation to the model itself that the attribute cannot recognise must say whether it is symmetrical.
mod accounts {
    use signals::prelude::*;

    #[model]
    pub struct User { #[key] pub id: Id<User>, #[many_to_many] friends: ManyToMany<super::accounts::User> }
}

fn main() {}
