// `with` returns another handle, and the first one does not have the value.
#![deny(unused_must_use)]
use signals::prelude::*;

struct Actor;

fn on_behalf(tx: &Tx) {
    tx.with(Actor);
}

fn main() {}
