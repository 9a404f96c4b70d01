// A `Ref` has the type of the key that it points to.
use signals::prelude::*;

#[model]
struct Country { #[key] code: String }
#[model]
struct City { #[key] id: Id<City>, #[foreign_key(on_delete = cascade)] country: Option<Ref<Country, u32>> }

fn main() {}
