//! docs/behaviour.md, "Saving", rule 24: some fields of the row with these values, or a new row.

use std::sync::atomic::{AtomicI64, Ordering};

use expect_test::expect;
use signals::ErrorKind;
use signals::model::post_bulk_update;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_24_a_row_that_is_there_keeps_what_is_not_written,
    rule_24_a_new_row_has_the_whole_value_and_the_create_defaults,
    rule_24_receivers_get_the_fields_that_are_written,
    rule_19_the_key_and_what_finds_the_row_are_refused_among_the_fields_to_write
);

static CLOCK: AtomicI64 = AtomicI64::new(0);

fn now() -> i64 {
    CLOCK.fetch_add(1, Ordering::Relaxed)
}

#[model(table = "member")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Member {
    #[key]
    id: Id<Member>,
    #[unique]
    name: String,
    mail: Option<String>,
    #[default(true)]
    active: bool,
    #[default(10)]
    credits: i64,
    #[default(now() + 1000)]
    created_at: i64,
    #[update(now() + 5000)]
    changed_at: i64,
    #[version]
    version: i64,
    #[skip]
    note: String,
}

fn ann(mail: &str) -> Member {
    Member { name: "ann".to_owned(), mail: Some(mail.to_owned()), ..Member::default() }
}

async fn stored(db: &Db) -> Member {
    Member::by_name(db, "ann").await.unwrap().unwrap()
}

// Rule 24.
async fn rule_24_a_row_that_is_there_keeps_what_is_not_written(database: &Database) -> TestResult {
    let fields = Member::fields();
    let db = database.with_tables::<Member>().await?;
    let mut first = Member { active: false, credits: 0, ..ann("a") };
    first.save(&db).await?;

    let mut second = Member { note: "kept".to_owned(), ..ann("b") };
    assert!(!second.update_or_create(&db, fields.name, fields.mail).await?);
    let row = stored(&db).await;
    let expected = Member { mail: Some("b".to_owned()), changed_at: row.changed_at, version: 2, ..first.clone() };
    assert_eq!(row, expected, "created_at among them");
    assert!(row.changed_at > first.changed_at, "`#[update]` is set");
    assert_eq!(second, Member { note: "kept".to_owned(), ..row.clone() }, "the value is the row");

    let mut third = ann("c");
    third.upsert(&db, fields.name, fields.mail | fields.credits).await?;
    let row = stored(&db).await;
    let written = Member { mail: Some("c".to_owned()), credits: 10, ..expected };
    assert_eq!(row, Member { changed_at: row.changed_at, version: 3, ..written });
    assert_eq!(third, row);

    // With nothing to write, nothing is.
    let mut none = ann("d");
    assert!(!none.update_or_create(&db, fields.name, FieldSet::empty()).await?);
    assert_eq!((&none, &stored(&db).await), (&row, &row));
    let mut none = ann("e");
    none.upsert(&db, fields.name, FieldSet::empty()).await?;
    assert_eq!((&none, &stored(&db).await), (&row, &row));

    // Everything else can be written, too.
    let mut all = ann("f");
    let write = FieldSet::all().without_key().without(fields.name);
    assert!(!all.update_or_create(&db, fields.name, write).await?);
    assert_eq!((stored(&db).await, all.id, all.version), (all.clone(), row.id, 4));
    assert!(all.active && all.created_at > row.created_at);

    // By the key.
    let mut by_key = Member { id: row.id, mail: None, ..Member::default() };
    assert!(!by_key.update_or_create(&db, FieldSet::empty(), fields.mail).await?);
    assert_eq!((by_key.name.as_str(), by_key.mail.as_deref(), by_key.credits), ("ann", None, 10));
    Ok(())
}

// Rule 24.
async fn rule_24_a_new_row_has_the_whole_value_and_the_create_defaults(database: &Database) -> TestResult {
    let fields = Member::fields();
    let db = database.with_tables::<Member>().await?;
    let mut first = Member { credits: 3, ..ann("a") };
    let created = first.update_or_create(&db, fields.name, fields.mail).create_defaults(|member| {
        member.credits += 1;
        member.active = false;
    });
    assert!(created.await?);
    assert_eq!((first.credits, first.active, first.version), (4, false, 1));
    assert_eq!(stored(&db).await, first);

    let mut second = ann("b");
    let created = second.update_or_create(&db, fields.name, fields.mail).create_defaults(|member| member.credits = 99);
    assert!(!created.await?, "and no other row has them");
    assert_eq!((second.credits, stored(&db).await), (4, second));

    // In a transaction of the caller, and where the insert fails: the value is what it was.
    let tx = db.begin().await?;
    let mut other = Member { id: first.id, name: "bob".to_owned(), ..Member::default() };
    let before = other.clone();
    let created = other.update_or_create(&tx, fields.name, fields.mail).create_defaults(|member| member.credits = 99);
    let error = created.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unique { .. }), "{error}");
    assert_eq!(other, before);
    Ok(())
}

