// The library may be somewhere else: `crate = path` says where.
mod framework {
    pub extern crate signals as inner;
}
use framework::inner::{self, Db, Id, Model as _, Result};

mod signals {}

#[inner::model(crate = crate::renamed_crate::framework::inner)]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    name: String,
    #[foreign_key(on_delete = cascade)]
    friend: Option<Id<User>>,
}

#[inner::signal(async, crate = framework::inner)]
struct Paid {
    amount: u64,
}

#[inner::signal(sender, crate = framework::inner)]
struct Booked<'a, M: ?Sized> {
    instance: &'a M,
}

#[inner::receiver(Booked, sender = u64, crate = framework::inner)]
fn booked(instance: &u64) {
    assert_eq!(*instance, 1);
}

#[inner::receiver(Paid, crate = framework::inner)]
async fn book(amount: u64) {
    assert_eq!(amount, 1);
}

#[inner::receiver(inner::post_save, sender = User, after = [book], crate = framework::inner)]
async fn pay() -> Result<()> {
    Booked { instance: &1_u64 }.send()?;
    Paid { amount: 1 }.send().await?;
    Ok(())
}

struct Actor;

#[inner::receiver(inner::post_save, sender = User, crate = framework::inner)]
fn audit(#[context] actor: &Actor, #[context] number: Option<&u8>) {
    assert!(number.is_none());
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<User>().await?;
    User { name: "ann".into(), ..User::default() }.save(&db.with(Actor)).await?;
    assert!(User::by_name(&db, "ann").await?.unwrap().friend(&db).await?.is_none());
    Ok(())
}
