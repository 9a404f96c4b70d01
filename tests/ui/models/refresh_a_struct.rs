// A struct without `#[model]` has no methods of models.
use signals::prelude::*;

struct Config;

async fn refresh(config: &mut Config, db: &Db) -> Result<()> {
    config.refresh(db).await
}

fn main() {}
