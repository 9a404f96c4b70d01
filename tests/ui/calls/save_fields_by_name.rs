// Fields are named by `fields()`, which the compiler checks, and not by strings.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }

async fn save(db: &Db, user: &mut User) -> Result<()> {
    user.save_fields(db, ["email", "active"]).await
}

fn main() {}
