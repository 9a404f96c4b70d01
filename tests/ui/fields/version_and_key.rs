// The version changes with each save, and the key never does.
use signals::prelude::*;

#[model]
struct Page { #[key] #[version] number: i64 }

fn main() {}
