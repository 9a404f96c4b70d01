// The body of a savepoint uses the savepoint's `tx`; the outer one is borrowed.
use signals::prelude::*;

async fn outer(tx: &mut Tx) -> Result<()> {
    tx.savepoint(async |_| tx.execute("DELETE FROM users", &()).await.map(drop)).await
}

fn main() {}
