// Tables are created for models.
use signals::prelude::*;

struct Config;

async fn tables(db: &Db) -> Result<()> {
    db.create_tables_of::<Config>().await
}

fn main() {}
