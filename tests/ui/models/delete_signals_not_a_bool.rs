// Signals of deletes are on or off.
use signals::prelude::*;

#[model(delete_signals = "off")]
struct Entry { #[key] id: Id<Entry> }

fn main() {}
