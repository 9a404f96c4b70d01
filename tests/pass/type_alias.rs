// A type alias is the same sender: this is Django's AUTH_USER_MODEL.
use signals::prelude::*;

#[model]
#[derive(Default)]
pub struct Account {
    #[key]
    pub id: Id<Account>,
    pub greeted: i64,
}

pub type User = Account;

#[receiver(pre_save, sender = User)]
fn by_alias(instance: &mut Account) {
    instance.greeted += 1;
}

#[receiver(pre_save, sender = Account)]
fn by_name(instance: &mut User) {
    instance.greeted += 1;
}

type Saved<'a> = PostSave<'a, Account>;

#[receiver(post_save, sender = User)]
fn by_alias_of_the_payload(event: &Saved<'_>) {
    assert_eq!(event.instance.greeted, 2);
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Account>().await?;
    let mut ann = User::default();
    ann.save(&db).await?;
    assert_eq!(ann.greeted, 2);
    Ok(())
}
