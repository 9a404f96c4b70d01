// Models, receivers and signals are found by any path.
use signals::prelude::*;

mod accounts {
    pub mod models {
        use signals::prelude::*;

        #[model]
        #[derive(Default)]
        pub struct User {
            #[key]
            pub id: Id<Self>,
            pub log: String,
        }
    }
    pub mod receivers {
        use signals::prelude::*;

        #[receiver(signals::model::pre_save, sender = super::models::User)]
        pub fn audit(instance: &mut super::User) {
            instance.log.push('a');
        }
    }
    pub use models::User;
    pub use receivers::audit as first;
}
use accounts::User as Person;

#[receiver(signals::pre_save, sender = crate::re_export::accounts::User, after = [accounts::first])]
fn later(instance: &mut Person) {
    instance.log.push('l');
}

#[receiver(pre_save, sender = Person, before = [accounts::first, self::later])]
fn earlier(instance: &mut Person) {
    instance.log.push('e');
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Person>().await?;
    let mut ann = Person::default();
    ann.save(&db).await?;
    assert_eq!(ann.log, "eal");
    Ok(())
}
