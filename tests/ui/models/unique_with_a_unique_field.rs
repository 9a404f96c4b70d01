// A field that is unique alone is unique together with others.
use signals::prelude::*;

#[model(unique(team, number))]
struct Player { #[key] id: Id<Player>, #[unique] number: i64, team: String }

fn main() {}
