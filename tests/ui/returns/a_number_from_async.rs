// A receiver returns nothing, or a `Result` of nothing.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
async fn welcome() -> u8 { 1 }

fn main() {}
