// A relation becomes a method, which must not hide a method that every model has.
use signals::prelude::*;

#[model]
struct Game { #[key] id: Id<Game> }

#[model]
struct Player { #[key] id: Id<Player>, #[foreign_key(on_delete = cascade)] save_id: Id<Game> }

fn main() {}
