// A type of the user is a column type if it says how it is stored.
use signals::prelude::*;

struct Address { street: String, city: String }

#[model]
struct User { #[key] id: Id<User>, address: Address }

fn main() {}
