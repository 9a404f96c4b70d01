// `migrate` takes migrations, and not the name of a folder.
use signals::prelude::*;

async fn migrate(db: &Db) -> Result<()> {
    db.migrate("migrations").await.map(drop)
}

fn main() {}
