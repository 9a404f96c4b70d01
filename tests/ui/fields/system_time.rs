// Timestamps are those of a crate, with a feature.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, joined: std::time::SystemTime }

fn main() {}
