// The filter `created` compares with `true` or `false`.
use signals::prelude::*;

#[signal]
struct Imported { created: u64 }

#[receiver(Imported, created = true)]
fn welcome() {}

fn main() {}
