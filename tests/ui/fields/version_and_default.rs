// The version is set by the saves alone.
use signals::prelude::*;

#[model]
struct Page { #[key] id: Id<Page>, #[version] #[default(1)] version: i64 }

fn main() {}
