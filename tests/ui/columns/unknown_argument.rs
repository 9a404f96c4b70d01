// `column` on a variant has no argument but `name`.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Status {
    #[column(nane = "open")]
    Open,
}

fn main() {}
