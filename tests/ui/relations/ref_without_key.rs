// A `Ref` says the model and the type of its key.
use signals::prelude::*;

#[model]
struct Country { #[key] code: String }
#[model]
struct City { #[key] id: Id<City>, #[foreign_key(on_delete = cascade)] country: Ref<Country> }

fn main() {}
