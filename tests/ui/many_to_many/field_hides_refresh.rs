// A relation to many is a method, and would be called in place of that of every model.
use signals::prelude::*;

#[model]
struct Topping { #[key] id: Id<Topping> }

#[model]
struct Pizza { #[key] id: Id<Pizza>, #[many_to_many] refresh: ManyToMany<Topping> }

fn main() {}
