// Rows are related by their ids.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

async fn join(db: &Db, user: &User, staff: &Group) -> Result<()> {
    user.groups().add(db, [staff]).await
}

fn main() {}
