// The other side of a relation is called after its model, and must not hide what every model has.
use signals::prelude::*;

#[model]
struct Player { #[key] id: Id<Player> }

#[model]
struct Save { #[key] id: Id<Save>, #[one_to_one(on_delete = cascade)] player: Id<Player> }

fn main() {}
