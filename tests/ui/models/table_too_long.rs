// PostgreSQL cuts off long names, so that two tables could become one.
use signals::prelude::*;

#[model(table = "a_name_of_a_table_that_is_longer_than_postgresql_keeps_it_for_us")]
struct User { #[key] id: Id<User> }

fn main() {}
