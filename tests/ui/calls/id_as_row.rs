// A foreign key is the id of a row, and not the row.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }
#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = cascade)] user: Id<User> }

async fn delete_owner(db: &Db, mut profile: Profile) -> Result<()> {
    profile.user.delete(db).await?;
    Ok(())
}

fn main() {}
