// The attributes of a field are the same in every build, also in a nested `cfg_attr`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, #[cfg_attr(all(), cfg_attr(unix, index))] name: String }

fn main() {}
