// `async` stands before the parameter: the future of an async block cannot borrow `tx`.
use signals::prelude::*;

async fn transfer(db: &Db) -> Result<()> {
    db.transaction(|tx| async move {
        tx.execute("DELETE FROM users", &()).await?;
        Ok(())
    })
    .await
}

fn main() {}
