// A test mutes one receiver, and not a whole signal.
use signals::prelude::*;
use signals::testing::mute;

fn test(db: &Db) {
    let _muted = mute::<post_save>(db);
}

fn main() {}
