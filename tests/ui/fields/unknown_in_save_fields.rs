// `User::fields()` has the fields of the model except its key: the error offers the nearest.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

async fn save(db: &Db, user: &mut User) -> Result<()> {
    user.save_fields(db, User::fields().emial).await
}

fn main() {}
