// The name of the table is made of the names of the model and of the field.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>,
    #[many_to_many(symmetrical = false)]
    a_field_whose_name_is_so_long_that_the_table_has_too_long_a_name: ManyToMany<User> }

fn main() {}
