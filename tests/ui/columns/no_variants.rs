// An enum without variants has no values.
use signals::prelude::*;

#[derive(Clone, Column)]
enum Never {}

fn main() {}
