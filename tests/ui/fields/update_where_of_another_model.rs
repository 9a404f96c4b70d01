// The new values belong to the model whose rows are updated.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[model]
struct Order { #[key] id: Id<Order>, name: String }

async fn rename(db: &Db, order: &Order) -> Result<u64> {
    User::update_where(db, User::fields().name, order, "true", &()).await
}

fn main() {}
