// A variant has a name in the database, and nothing else.
use signals::prelude::*;

#[derive(Clone, Column)]
enum Status {
    #[column(nane = "open")]
    Open,
}

fn main() {}
