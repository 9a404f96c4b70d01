// The key stays, the version does not.
use signals::prelude::*;

#[model]
struct Page { #[key] #[version] number: i64 }

fn main() {}
