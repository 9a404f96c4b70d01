// Parameters are a tuple.
use signals::prelude::*;

async fn delete(db: &Db) -> Result<u64> {
    db.execute("DELETE FROM users WHERE name = ?", &["ann"]).await
}

fn main() {}
