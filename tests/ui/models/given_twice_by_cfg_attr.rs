// A model is the same in every build.
use signals::prelude::*;

#[model]
#[cfg_attr(all(), model(unique(name, email)))]
struct User { #[key] id: Id<User>, name: String, email: String }

fn main() {}
