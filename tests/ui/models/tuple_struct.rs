// The fields of a model have names: they are its columns.
use signals::prelude::*;

#[model]
struct User(#[key] Id<User>, String);

fn main() {}
