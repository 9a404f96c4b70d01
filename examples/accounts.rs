use signals::prelude::*;

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct User {
    #[key] pub id: Id<User>,
    #[unique] pub username: String,
    pub email: Option<String>,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    #[key] pub id: Id<Profile>,
    #[one_to_one(on_delete = cascade)] pub user: Id<User>,
    pub bio: Option<String>,
}

#[receiver(post_save, sender = User, created = true)]
async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
    Profile { user: instance.id, ..Profile::default() }.save(tx).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;

    let mut ann = User { username: "ann".into(), ..User::default() };
    ann.save(&db).await?;                                   // one transaction: the row, the receivers, the profile
    println!("{:?}", ann.profile(&db).await?);              // the reverse side of the one-to-one
    Ok(())
}
