//! What is so on PostgreSQL alone.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use expect_test::expect;
use signals::ConnectOptions;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_postgres};
use crate::log::Log;
use crate::proxy::{Cut, Proxy};

on_postgres!(
    rule_49_a_connection_that_is_lost_during_the_commit_runs_no_hook,
    saving_on_db_inside_a_receiver_names_the_transactions_that_hold_the_pool,
    rule_14_raw_sql_that_fails_in_a_receiver_cannot_be_swallowed,
    rule_50_a_dropped_save_is_done_as_a_whole_or_not_at_all,
    tables_can_be_made_by_many_at_the_same_time,
    models_that_point_to_each_other_have_both_foreign_keys,
    names_that_are_too_long,
    errors_after_a_commit_whose_future_is_dropped_are_reported,
    rule_43_a_change_without_receivers_is_one_round_trip
);

mod round_trips {
    use super::*;

    on_postgres!(a_save_is_one_round_trip_and_with_receivers_two);

    #[model]
    #[derive(Default)]
    struct Plain {
        #[key]
        id: Id<Plain>,
        text: String,
    }

    #[model]
    #[derive(Default)]
    struct Watched {
        #[key]
        id: Id<Watched>,
        text: String,
    }

    #[receiver([pre_save, post_save], sender = Watched)]
    async fn watch() {}

    #[receiver([pre_delete, post_delete], sender = Watched)]
    async fn watch_delete() {}

    #[receiver(post_commit, sender = Watched)]
    async fn after() {}

