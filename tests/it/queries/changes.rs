//! Updates and deletes of the rows of a query.

use expect_test::expect;
use signals::ErrorKind;
use signals::model::AnyModel;
use signals::model::query::Assignment;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_68_an_update_sets_values_and_expressions_in_some_rows,
    rule_68_a_result_that_its_field_cannot_hold_is_an_error,
    rule_68_what_an_update_cannot_set_is_refused,
    rule_68_foreign_keys_are_named,
    rule_69_an_update_with_signals_saves_each_row,
    rule_69_a_receiver_that_fails_undoes_all,
    rule_69_a_delete_with_signals_follows_the_cascade
);

#[model(table = "counter \"s\"")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Counter {
    #[key]
    id: Id<Counter>,
    #[column(name = "group")]
    name: String,
    #[column(name = "set \"it\"")]
    visits: i64,
    small: i8,
    unsigned: u32,
    ratio: f32,
    maybe: Option<i32>,
}

async fn counters(db: &Db) -> Result<Vec<Counter>> {
    let counter = |visits: i64| Counter { name: format!("c{visits}"), visits, small: 100, ..Counter::default() };
    let mut counters: Vec<Counter> = (0..5).map(counter).collect();
    Counter::create_many(db, &mut counters).await?;
    Ok(counters)
}

async fn rule_68_an_update_sets_values_and_expressions_in_some_rows(database: &Database) -> TestResult {
    let db = database.with_tables::<Counter>().await?;
    counters(&db).await?;
    let visits = async || Counter::query().values(|row| row.visits).all(&db).await;
    // Each side of an assignment is the row before the update.
    let swap = Counter::filter(|row| row.visits.ge(3));
    let count =
        swap.update(&db, |row| (row.maybe.set(Some(7)), row.visits.set(row.visits.mul(10).sub(row.visits)))).await?;
    assert_eq!((count, visits().await?), (2, vec![0, 1, 2, 27, 36]));
    let last = Counter::order_by(|row| row.visits.desc()).limit(2).offset(1);
    assert_eq!(last.clone().update(&db, |row| row.visits.set(0)).await?, 2);
    assert_eq!(visits().await?, [0, 1, 0, 0, 36]);
    assert_eq!(last.delete(&db).await?, 2);
    assert_eq!(visits().await?, [0, 0, 36]);
    assert_eq!(Counter::query().offset(2).update(&db, |row| row.name.set("last")).await?, 1);
    assert_eq!(Counter::query().limit(0).update(&db, |row| row.name.set("none")).await?, 0);
    assert_eq!(Counter::query().update(&db, |_| Vec::<Assignment<'_, Counter>>::new()).await?, 0);
    // NULL stays NULL.
    let copy = Counter::query().update(&db, |row| [row.maybe.set(row.maybe.add(1)), row.ratio.set(row.ratio.add(0.1))]);
    assert_eq!(copy.await?, 3);
    let rows = Counter::query().values(|row| (row.name, row.maybe, row.ratio)).all(&db).await?;
    assert_eq!(
        rows,
        [("c2".to_owned(), None, 0.1), ("c3".to_owned(), Some(8), 0.1), ("last".to_owned(), Some(8), 0.1)]
    );
    // In a transaction, which is undone.
    let tx = db.begin().await?;
    assert_eq!(Counter::query().update(&tx, |row| row.visits.set(row.visits.sub(1))).with_signals().await?, 3);
    assert_eq!(Counter::query().sum(&tx, |row| row.visits).await?, 33);
    assert_eq!(Counter::query().delete(&tx).await?, 3);
    tx.rollback().await?;
    assert_eq!(visits().await?, [0, 0, 36]);
    Ok(())
}

async fn rule_68_a_result_that_its_field_cannot_hold_is_an_error(database: &Database) -> TestResult {
    let db = database.with_tables::<Counter>().await?;
    let before = counters(&db).await?;
    Counter::query().update(&db, |row| row.visits.set(i64::MAX)).await?;
    // 100 + 28 is no i8, and 0 - 1 no u32.
    let all = Counter::query;
    for error in [
        all().update(&db, |row| row.small.set(row.small.add(28))).await,
        all().update(&db, |row| row.small.set(row.small.add(28))).with_signals().await,
        all().update(&db, |row| row.unsigned.set(row.unsigned.sub(1))).await,
        all().update(&db, |row| row.unsigned.set(row.unsigned.sub(1))).with_signals().await,
        all().update(&db, |row| row.visits.set(row.visits.add(1))).await,
        all().update(&db, |row| row.visits.set(row.visits.add(1))).with_signals().await,
    ] {
        assert!(error.is_err(), "{error:?}");
    }
    assert_eq!(
        all().update(&db, |row| (row.small.set(row.small.add(27)), row.unsigned.set(row.unsigned.add(1)))).await?,
        5
    );
    for (row, before) in all().all(&db).await?.iter().zip(before) {
        assert_eq!(*row, Counter { small: 127, unsigned: 1, visits: i64::MAX, ..before });
    }
    // `f32` is rounded as in Rust, so that it can be read.
    let ratios = [0.1, 0.7, 1e-7, 12_345.678, 3e38, -0.3];
    for ratio in ratios {
        all().update(&db, |row| row.ratio.set(ratio)).await?;
        all().update(&db, |row| row.ratio.set(row.ratio.mul(0.3).add(0.2))).await?;
        let stored = all().values(|row| row.ratio).first(&db).await?.unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "it is rounded as the database does")]
        let expected = (f64::from(ratio) * f64::from(0.3_f32) + f64::from(0.2_f32)) as f32;
        assert_eq!(stored.to_bits(), expected.to_bits(), "{ratio}");
    }
    Ok(())
}

