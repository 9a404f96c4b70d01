// `column` on a variant says what is stored.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Status {
    #[column]
    Open,
}

fn main() {}
