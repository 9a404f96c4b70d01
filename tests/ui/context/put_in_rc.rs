// The values of a context are shared between threads.
use signals::prelude::*;

fn on_behalf(db: &Db) {
    let db = db.with(std::rc::Rc::new(1));
}

fn main() {}
