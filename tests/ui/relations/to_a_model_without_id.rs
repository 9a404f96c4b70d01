// An `Id` points to a model whose key is an `Id`.
use signals::prelude::*;

#[model]
struct Country { #[key] code: String }
#[model]
struct City { #[key] id: Id<City>, #[foreign_key(on_delete = cascade)] country: Id<Country> }

fn main() {}
