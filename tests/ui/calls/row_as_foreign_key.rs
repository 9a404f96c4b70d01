// A foreign key is set to the id of the row, as the compiler offers.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String, active: bool }
#[model]
struct Profile { #[key] id: Id<Profile>, #[one_to_one(on_delete = cascade)] user: Id<User> }

#[receiver(post_save, sender = User, created = true)]
async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
    Profile { id: Id::UNSET, user: instance }.save(tx).await
}

fn main() {}
