// An enum without variants has no values.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Never {}

fn main() {}
