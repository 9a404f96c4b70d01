// A set of fields belongs to one model: the error names the expected one.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[model]
struct Order { #[key] id: Id<Order>, total: i64 }

async fn save(db: &Db, user: &mut User) -> Result<()> {
    user.save_fields(db, Order::fields().total).await
}

fn main() {}
