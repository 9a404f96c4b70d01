// A function without the attribute is not a receiver.
use signals::prelude::*;
use signals::testing::only;

fn audit() {}

fn test(db: &Db) {
    let _only = only::<(post_save, audit)>(db);
}

fn main() {}
