// What is awaited says whether it is there.
use signals::prelude::*;
use signals::testing::wait_until;

async fn test(db: &Db) -> Result<()> {
    wait_until(async || db.execute("DELETE FROM log", &()).await).await
}

fn main() {}
