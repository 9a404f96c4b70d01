// `delete_signals` is `true` or `false`.
use signals::prelude::*;

#[model(delete_signals = "off")]
struct Entry { #[key] id: Id<Entry> }

fn main() {}
