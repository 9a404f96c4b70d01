// A `Ref` points to a model.
use signals::prelude::*;

struct Config;

#[model]
struct User { #[key] id: Id<User>, #[foreign_key(on_delete = cascade)] config: Ref<Config, u32> }

fn main() {}
