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
    operations_on_many_rows,
    a_receiver_that_saves_its_row,
    muted_receivers,
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

/// Rule 91.
async fn operations_on_many_rows(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Team {
        #[key]
        id: Id<Team>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        name: String,
        #[foreign_key(on_delete = cascade)]
        team: Id<Team>,
    }

    #[receiver(post_commit, sender = Player, durable, key = team)]
    fn saved(instance: &Player, created: bool) {
        LOG.note(format!("{}, {created}", instance.name));
    }

    #[receiver(post_delete_commit, sender = Player, durable)]
    fn deleted(instance: &Player) {
        LOG.note(format!("{} is gone", instance.name));
    }

    let db = database.with_tables::<(Team, Player, Event, Todo)>().await?;
    let mut team = Team::default();
    team.save(&db).await?;
    let player = |name: &str| Player { name: name.to_owned(), team: team.id, ..Player::default() };
    Player::create_many(&db, &mut [player("ann")]).await?;
    Player::filter(|player| player.name.eq("ann")).update(&db, |player| player.name.set("eve")).await?;
    Player::filter(|player| player.name.eq("eve")).delete(&db).await?;
    assert_eq!(count::<Event>(&db).await?, 0);
    Player::create_many(&db, &mut [player("bob"), player("cid")]).with_signals().await?;
    Player::filter(|player| player.name.eq("bob")).update(&db, |player| player.name.set("bo")).with_signals().await?;
    Player::filter(|player| player.name.eq("bo")).delete(&db).with_signals().await?;
    team.delete(&db).await?;
    assert_eq!(Worker::new(&db).concurrency(1).run_due().await?.succeeded, 5);
    let log = LOG.take();
    let mut lines: Vec<_> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["bo is gone", "bo, false", "bob, true", "cid is gone", "cid, true"]);
    Ok(())
}

/// Rule 91.
async fn a_receiver_that_saves_its_row(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Photo {
        #[key]
        id: Id<Photo>,
        url: String,
        preview: String,
        shown: i64,
    }

    #[receiver(post_commit, sender = Photo, durable, changed(url))]
    async fn shrink(instance: &Photo, tx: &mut Tx) -> Result<()> {
        let Some(mut photo) = Photo::get(&*tx, instance.id).await? else { return Ok(()) };
        photo.preview = format!("small {}", instance.url);
        // `show` may change the row in the meantime.
        photo.save_fields(tx, Photo::fields().preview).await
    }

    #[receiver(post_commit, sender = Photo, durable)]
    async fn show(instance: &Photo, db: &Db) -> Result<()> {
        let photo = Photo::filter(|photo| photo.id.eq(instance.id));
        photo.update(db, |photo| photo.shown.set(photo.shown.add(1))).await.map(drop)
    }

    let db = database.with_tables::<(Photo, Event, Todo)>().await?;
    let mut photo = Photo { url: "a.jpg".to_owned(), ..Photo::default() };
    photo.save(&db).await?;
    assert_eq!(
        Worker::new(&db).run_due().await?.succeeded,
        3,
        "`shrink` causes one more call of `show`, and none of its own"
    );
    photo.refresh(&db).await?;
    assert_eq!((&*photo.preview, photo.shown), ("small a.jpg", 2));
    Ok(())
}

/// Rule 91.
async fn muted_receivers(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[receiver(post_commit, sender = User, durable, id = "calls::muted")]
    fn greet(instance: &User) {
        LOG.note(&instance.name);
    }

    let db = database.with_tables::<(User, Event, Todo)>().await?;
    let recorded = signals::testing::record::<User>(&db);
    let muted = signals::testing::mute::<greet>(&db);
    User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
    assert_eq!(count::<Event>(&db).await?, 0);
    drop(muted);
    User { name: "bob".to_owned(), ..User::default() }.save(&db).await?;
    let muted = signals::testing::mute::<greet>(&db);
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 1);
    drop(muted);
    assert_eq!(count::<Event>(&db).await?, 0);
    LOG.is(&expect![[""]]);
    let sent = recorded.take();
    let sent: Vec<_> = sent.iter().map(|sent| sent.signal).collect();
    assert_eq!(sent, ["pre_save", "post_save", "post_commit"].repeat(2));
    Ok(())
}
