// A key of several fields is an `Id` of its own, and a constraint.
use signals::prelude::*;

#[model(primary_key(user, group))]
struct Visit { user: i64, group: i64 }

fn main() {}
