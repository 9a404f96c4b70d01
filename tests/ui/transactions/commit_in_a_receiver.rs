// The transaction of a receiver is committed by the code that began it.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    email: String,
}

#[receiver(post_save, sender = User)]
async fn finish(instance: &User, tx: &mut Tx) -> Result<()> {
    tx.commit().await
}

fn main() {}
