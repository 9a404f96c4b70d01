//! docs/behaviour.md, rule 20: what a row was before it is written, while others write it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use signals::many_to_many::{AnyIds, M2mAction};
use signals::prelude::*;
use tokio::task::JoinSet;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_20_concurrent_writes_of_one_row_each_have_the_previous_of_their_own,
    rule_20_the_lock_of_a_save_is_that_of_an_update,
    rule_26_deleted_rows_are_as_they_were_when_they_went,
    rule_39_what_two_transactions_relate_at_once_is_added_by_one_of_them
);

/// The values of a row that so many concurrent writes leave in turn: each of them is followed by exactly one other.
fn follow_one_another(mut steps: Vec<(i64, i64)>, last: i64) {
    let mut seen = BTreeSet::new();
    for (before, _) in &steps {
        assert!(seen.insert(*before), "{before} is `previous` of two writes: {steps:?}");
    }
    let mut value = 0;
    while let Some(index) = steps.iter().position(|(before, _)| *before == value) {
        value = steps.swap_remove(index).1;
    }
    assert_eq!((value, &*steps), (last, &[][..]), "each follows the one before it");
}

async fn rule_20_concurrent_writes_of_one_row_each_have_the_previous_of_their_own(database: &Database) -> TestResult {
    static STEPS: Mutex<Vec<(i64, i64)>> = Mutex::new(Vec::new());
    static COMMITTED: Mutex<Vec<(i64, i64)>> = Mutex::new(Vec::new());

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Counter {
        #[key]
        id: Id<Counter>,
        value: i64,
    }

    #[receiver(post_save, sender = Counter, created = false, changed(value))]
    fn saved(instance: &Counter, previous: Option<&Counter>) {
        STEPS.lock().unwrap().push((previous.unwrap().value, instance.value));
    }

    #[receiver(post_commit, sender = Counter, created = false, changed(value))]
    fn committed(instance: &Counter, previous: Option<&Counter>) {
        COMMITTED.lock().unwrap().push((previous.unwrap().value, instance.value));
    }

    const WRITES: i64 = 40;

    let db = database.with_tables::<Counter>().await?;
    let mut counter = Counter::default();
    counter.save(&db).await?;
    let mut writes = JoinSet::new();
    for value in 1..=WRITES {
        let (db, mut counter) = (db.clone(), Counter { value, ..counter.clone() });
        writes.spawn(async move {
            match value % 4 {
                0 => counter.save(&db).await,
                1 => counter.save_fields(&db, Counter::fields().value).await,
                2 => {
                    let fields = Counter::fields().value;
                    let updated = Counter::update_where(&db, fields, &counter, "true", &()).with_signals();
                    updated.await.map(drop)
                }
                _ => db.transaction(async |tx| counter.save(tx).await).await,
            }
        });
    }
    while let Some(written) = writes.join_next().await {
        written??;
    }
    counter.refresh(&db).await?;
    follow_one_another(std::mem::take(&mut *STEPS.lock()?), counter.value);
    follow_one_another(std::mem::take(&mut *COMMITTED.lock()?), counter.value);
    Ok(())
}

/// Two transactions that each have inserted a row which points to the user hold it against a DELETE, and not against each other.
async fn rule_20_the_lock_of_a_save_is_that_of_an_update(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default, Clone)]
    struct User {
        #[key]
        id: Id<User>,
        posts: i64,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Post {
        #[key]
        id: Id<Post>,
        #[foreign_key(on_delete = cascade)]
        author: Id<User>,
    }

    #[receiver(post_save, sender = Post)]
    async fn count(instance: &Post, tx: &mut Tx) -> Result<()> {
        // Room for the other transaction.
        tokio::task::yield_now().await;
        let mut author = User::get(tx, instance.author).await?.unwrap();
        author.posts += 1;
        author.save(tx).await
    }

    #[receiver(post_save, sender = User, changed(posts))]
    fn counted() {}

    let db = database.with_tables::<(User, Post)>().await?;
    let mut ann = User::default();
    ann.save(&db).await?;
    let mut writes = JoinSet::new();
    for _ in 0..20 {
        let (db, author) = (db.clone(), ann.id);
        writes.spawn(async move { Post { author, ..Post::default() }.save(&db).await });
    }
    while let Some(written) = writes.join_next().await {
        written??;
    }
    Ok(())
}