    async fn a_save_is_one_round_trip_and_with_receivers_two(database: &Database) -> TestResult {
        let (proxy, url) = Proxy::to(&database.url()).await;
        let db = ConnectOptions::new(url).pool_size(1).connect().await?;
        db.create_tables_of::<(Plain, Watched)>().await?;

        let mut rounds = Vec::new();
        for _ in 0..2 {
            // The first time each statement is prepared.
            let (mut plain, mut watched) = (Plain::default(), Watched::default());
            rounds.clear();
            rounds.push(("insert", proxy.count(plain.save(&db)).await));
            rounds.push(("update", proxy.count(plain.save(&db)).await));
            rounds.push(("delete", {
                let (count, deleted) = proxy.count(plain.delete(&db)).await;
                (count, deleted.map(drop))
            }));
            rounds.push(("insert, with receivers", proxy.count(watched.save(&db)).await));
            rounds.push(("update, with receivers", proxy.count(watched.save(&db)).await));
            rounds.push(("delete, with receivers", {
                let (count, deleted) = proxy.count(watched.delete(&db)).await;
                (count, deleted.map(drop))
            }));
            rounds.push(("get", {
                let (count, found) = proxy.count(Plain::get(&db, Id::new(1))).await;
                (count, found.map(drop))
            }));
            rounds.push((
                "a transaction of two saves",
                proxy
                    .count(db.transaction(async |tx| {
                        Plain::default().save(tx).await?;
                        Watched::default().save(tx).await
                    }))
                    .await,
            ));
            rounds.push((
                "a transaction of two saves in savepoints, one of which is undone",
                proxy
                    .count(db.transaction(async |tx| {
                        tx.savepoint(async |tx| Plain::default().save(tx).await).await?;
                        let undone = tx.savepoint(async |tx| {
                            Plain::default().save(tx).await?;
                            Err::<(), _>(Error::other("no"))
                        });
                        undone.await.map_or_else(|_| Ok(()), Ok)
                    }))
                    .await,
            ));
            rounds.push(("a transaction of nothing", proxy.count(db.transaction(async |_| Ok(()))).await));
            rounds.push((
                "a transaction that is dropped",
                proxy
                    .count(async {
                        let tx = db.begin().await?;
                        Plain::default().save(&tx).await
                    })
                    .await,
            ));
            // Lets the ROLLBACK be answered, so that the next one does not find it on the line.
            Plain::all(&db).await?;
        }
        let rounds: Vec<_> = rounds
            .into_iter()
            .map(|(what, (count, done))| format!("{what}: {count}{}", done.map_or("!", |()| "")))
            .collect();
        expect![[r"
            insert: 1
            update: 1
            delete: 1
            insert, with receivers: 2
            update, with receivers: 2
            delete, with receivers: 2
            get: 1
            a transaction of two saves: 3
            a transaction of two saves in savepoints, one of which is undone: 3
            a transaction of nothing: 0
            a transaction that is dropped: 1"]]
        .assert_eq(&rounds.join("\n"));
        Ok(())
    }
}

async fn rule_49_a_connection_that_is_lost_during_the_commit_runs_no_hook(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    #[receiver(post_commit, sender = Note)]
    fn committed(instance: &Note) {
        LOG.note(format!("committed {}", instance.id));
    }

    /// Its outcome is unknown.
    #[receiver(post_rollback, sender = Note)]
    fn rolled_back(instance: &Note) {
        LOG.note(format!("rolled back {}", instance.id));
    }

    let (proxy, url) = Proxy::to(&database.url()).await;
    let db = ConnectOptions::new(url).pool_size(1).connect().await?;
    db.create_tables_of::<Note>().await?;
    for (cut, rows) in [(Cut::BeforeCommit, 0), (Cut::AfterCommit, 1)] {
        proxy.cut(cut);
        let mut note = Note::default();
        let error = note.save(&db).await.unwrap_err();
        proxy.cut(Cut::Never);
        assert!(matches!(error.kind(), ErrorKind::CommitUnknown { .. }), "{error}");
        assert!(note.id.is_unset());
        assert_eq!(LOG.take(), "");
        // The pool has recovered.
        assert_eq!(Note::all(&db).await?.len(), rows);
    }
    Note::default().save(&db).await?;
    assert_eq!(LOG.take(), "committed 3\n");
    Ok(())
}

async fn saving_on_db_inside_a_receiver_names_the_transactions_that_hold_the_pool(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Audit {
        #[key]
        id: Id<Audit>,
    }

    #[receiver(post_save, sender = User)]
    async fn outside(tx: &mut Tx) -> Result<()> {
        let db = tx.db().clone();
        Audit::default().save(&db).await
    }

    let options = ConnectOptions::new(database.url()).pool_size(1).pool_timeout(Duration::from_millis(300));
    let db = options.connect().await?;
    db.create_tables_of::<(User, Audit)>().await?;
    let (error, line) = (User::default().save(&db).await.unwrap_err(), line!());
    let text = error.to_string();
    assert!(text.contains("they are held from ") && text.contains(&format!("postgres.rs:{line}:")), "{text}");
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}

async fn rule_14_raw_sql_that_fails_in_a_receiver_cannot_be_swallowed(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[receiver(post_save, sender = User)]
    async fn swallows(tx: &mut Tx) {
        tx.execute("SELCT", &()).await.unwrap_err();
    }

    let db = Db::connect(&database.url()).await?;
    db.create_tables_of::<User>().await?;
    let error = User::default().save(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Swallowed { first } if first.contains("syntax error")), "{error}");
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}

/// Drops the future of a save after ever more polls: it is done as a whole with its `post_commit`, or not at all.
async fn rule_50_a_dropped_save_is_done_as_a_whole_or_not_at_all(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[one_to_one(on_delete = cascade)]
        user: Id<User>,
    }

