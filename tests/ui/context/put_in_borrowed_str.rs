// A context owns its values.
use signals::prelude::*;

struct Actor<'a> { name: &'a str }

fn on_behalf(db: &Db, name: &str) {
    let db = db.with(Actor { name });
}

fn main() {}
