// What is private stays private, without a warning.
#![deny(warnings, private_interfaces, private_bounds, unreachable_pub)]
use signals::prelude::*;

mod inner {
    use signals::prelude::*;

    #[model]
    #[derive(Default)]
    pub(crate) struct User {
        #[key]
        pub(super) id: Id<User>,
        #[unique]
        pub(in crate::visibility::inner) name: String,
        #[one_to_one(on_delete = set_null)]
        best: Option<Id<User>>,
    }

    #[signal]
    pub(crate) struct Greeted<'a> {
        pub(crate) user: &'a User,
    }

    #[receiver(Greeted)]
    pub(super) fn greet(user: &User) {
        assert_eq!(user.name, "ann");
    }

    #[receiver(Greeted, after = [greet])]
    pub(in crate::visibility::inner) fn private(user: &User) {
        assert_eq!(user.best, None);
    }

    pub(crate) fn ann() -> User {
        User { name: "ann".into(), ..User::default() }
    }
}

#[receiver(inner::Greeted, after = [inner::greet])]
fn later(user: &inner::User) {
    assert!(!user.id.is_unset());
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<inner::User>().await?;
    let mut ann = inner::ann();
    ann.save(&db).await?;
    assert!(inner::User::by_name(&db, "ann").await?.is_some());
    inner::Greeted { user: &ann }.send()?;
    Ok(())
}
