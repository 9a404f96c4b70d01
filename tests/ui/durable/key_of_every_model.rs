// A receiver of every model knows no field of one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, durable, key = country)]
async fn audit(instance: &dyn AnyModel) {}

fn main() {}
