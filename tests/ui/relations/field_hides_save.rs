// A relation is a method as well, and would be called in place of that of every model.
use signals::prelude::*;

#[model]
struct Game { #[key] id: Id<Game> }

#[model]
struct Player { #[key] id: Id<Player>, #[foreign_key(on_delete = cascade)] save_id: Id<Game> }

fn main() {}
