// A hook is async.
use signals::prelude::*;

fn notify(tx: &mut Tx) {
    tx.on_commit(|_db| println!("saved"));
}

fn main() {}
