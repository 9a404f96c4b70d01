// PostgreSQL cuts off long names, so that two columns could become one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>,
    a_name_of_a_field_that_is_longer_than_what_postgresql_keeps_of_it: String }

fn main() {}
