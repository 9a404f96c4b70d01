// In the body of a savepoint there is the savepoint's `tx`; the outer one waits.
use signals::prelude::*;

async fn outer(tx: &mut Tx) -> Result<()> {
    tx.savepoint(async |_| tx.execute("DELETE FROM users", &()).await.map(drop)).await
}

fn main() {}
