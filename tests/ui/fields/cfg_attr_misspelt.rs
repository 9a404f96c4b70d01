// A misspelt attribute is also found in a `cfg_attr`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[cfg_attr(all(), uniqe)] name: String }

fn main() {}
