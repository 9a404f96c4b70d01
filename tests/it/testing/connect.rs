//! Closures that are connected for one database or transaction.

use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;
use expect_test::expect;

on_each_database!(rule_78_a_closure_is_called_for_its_database_or_transaction_alone);

async fn rule_78_a_closure_is_called_for_its_database_or_transaction_alone(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    static LOG: Log = Log::new();

    let user = |name: &str| User { name: name.to_owned(), ..User::default() };
    let (db, second) = (database.with_tables::<User>().await?, database.another().await);
    let other = second.with_tables::<User>().await?;
    let saved = User::POST_SAVE.connect_in(&db, |event| LOG.note(format!("saved {}", event.instance.name)));
    let committed = User::POST_COMMIT
        .connect_async_in(&db, |event| Box::pin(async move { LOG.note(format!("committed {}", event.instance.name)) }));
    user("ann").save(&db).await?;
    user("bea").save(&other).await?;
    drop((saved, committed));
    user("cid").save(&db).await?;

    let mut tx = db.begin().await?;
    let in_tx = User::PRE_SAVE.connect_in(&tx, |event| {
        event.instance.name.push('!');
        if event.instance.name == "eve!" { Err("not eve") } else { Ok(()) }
    });
    let saved = User::POST_SAVE.connect_in(&db, |event| LOG.note(format!("saved {}", event.instance.name)));
    user("dan").save(&tx).await?;
    assert!(tx.savepoint(async |tx| user("eve").save(tx).await).await.is_err());
    tx.commit().await?;
    user("eve").save(&db).await?;
    LOG.is(&expect![[r#"
        saved ann
        committed ann
        saved dan!
        saved eve
    "#]]);
    drop((in_tx, saved));
    assert!(!User::PRE_SAVE.has_receivers() && !User::POST_SAVE.has_receivers() && !User::POST_COMMIT.has_receivers());
    Ok(())
}
