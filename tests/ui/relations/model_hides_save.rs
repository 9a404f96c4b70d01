// The other side of a relation is named after its model, and must not hide a method that every model has.
use signals::prelude::*;

#[model]
struct Player { #[key] id: Id<Player> }

#[model]
struct Save { #[key] id: Id<Save>, #[one_to_one(on_delete = cascade)] player: Id<Player> }

fn main() {}