async fn rule_68_what_an_update_cannot_set_is_refused(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: String,
        #[read_only]
        size: Option<i64>,
        #[version]
        version: i64,
    }

    let db = database.with_tables::<Page>().await?;
    Page { text: "a".to_owned(), ..Page::default() }.save(&db).await?;
    let all = Page::query;
    for (refused, expected) in [
        (all().update(&db, |row| row.id.set(Id::new(7))), "key of `Page`"),
        (all().update(&db, |row| row.version.set(7)), "`version`"),
        (all().update(&db, |row| row.size.set(Some(7))), "`size`"),
        (all().update(&db, |row| [row.text.set("b"), row.text.set("c")]), "`text`"),
    ] {
        let error = refused.with_signals().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let twice = all().update(&db, |row| (row.text.set("b"), row.text.set("c"))).await.unwrap_err();
    expect!["`text` of `Page` is set twice in one update: leave one of them out"].assert_eq(&twice.to_string());
    let mut page = all().one(&db).await?;
    assert_eq!((&*page.text, page.version), ("a", 1));
    // Each update increments the version, so that a row that was read earlier is stale.
    assert_eq!(all().update(&db, |row| row.text.set("b")).await?, 1);
    assert!(matches!(page.save(&db).await.unwrap_err().kind(), ErrorKind::Stale { .. }));
    assert_eq!(all().update(&db, |row| row.text.set("c")).with_signals().await?, 1);
    assert_eq!(all().values(|row| (row.text, row.version)).one(&db).await?, ("c".to_owned(), 3));
    Ok(())
}

#[model]
#[derive(Debug, Clone, Default)]
struct Owner {
    #[key]
    id: Id<Owner>,
}

#[model]
#[derive(Debug, Clone, Default)]
struct Pet {
    #[key]
    id: Id<Pet>,
    #[foreign_key(on_delete = cascade)]
    owner: Id<Owner>,
    name: String,
}

