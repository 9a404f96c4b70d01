// A receiver of every model takes `&dyn AnyModel`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save)]
fn audit<M: Model>(instance: &M) {}

fn main() {}
