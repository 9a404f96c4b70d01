// A parameter is of a type that a column can have.
use signals::prelude::*;

async fn delete(db: &Db, least: usize) -> Result<u64> {
    db.execute("DELETE FROM users WHERE visits < ?", &(least,)).await
}

fn main() {}
