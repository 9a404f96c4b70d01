// The signals of a model are recorded.
use signals::prelude::*;
use signals::testing::record;

struct Note;

fn test(db: &Db) {
    let _recorded = record::<Note>(db);
}

fn main() {}
