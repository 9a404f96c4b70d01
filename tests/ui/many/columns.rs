// Two fields that are not columns are two errors in one run.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, visits: u64, weight: u128 }

fn main() {}