async fn rule_68_foreign_keys_are_named(database: &Database) -> TestResult {
    let db = database.with_tables::<(Owner, Pet)>().await?;
    let mut owner = Owner::default();
    owner.save(&db).await?;
    Pet { owner: owner.id, ..Pet::default() }.save(&db).await?;
    for error in [
        Pet::query().update(&db, |pet| pet.owner.set(Id::new(99))).await.unwrap_err(),
        Pet::query().update(&db, |pet| pet.owner.set(Id::new(99))).with_signals().await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::ForeignKey { model } if model.as_deref() == Some("Pet")), "{error}");
    }
    let error = Owner::query().delete(&db).await.unwrap_err();
    let pointing = if is_sqlite(&db) { None } else { Some("pets") };
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { model } if model.as_deref() == pointing), "{error}");
    assert_eq!(Owner::query().delete(&db).with_signals().await?.total(), 2);
    Ok(())
}

async fn rule_69_an_update_with_signals_saves_each_row(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Job {
        #[key]
        id: Id<Job>,
        name: String,
        tries: i64,
        note: Option<String>,
        #[update(9)]
        touched: i64,
        #[version]
        version: i32,
    }

    #[receiver(pre_save, sender = Job)]
    fn before(instance: &mut Job, update_fields: Option<FieldSet<Job>>) {
        LOG.note(format!("pre_save {} tries {} {update_fields:?}", instance.name, instance.tries));
        instance.name.push('!');
    }

    #[receiver(post_save, sender = Job)]
    fn after(instance: &Job, previous: Option<&Job>, changes: FieldSet<Job>, created: bool) {
        let (from, to, version) = (previous.unwrap().tries, instance.tries, instance.version);
        LOG.note(format!("post_save {} {from} to {to}, version {version} {changes:?} {created}", instance.name));
    }

    #[receiver(post_commit, sender = Job, changed(tries))]
    fn committed(instance: &Job) {
        LOG.note(format!("post_commit {}", instance.id));
    }

    #[receiver(signals::model::post_bulk_update, sender = Job)]
    fn bulk(count: u64, update_fields: FieldSet<Job>) {
        LOG.note(format!("{count} rows {update_fields:?}"));
    }

    let db = database.with_tables::<Job>().await?;
    let job = |(tries, name): (i64, &str)| Job { name: name.to_owned(), tries, ..Job::default() };
    let mut jobs: Vec<Job> = (0..).zip(["a", "b", "c"]).map(job).collect();
    Job::create_many(&db, &mut jobs).await?;
    let count = Job::order_by(|job| job.tries.desc())
        .limit(2)
        .update(&db, |job| (job.tries.set(job.tries.add(1)), job.note.set("x".to_owned())))
        .with_signals()
        .await?;
    assert_eq!(count, 2);
    LOG.is(&expect![[r#"
        pre_save b tries 2 Some({"tries", "note"})
        post_save b! 1 to 2, version 2 {"tries", "note"} false
        pre_save c tries 3 Some({"tries", "note"})
        post_save c! 2 to 3, version 2 {"tries", "note"} false
        2 rows {"tries", "note"}
        post_commit 2
        post_commit 3
    "#]]);
    let stored = Job::query().values(|job| (job.name, job.tries, job.note, job.touched, job.version)).all(&db).await?;
    let row = |name: &str, tries, note: Option<&str>, touched, version| {
        (name.to_owned(), tries, note.map(str::to_owned), touched, version)
    };
    assert_eq!(stored, [row("a", 0, None, 9, 1), row("b", 2, Some("x"), 9, 2), row("c", 3, Some("x"), 9, 2)]);

    // In a transaction: after its commit.
    let tx = db.begin().await?;
    Job::filter(|job| job.name.eq("a")).update(&tx, |job| job.tries.set(5)).with_signals().await?;
    LOG.is(&expect![[r#"
        pre_save a tries 5 Some({"tries"})
        post_save a! 0 to 5, version 2 {"tries"} false
        1 rows {"tries"}
    "#]]);
    tx.commit().await?;
    LOG.is(&expect![[r#"
        post_commit 1
    "#]]);
    Ok(())
}

async fn rule_69_a_receiver_that_fails_undoes_all(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Account {
        #[key]
        id: Id<Account>,
        money: i64,
    }

    #[receiver(post_save, sender = Account, created = false)]
    fn refuse(instance: &Account) -> Result<()> {
        if instance.money < 0 { Err("no debts".into()) } else { Ok(()) }
    }

    #[receiver(pre_delete, sender = Account)]
    fn keep(instance: &Account) -> Result<()> {
        if instance.money > 0 { Err("not empty".into()) } else { Ok(()) }
    }

    let db = database.with_tables::<Account>().await?;
    let mut accounts = [3, 2, 0].map(|money| Account { money, ..Account::default() });
    Account::create_many(&db, &mut accounts).await?;
    let pay = |executor| Account::query().update(executor, |row| row.money.set(row.money.sub(1))).with_signals();
    let error = pay(&db).await.unwrap_err();
    assert!(error.to_string().contains("no debts"), "{error}");
    assert_eq!(Account::all(&db).await?, accounts);
    assert!(Account::order_by(|row| row.money).delete(&db).with_signals().await.is_err());
    assert_eq!(Account::all(&db).await?, accounts);

    // In a savepoint, which is undone alone.
    let mut tx = db.begin().await?;
    Account::filter(|row| row.money.eq(3)).update(&tx, |row| row.money.set(4)).with_signals().await?;
    let undone = tx
        .savepoint(async |tx| {
            Account::query().update(&*tx, |row| row.money.set(row.money.sub(1))).with_signals().await.map(drop)
        })
        .await;
    assert!(undone.is_err());
    tx.commit().await?;
    assert_eq!(Account::query().values(|row| row.money).all(&db).await?, [4, 2, 0]);
    Ok(())
}

async fn rule_69_a_delete_with_signals_follows_the_cascade(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Folder {
        #[key]
        id: Id<Folder>,
        name: String,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct File {
        #[key]
        id: Id<File>,
        #[foreign_key(on_delete = cascade)]
        folder: Id<Folder>,
    }

    #[receiver(pre_delete, sender = [Folder, File])]
    fn before(instance: &dyn AnyModel) {
        LOG.note(format!("pre_delete {instance:?}"));
    }

    #[receiver(post_delete, sender = [Folder, File])]
    fn after(instance: &dyn AnyModel) {
        LOG.note(format!("post_delete {instance:?}"));
    }

    let db = database.with_tables::<(Folder, File)>().await?;
    let mut folders = ["a", "b", "c"].map(|name| Folder { name: name.to_owned(), ..Folder::default() });
    Folder::create_many(&db, &mut folders).await?;
    for folder in &folders {
        File { folder: folder.id, ..File::default() }.save(&db).await?;
    }
    let last = Folder::order_by(|folder| folder.name.desc()).limit(1);
    assert_eq!(last.delete(&db).with_signals().await?.total(), 2);
    let with_file = Folder::filter(|folder| folder.file_set().any(|file| file.id.eq(Id::new(1))));
    assert_eq!(with_file.delete(&db).with_signals().await?.total(), 2);
    LOG.is(&expect![[r#"
        pre_delete File { id: 3, folder: 3 }
        pre_delete Folder { id: 3, name: "c" }
        post_delete File { id: 3, folder: 3 }
        post_delete Folder { id: 3, name: "c" }
        pre_delete File { id: 1, folder: 1 }
        pre_delete Folder { id: 1, name: "a" }
        post_delete File { id: 1, folder: 1 }
        post_delete Folder { id: 1, name: "a" }
    "#]]);
    assert_eq!(Folder::query().values(|folder| folder.name).all(&db).await?, ["b"]);
    Ok(())
}
