// A model with a mistake is one error, even if it is saved, received and pointed to.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { id: Id<User>, #[unique] name: String }
#[model]
struct Order { #[key] id: Id<Order>, #[foreign_key(on_delete = cascade)] user: Id<User> }

#[receiver(post_save, sender = User)]
async fn welcome(instance: &User, tx: &mut Tx) {}

async fn save(db: &Db, order: &Order) -> Result<()> {
    User::default().save(db).await?;
    User::by_name(db, "ann").await?;
    order.user(db).await?.order_set(db).await.map(drop)
}

fn main() {}
