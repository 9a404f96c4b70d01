// Everything may be declared inside of a function, and two functions may use the same names.
use signals::prelude::*;

async fn one(db: &Db) -> Result<i64> {
    #[model(table = "one")]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        seen: i64,
    }

    #[receiver(pre_save, sender = User)]
    fn count(instance: &mut User) {
        instance.seen += 1;
    }

    #[receiver(pre_save, sender = User, after = [count])]
    fn double(instance: &mut User) {
        instance.seen *= 2;
    }

    db.create_tables_of::<User>().await?;
    let mut user = User::default();
    user.save(db).await?;
    Ok(user.seen)
}

async fn two(db: &Db) -> Result<i64> {
    #[model(table = "two")]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        seen: i64,
    }

    #[receiver(pre_save, sender = User, id = "count in two")]
    fn count(instance: &mut User) {
        instance.seen += 10;
    }

    db.create_tables_of::<User>().await?;
    let mut user = User::default();
    user.save(db).await?;
    Ok(user.seen)
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    assert_eq!((one(&db).await?, two(&db).await?), (2, 10));
    Ok(())
}
