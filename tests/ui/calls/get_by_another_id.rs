// The id of a row of another model is no key: the foreign key is.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }
#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = cascade)] user: Id<User> }

async fn owner(db: &Db, profile: &Profile) -> Result<Option<User>> {
    User::get(db, profile.id).await
}

fn main() {}
