// A variant has a name in the database, and nothing else.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Status {
    #[column(nane = "open")]
    Open,
}

fn main() {}