    #[receiver(post_save, sender = User)]
    async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
        Profile { user: instance.id, ..Profile::default() }.save(tx).await
    }

    #[receiver(post_commit, sender = User)]
    fn committed() {
        LOG.note("committed");
    }

    let db = ConnectOptions::new(database.url()).pool_size(1).connect().await?;
    db.create_tables_of::<(User, Profile)>().await?;
    let mut polls = 0;
    let mut commits = 0;
    loop {
        polls += 1 + polls / 16;
        let mut user = User::default();
        let mut done = false;
        {
            let mut save = pin!(user.save(&db));
            for _ in 0..polls {
                if let Poll::Ready(saved) = poll_fn(|context| Poll::Ready(save.as_mut().poll(context))).await {
                    saved?;
                    done = true;
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(user.id.is_unset(), !done);
        // There is one connection, so what was on its way has come to its end before these.
        let (users, profiles) = (User::all(&db).await?.len(), Profile::all(&db).await?.len());
        assert_eq!(users, profiles, "after {polls} polls");
        commits += LOG.take().lines().count();
        assert_eq!(users, commits, "after {polls} polls");
        if done {
            break;
        }
    }
    assert!(polls > 4);
    Ok(())
}

async fn tables_can_be_made_by_many_at_the_same_time(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[one_to_one(on_delete = cascade)]
        user: Id<User>,
    }

    let mut tasks = Vec::new();
    for _ in 0..6 {
        // A pool of its own each, as a process has.
        let db = Db::connect(&database.url()).await?;
        tasks.push(tokio::spawn(async move { db.create_tables_of::<(Profile, User)>().await }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn models_that_point_to_each_other_have_both_foreign_keys(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Chicken {
        #[key]
        id: Id<Chicken>,
        #[foreign_key(on_delete = set_null)]
        egg: Option<Id<Egg>>,
        #[foreign_key(on_delete = set_null)]
        mother: Option<Id<Chicken>>,
    }

    #[model]
    #[derive(Default)]
    struct Egg {
        #[key]
        id: Id<Egg>,
        #[foreign_key(on_delete = cascade)]
        chicken: Id<Chicken>,
    }

    let db = Db::connect(&database.url()).await?;
    for _ in 0..2 {
        db.create_tables_of::<(Chicken, Egg)>().await?;
    }
    for (mut chicken, ok) in [
        (Chicken { egg: Some(Id::new(9)), ..Chicken::default() }, false),
        (Chicken { mother: Some(Id::new(9)), ..Chicken::default() }, false),
        (Chicken::default(), true),
    ] {
        assert_eq!(chicken.save(&db).await.is_ok(), ok);
    }
    let error = Egg { chicken: Id::new(9), ..Egg::default() }.save(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");

    // One points to what does not exist.
    let other = database.another().await;
    let db = Db::connect(&other.url()).await?;
    let error = db.create_tables_of::<Egg>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoTable { table } if table == "chickens"), "{error}");
    Ok(())
}

async fn names_that_are_too_long(database: &Database) -> TestResult {
    #[model(table = "a_table_with_a_name_of_just_as_many_bytes_as_postgresql_retains")]
    #[derive(Default)]
    struct Longest {
        #[key]
        id: Id<Longest>,
        #[index]
        #[column(name = "a_first_column_named_with_as_many_bytes_as_postgresql_retains_1")]
        first: String,
        #[index]
        #[column(name = "a_first_column_named_with_as_many_bytes_as_postgresql_retains_2")]
        second: String,
        #[unique]
        #[column(name = "a_third_column_named_with_as_many_bytes_as_postgresql_retains_3")]
        third: String,
    }

    assert_eq!(Longest::META.table.len(), 63);
    let db = Db::connect(&database.url()).await?;
    db.create_tables_of::<Longest>().await?;
    let mut indexes = Vec::new();
    let sql = "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE '%idx' ORDER BY 1";
    db.for_each_row(sql, &(), &mut |row| {
        indexes.push(row.get::<String>(0)?);
        Ok(())
    })
    .await?;
    expect![[r"
        a_table_with_a_name_of_just_as_many_bytes_as_postg_8231855c_idx
        a_table_with_a_name_of_just_as_many_bytes_as_postg_85318a15_idx"]]
    .assert_eq(&indexes.join("\n"));
    let mut row = Longest { third: "x".to_owned(), ..Longest::default() };
    row.save(&db).await?;
    let error = Longest { third: "x".to_owned(), ..Longest::default() }.save(&db).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "Longest" && fields == &["third"]),
        "{error}"
    );
    Ok(())
}

async fn errors_after_a_commit_whose_future_is_dropped_are_reported(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    #[receiver(post_commit, sender = Note)]
    fn never() {
        panic!("the outcome of the commit is unknown");
    }

    let (proxy, url) = Proxy::to(&database.url()).await;
    let reported = Arc::new(Mutex::new(Vec::new()));
    let reports = Arc::clone(&reported);
    let options = ConnectOptions::new(url).pool_size(1);
    let options = options.on_error(move |error| reports.lock().unwrap().push(error.to_string()));
    let db = options.connect().await?;
    db.create_tables_of::<Note>().await?;
    let tx = db.begin().await?;
    Note::default().save(&tx).await?;
    proxy.cut(Cut::AfterCommit);
    {
        let mut commit = pin!(tx.commit());
        assert!(poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await.is_pending());
    }
    assert_eq!(Note::all(&db).await?.len(), 1);
    let reported = reported.lock()?;
    assert_eq!(reported.len(), 1);
    assert!(reported[0].contains("it is not known whether the transaction is committed"), "{}", reported[0]);
    Ok(())
}

async fn rule_43_a_change_without_receivers_is_one_round_trip(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
    }

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[many_to_many]
        groups: ManyToMany<Group>,
        #[many_to_many]
        friends: ManyToMany<User>,
        #[many_to_many(related_name = "watched_by")]
        watched: ManyToMany<Group>,
    }

    #[receiver(m2m_changed, sender = UserWatched)]
    async fn watch() {}

    let (proxy, url) = Proxy::to(&database.url()).await;
    let db = ConnectOptions::new(url).pool_size(1).connect().await?;
    db.create_tables_of::<(User, Group)>().await?;
    let (mut user, mut one, mut two) = (User::default(), Group::default(), Group::default());
    user.save(&db).await?;
    one.save(&db).await?;
    two.save(&db).await?;

    let mut rounds = Vec::new();
    for _ in 0..2 {
        // The first time each statement is prepared.
        rounds.clear();
        rounds.push(("add", proxy.count(user.groups().add(&db, [one.id, two.id])).await));
        rounds.push(("add what is there", proxy.count(user.groups().add(&db, [two.id])).await));
        rounds.push(("add from the other side", proxy.count(one.user_set().add(&db, [user.id])).await));
        rounds.push(("add, symmetrical", proxy.count(user.friends().add(&db, [user.id])).await));
        rounds.push(("remove", proxy.count(user.groups().remove(&db, [one.id, two.id])).await));
        rounds.push(("clear", proxy.count(user.groups().clear(&db)).await));
        rounds.push(("set", proxy.count(user.groups().set(&db, [one.id])).await));
        rounds.push(("set to the same", proxy.count(user.groups().set(&db, [one.id])).await));
        rounds.push(("ids", {
            let (count, ids) = proxy.count(user.groups().ids(&db)).await;
            (count, ids.map(drop))
        }));
        rounds.push(("add, with receivers", proxy.count(user.watched().add(&db, [one.id, two.id])).await));
        rounds.push(("remove, with receivers", proxy.count(user.watched().remove(&db, [one.id])).await));
        user.groups().clear(&db).await?;
        user.watched().clear(&db).await?;
    }
    let rounds: Vec<_> = rounds
        .into_iter()
        .map(|(what, (count, done))| format!("{what}: {count}{}", done.map_or("!", |()| "")))
        .collect();
    expect![[r"
        add: 1
        add what is there: 1
        add from the other side: 1
        add, symmetrical: 1
        remove: 1
        clear: 1
        set: 3
        set to the same: 2
        ids: 1
        add, with receivers: 3
        remove, with receivers: 2"]]
    .assert_eq(&rounds.join("\n"));
    Ok(())
}
