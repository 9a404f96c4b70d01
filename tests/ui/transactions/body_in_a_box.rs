// The closure that SeaORM and Diesel want: the body is an async closure, and nothing is boxed.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    email: String,
}

async fn transfer(tx: &mut Tx) -> Result<()> {
    tx.savepoint(|tx| Box::pin(async move { User::default().save(tx).await })).await
}

fn main() {}
