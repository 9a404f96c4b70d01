// Events are stored again for a receiver.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

async fn again(db: &Db) -> Result<u64> {
    signals::durable::replay::<User>(db, std::time::SystemTime::UNIX_EPOCH).await
}

fn main() {}
