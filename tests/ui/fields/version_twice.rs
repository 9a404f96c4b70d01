// A row has one version.
use signals::prelude::*;

#[model]
struct Page { #[key] id: Id<Page>, #[version] major: i64, #[version] minor: i64 }

fn main() {}
