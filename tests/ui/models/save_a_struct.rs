// A struct without `#[model]` has no `save`.
use signals::prelude::*;

struct Config;

async fn save(db: &Db) -> Result<()> {
    Config.save(db).await
}

fn main() {}