async fn rule_26_deleted_rows_are_as_they_were_when_they_went(database: &Database) -> TestResult {
    static GONE: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Tag {
        #[key]
        id: Id<Tag>,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Photo {
        #[key]
        id: Id<Photo>,
        #[many_to_many(through = PhotoTag)]
        tags: ManyToMany<Tag>,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct PhotoTag {
        #[key]
        id: Id<PhotoTag>,
        #[foreign_key(on_delete = cascade)]
        photo: Id<Photo>,
        #[foreign_key(on_delete = cascade)]
        tag: Id<Tag>,
        clicks: i64,
    }

    #[receiver(post_delete, sender = PhotoTag)]
    fn gone(instance: &PhotoTag) {
        GONE.note(format_args!("{} clicks", instance.clicks));
    }

    async fn delete(photo: &mut Photo, tag: Id<Tag>, db: &Db, how: usize) -> Result<()> {
        match how {
            0 => photo.delete(db).await.map(drop),
            1 => photo.tags().remove(db, [tag]).await,
            2 => photo.tags().clear(db).await,
            _ => PhotoTag::delete_where(db, "true", &()).with_signals().await.map(drop),
        }
    }

    let db = database.with_tables::<(Tag, Photo, PhotoTag)>().await?;
    for how in 0..4 {
        let (mut photo, mut tag) = (Photo::default(), Tag::default());
        photo.save(&db).await?;
        tag.save(&db).await?;
        photo.tags().add(&db, [tag.id]).await?;
        let click = db.begin().await?;
        let sql = format!("UPDATE \"{}\" SET clicks = 1", PhotoTag::META.table);
        click.execute(&sql, &()).await?;
        let deleted = tokio::spawn({
            let db = db.clone();
            async move { delete(&mut photo, tag.id, &db, how).await }
        });
        wait_for_a_lock(&db).await;
        click.commit().await?;
        deleted.await??;
        assert_eq!(GONE.take(), "1 clicks\n", "deleted in way {how}");
    }
    Ok(())
}

async fn rule_39_what_two_transactions_relate_at_once_is_added_by_one_of_them(database: &Database) -> TestResult {
    static ADDED: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Reader {
        #[key]
        id: Id<Reader>,
        #[many_to_many]
        friends: ManyToMany<Reader>,
    }

    #[receiver(m2m_changed, sender = ReaderFriends)]
    fn added(action: M2mAction, instance: &dyn AnyModel, ids: &mut dyn AnyIds) {
        if action == M2mAction::PostAdd {
            ADDED.note(format!("{:?} gets {ids:?}", instance.key()));
        }
    }

    let db = database.with_tables::<(Reader, ReaderFriends)>().await?;
    for (from, to) in [(0, 1), (1, 0)] {
        let [mut ann, mut bob] = [Reader::default(), Reader::default()];
        ann.save(&db).await?;
        bob.save(&db).await?;
        let first = db.begin().await?;
        ann.friends().add(&first, [bob.id]).await?;
        let both = [ann, bob];
        let second = tokio::spawn({
            let db = db.clone();
            async move { both[from].friends().add(&db, [both[to].id]).await }
        });
        wait_for_a_lock(&db).await;
        first.commit().await?;
        second.await??;
        let lines = ADDED.take();
        assert_eq!(lines.lines().filter(|line| line.ends_with("[]")).count(), 1, "{lines}");
        assert_eq!(lines.lines().count(), 2, "{lines}");
    }
    Ok(())
}

/// Until another transaction of the test waits for a row.
async fn wait_for_a_lock(db: &Db) {
    // In SQLite it waits for the writer, and has read nothing.
    while !is_sqlite(db) {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE application_name = current_setting('application_name') AND wait_event_type = 'Lock'";
        if db.query_one::<i64>(sql, &()).await.unwrap() > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}
