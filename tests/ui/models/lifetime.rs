// A model owns its values.
use signals::prelude::*;

#[model]
struct User<'a> { #[key] id: Id<User<'a>>, name: &'a str }

fn main() {}