// Rules 20, 24.
async fn rule_24_receivers_get_the_fields_that_are_written(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
        mail: Option<String>,
        city: String,
        #[update(7)]
        touched: i64,
    }

    #[receiver(pre_save, sender = User)]
    fn before(instance: &mut User, adding: bool, update_fields: Option<FieldSet<User>>) {
        LOG.note(format!("pre_save {}, adding {adding}, {update_fields:?}", instance.city));
        if !adding {
            instance.city = "not written".to_owned();
        }
    }

    #[receiver(post_save, sender = User)]
    fn after(created: bool, previous: Option<&User>, changes: FieldSet<User>, update_fields: Option<FieldSet<User>>) {
        let previous = previous.and_then(|previous| previous.mail.clone());
        LOG.note(format!("post_save {created}, {previous:?}, {changes:?}, {update_fields:?}"));
    }

    #[receiver(post_save, sender = User, changed(mail), created = false)]
    fn moved(instance: &User) {
        LOG.note(format!("mail {:?}", instance.mail));
    }

    #[receiver(post_commit, sender = User)]
    fn committed(instance: &User, changes: FieldSet<User>) {
        LOG.note(format!("post_commit {:?} of {}, {changes:?}", instance.mail, instance.city));
    }

    #[receiver(post_load, sender = User)]
    fn loaded() {
        LOG.note("post_load");
    }

    let fields = User::fields();
    let db = database.with_tables::<User>().await?;
    let ann = |mail: &str| User { name: "ann".to_owned(), mail: Some(mail.to_owned()), ..User::default() };
    let mut first = User { city: "ghent".to_owned(), ..ann("a") };
    assert!(first.update_or_create(&db, fields.name, fields.mail).await?);
    let mut second = User { city: "rome".to_owned(), ..ann("b") };
    assert!(!second.update_or_create(&db, fields.name, fields.mail).await?);
    assert_eq!((second.city.as_str(), second.mail.as_deref()), ("ghent", Some("b")), "as it is in the database");
    assert!(!ann("b").update_or_create(&db, fields.name, fields.mail).await?);
    LOG.note("nothing to write:");
    assert!(!ann("c").update_or_create(&db, fields.name, FieldSet::empty()).await?);
    expect![[r#"
        pre_save ghent, adding true, None
        post_save true, None, {"id", "name", "mail", "city", "touched"}, None
        post_commit Some("a") of ghent, {"id", "name", "mail", "city", "touched"}
        pre_save ghent, adding false, Some({"mail", "touched"})
        post_save false, Some("a"), {"mail"}, Some({"mail", "touched"})
        mail Some("b")
        post_commit Some("b") of ghent, {"mail"}
        pre_save ghent, adding false, Some({"mail", "touched"})
        post_save false, Some("b"), {}, Some({"mail", "touched"})
        post_commit Some("b") of ghent, {}
        nothing to write:
        post_load
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}

// Rule 19.
async fn rule_19_the_key_and_what_finds_the_row_are_refused_among_the_fields_to_write(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
        #[unique]
        name: String,
    }

    #[receiver([pre_save, post_bulk_update], sender = Country)]
    fn sent() {
        LOG.note("sent");
    }

    let (all, fields) = (FieldSet::all(), Country::fields());
    let db = database.with_tables::<Country>().await?;
    let mut country = Country { code: "be".to_owned(), name: "Belgium".to_owned() };
    country.create(&db).await?;
    LOG.take();
    let mut other = Country { code: "xx".to_owned(), name: "Belgium".to_owned() };
    let values = other.clone();
    for error in [
        country.save_fields(&db, all).await,
        Country::update_where(&db, all, &values, "true", &()).await.map(drop),
        Country::update_where(&db, all, &values, "true", &()).with_signals().await.map(drop),
        other.update_or_create(&db, fields.name, all).await.map(drop),
        other.upsert(&db, fields.name, all).await,
    ] {
        expect!["the key of `Country` is among the fields to write, and a write changes no key: leave it out, as in `FieldSet::all().without_key()`"]
            .assert_eq(&error.unwrap_err().to_string());
    }
    for error in [
        other.update_or_create(&db, fields.name, all.without_key()).await.map(drop),
        other.upsert(&db, fields.name, fields.name).await,
    ] {
        expect!["`name` finds the row of `Country`, which has the value already: leave it out of the fields to write"]
            .assert_eq(&error.unwrap_err().to_string());
    }
    assert_eq!(LOG.take(), "", "before any signal");
    assert_eq!(Country::all(&db).await?, [country.clone()]);

    let tx = db.begin().await?;
    country.save_fields(&tx, all).await.unwrap_err();
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));

    country.save_fields(&db, all.without_key()).await?;
    assert_eq!(Country::update_where(&db, all.without_key(), &country, "true", &()).await?, 1);
    LOG.take();
    Ok(())
}
