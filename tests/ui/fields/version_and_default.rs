// Only a save sets the version.
use signals::prelude::*;

#[model]
struct Page { #[key] id: Id<Page>, #[version] #[default(1)] version: i64 }

fn main() {}
