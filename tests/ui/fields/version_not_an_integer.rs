// A version counts saves: it is an integer.
use signals::prelude::*;

#[model]
struct Page { #[key] id: Id<Page>, #[version] version: Option<i64> }

fn main() {}
