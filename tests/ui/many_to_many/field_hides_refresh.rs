// A many-to-many field becomes a method, which must not hide a method that every model has.
use signals::prelude::*;

#[model]
struct Topping { #[key] id: Id<Topping> }

#[model]
struct Pizza { #[key] id: Id<Pizza>, #[many_to_many] refresh: ManyToMany<Topping> }

fn main() {}
