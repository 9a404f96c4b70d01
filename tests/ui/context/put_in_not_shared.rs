// The values of a context are shared between threads.
use signals::prelude::*;

struct Settings { calls: std::cell::Cell<u32> }

fn on_behalf(db: &Db, settings: Settings) {
    let db = db.with(settings);
}

fn main() {}
