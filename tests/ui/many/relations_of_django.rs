// The model is the type of the field, and `on_delete` is one word.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Post {
    #[key] id: Id<Post>,
    #[foreign_key(User, on_delete = models.CASCADE)] author: Id<User>,
    #[foreign_key("accounts.User", on_delete = OnDelete::SetNull, related_name = "+")] editor: Option<Id<User>>,
    #[foreign_key(to = User, on_delete = nullify, related_name = "read")] reader: Option<Id<User>>,
    #[foreign_key(on_delete = cascade, null = true, related_name = "x")] owner: Id<User>,
}

fn main() {}
