// A struct without `#[model]` has nothing of what a model has.
use signals::prelude::*;

struct Config;

async fn refresh(config: &mut Config, db: &Db) -> Result<()> {
    config.refresh(db).await
}

fn main() {}
