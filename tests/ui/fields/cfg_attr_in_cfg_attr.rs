// What a column is does not depend on the build, however it is written.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[cfg_attr(all(), cfg_attr(unix, index))] name: String }

fn main() {}
