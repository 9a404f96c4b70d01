// Only ids of the other side's model can be added.
use signals::prelude::*;

#[model]
struct Order { #[key] id: Id<Order> }
#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

async fn add(user: &User, order: &Order, db: &Db) -> Result<()> {
    user.groups().add(db, &[order.id]).await
}

fn main() {}
