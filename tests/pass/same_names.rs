// Receivers in different modules may have one name, whatever their parameters are. A module may be in a file with others.
#![deny(warnings)]
use signals::prelude::*;

#[model]
#[derive(Default)]
pub struct User {
    #[key]
    id: Id<User>,
    log: String,
}

mod first {
    use super::User;
    use signals::prelude::*;

    #[receiver(pre_save, sender = User)]
    pub(super) fn note(instance: &mut User, adding: bool) {
        instance.log += "first ";
    }
}

mod second {
    use super::User;
    use signals::prelude::*;

    #[receiver(pre_save, sender = User, after = [super::first::note])]
    pub(super) async fn note(instance: &mut User, tx: &mut Tx) -> Result {
        instance.log += "second ";
        Ok(())
    }
}

mod third {
    use super::User;
    use signals::prelude::*;

    #[receiver(pre_save, sender = User, before = [super::first::note])]
    pub(super) async fn note<'a>(instance: &'a mut User, tx: &mut Tx) -> Result<(), String> {
        instance.log += "third ";
        Ok(())
    }
}

pub async fn main() -> Result {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<User>().await?;
    let mut user = User::default();
    user.save(&db).await?;
    assert_eq!(user.log, "third first second ");
    Ok(())
}
