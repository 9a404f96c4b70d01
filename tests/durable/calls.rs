//! Which events are stored, and what their receivers are called with.

use expect_test::expect;
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::count;
use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database! {
    receivers_are_called_after_the_commit,
    what_is_rolled_back_is_not_stored,
    a_filter_that_fails_undoes_the_transaction,
    a_receiver_with_tx_takes_part_in_the_end_of_its_call,
    a_durable_signal,
}

/// Rule 91.
async fn receivers_are_called_after_the_commit(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        email: Option<String>,
    }

    #[receiver(post_commit, sender = User, created = true, durable, id = "welcome")]
    async fn welcome(instance: &User, delivery: &Delivery) {
        LOG.note(format!("welcome {instance:?}, {}, attempt {}", delivery.idempotency_key(), delivery.attempt()));
    }

    #[receiver(post_commit, sender = User, durable, changed(email))]
    fn verify(instance: &User, created: bool, previous: Option<&User>) {
        LOG.note(format!("verify {:?}, {created}, before {:?}", instance.email, previous.map(|user| &user.email)));
    }

    #[receiver(post_delete_commit, sender = User, durable)]
    async fn forget(instance: &User, db: &Db) -> Result<()> {
        LOG.note(format!("forget {}, {} are left", instance.name, count::<User>(db).await?));
        Ok(())
    }

    let db = database.with_tables::<(User, Event, Todo)>().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    LOG.is(&expect![[""]]);
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 2);
    LOG.is(&expect![[r#"
        welcome User { id: Id(1), name: "ann", email: None }, welcome:1, attempt 1
        verify None, true, before None
    "#]]);
    ann.name = "anna".to_owned();
    ann.save(&db).await?;
    ann.email = Some("ann@example.org".to_owned());
    ann.save(&db).await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    LOG.is(&expect![[r#"
        verify Some("ann@example.org"), false, before Some(None)
    "#]]);
    ann.delete(&db).await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    LOG.is(&expect![[r#"
        forget anna, 0 are left
    "#]]);
    assert_eq!(count::<Event>(&db).await?, 0, "an event is deleted with its last call");
    Ok(())
}

/// Rule 91.
async fn what_is_rolled_back_is_not_stored(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[receiver(post_commit, sender = User, durable)]
    fn welcome() {}

    let db = database.with_tables::<(User, Event, Todo)>().await?;
    let tx = db.begin().await?;
    User::default().save(&tx).await?;
    tx.rollback().await?;
    assert_eq!(count::<Event>(&db).await?, 0);
    let mut tx = db.begin().await?;
    let undone: Result<()> = tx
        .savepoint(async |tx| {
            User::default().save(tx).await?;
            Err(signals::Error::other("undone"))
        })
        .await;
    assert!(undone.is_err());
    let mut kept = User::default();
    kept.save(&tx).await?;
    kept.save(&tx).await?;
    tx.commit().await?;
    assert_eq!((count::<Event>(&db).await?, count::<Todo>(&db).await?), (1, 1), "once per row and transaction");
    Ok(())
}

/// Rule 91.
async fn a_filter_that_fails_undoes_the_transaction(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[receiver(post_commit, sender = User, durable, when = |event| !event.instance.name.is_empty() || panic!("no name"))]
    fn greet() {}

    #[receiver(post_rollback, sender = User)]
    fn undone() {
        LOG.note("post_rollback");
    }

    let db = database.with_tables::<(User, Event, Todo)>().await?;
    let tx = db.begin().await?;
    tx.on_rollback(async |_| {
        LOG.note("on_rollback");
        Ok(())
    });
    User::default().save(&tx).await?;
    let error = tx.commit().await.expect_err("the filter panics");
    assert!(error.to_string().contains("no name"), "{error}");
    LOG.is(&expect![[r#"
        on_rollback
        post_rollback
    "#]]);
    assert_eq!((count::<User>(&db).await?, count::<Event>(&db).await?), (0, 0));
    Ok(())
}

/// Rule 92.
async fn a_receiver_with_tx_takes_part_in_the_end_of_its_call(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Letter {
        #[key]
        id: Id<Letter>,
        name: String,
    }

    #[receiver(post_commit, sender = User, durable, backoff = "1ms")]
    async fn write(instance: &User, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        Letter { name: instance.name.clone(), ..Letter::default() }.save(&*tx).await?;
        if delivery.attempt() == 1 { Err(delivery.retry_after(std::time::Duration::ZERO).into()) } else { Ok(()) }
    }

    let db = database.with_tables::<(User, Letter, Event, Todo)>().await?;
    User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
    let ran = Worker::new(&db).run_due().await?;
    assert_eq!((ran.succeeded, ran.failed), (1, 1));
    assert_eq!(count::<Letter>(&db).await?, 1, "what the failed attempt wrote is undone");
    assert_eq!(durable::status(&db).await?.iter().map(|status| status.waiting).sum::<u64>(), 0);
    Ok(())
}

/// Rule 93.
async fn a_durable_signal(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[signal(durable)]
    struct OrderPaid {
        order: u32,
        amount: u64,
    }

    #[receiver(OrderPaid)]
    fn at_once(order: u32) {
        LOG.note(format!("order {order} is being paid"));
    }

    #[receiver(OrderPaid, durable, key = order)]
    async fn ship(order: u32, amount: u64, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
        tx.execute("SELECT 1", &()).await?;
        LOG.note(format!("ship {order}, {amount}, key {}", delivery.key()));
        Ok(())
    }

    let db = database.with_tables::<(Event, Todo)>().await?;
    let mut tx = db.begin().await?;
    OrderPaid { order: 7, amount: u64::MAX }.send(&mut tx).await?;
    LOG.is(&expect![[r#"
        order 7 is being paid
    "#]]);
    tx.commit().await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    LOG.is(&expect![[r#"
        ship 7, 18446744073709551615, key 7
    "#]]);
    Ok(())
}
