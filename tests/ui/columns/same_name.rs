// The stored string must say which variant it was.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Status {
    Open,
    #[column(name = "open")]
    Reopened,
}

fn main() {}
