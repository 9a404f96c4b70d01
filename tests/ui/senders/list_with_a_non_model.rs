// Each sender in a list is a model.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

struct Config;

#[receiver(post_save, sender = [User, Config])]
fn welcome() {}

fn main() {}
