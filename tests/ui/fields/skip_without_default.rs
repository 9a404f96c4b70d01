// A field without a column needs a value when the row is read.
use signals::prelude::*;

struct Session;

#[model]
struct User { #[key] id: Id<User>, #[skip] session: Session }

fn main() {}
