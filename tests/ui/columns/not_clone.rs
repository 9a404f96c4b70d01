// A receiver after the commit gets a copy of the row.
use signals::prelude::*;
use signals::Column;

#[derive(Column)]
enum Status { Open, Closed }

fn main() {}
