// A context owns its values.
use signals::prelude::*;

struct Actor { name: String }

fn on_behalf(db: &Db) {
    let actor = Actor { name: "ann".to_owned() };
    let db = db.with(&actor);
}

fn main() {}
