// A version is an integer that every database can hold.
use signals::prelude::*;

#[model]
struct Page { #[key] id: Id<Page>, #[version] version: u64 }

fn main() {}
