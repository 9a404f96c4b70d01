// What is muted is a receiver, a signal or a model.
use signals::prelude::*;
use signals::testing::mute;

fn test(db: &Db) {
    let _muted = mute::<String>(db);
}

fn main() {}
