//! docs/behaviour.md, "save".

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_12_order_of_a_save,
    rule_15_created_is_true_exactly_when_a_row_was_inserted,
    rule_16_create_always_inserts,
    rule_18_what_pre_save_changes_is_written,
    rule_25_a_save_without_receivers_waits_for_nothing_but_its_statement
);

async fn rule_12_order_of_a_save(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
        #[default(log("default", 7))]
        rank: i64,
        #[update(log("update", 9))]
        changed: i64,
    }

    fn log(what: &str, value: i64) -> i64 {
        LOG.note(what);
        value
    }

    #[receiver(pre_save, sender = Note)]
    fn before(instance: &Note) {
        LOG.note(format!("pre_save: {} rank {} changed {}", instance.id, instance.rank, instance.changed));
    }

    #[receiver(post_save, sender = Note)]
    async fn after(instance: &Note, created: bool, tx: &mut Tx) -> Result<()> {
        let stored = Note::get(tx, instance.id).await?.is_some();
        LOG.note(format!("post_save: {} created {created} stored {stored}", instance.id));
        tx.on_commit(async |_| {
            LOG.note("on_commit");
            Ok(())
        });
        Ok(())
    }

    #[receiver(post_commit, sender = Note)]
    async fn at_the_end(instance: &Note, created: bool, db: &Db) -> Result<()> {
        let stored = Note::get(db, instance.id).await?.is_some();
        LOG.note(format!("post_commit: {} created {created} stored {stored}", instance.id));
        Ok(())
    }

    let db = database.with_tables::<Note>().await?;
    let mut note = Note::default();
    note.save(&db).await?;
    LOG.note("saved");
    note.save(&db).await?;
    expect![[r#"
        default
        update
        pre_save: unset rank 7 changed 9
        post_save: 1 created true stored true
        on_commit
        post_commit: 1 created true stored true
        saved
        update
        pre_save: 1 rank 7 changed 9
        post_save: 1 created false stored true
        on_commit
        post_commit: 1 created false stored true
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_15_created_is_true_exactly_when_a_row_was_inserted(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Country {
        #[key]
        code: String,
        name: String,
    }

    #[model]
    #[derive(Default, Clone)]
    struct City {
        #[key]
        id: Id<City>,
    }

    #[receiver(post_save, sender = Country)]
    fn country(instance: &Country, created: bool) {
        LOG.note(format!("{} created {created}", instance.code));
    }

    #[receiver(post_save, sender = Country, created = true)]
    fn only_new(instance: &Country) {
        LOG.note(format!("{} is new", instance.code));
    }

    #[receiver(post_save, sender = Country, created = false)]
    fn only_old(instance: &Country) {
        LOG.note(format!("{} is not new", instance.code));
    }

    #[receiver(post_save, sender = City)]
    fn city(instance: &City, created: bool) {
        LOG.note(format!("{:?} created {created}", instance.id));
    }

    let db = database.with_tables::<(Country, City)>().await?;
    let mut country = Country { code: "nl".to_owned(), name: "Nederland".to_owned() };
    country.save(&db).await?;
    country.name = "the Netherlands".to_owned();
    country.save(&db).await?;
    // A copy: the first row stays.
    country.code = "be".to_owned();
    country.save(&db).await?;
    assert_eq!(Country::all(&db).await?.len(), 2);

    let mut city = City::default();
    city.save(&db).await?;
    city.save(&db).await?;
    City { id: Id::new(40) }.save(&db).await?;
    expect![[r#"
        nl created true
        nl is new
        nl created false
        nl is not new
        be created true
        be is new
        Id(1) created true
        Id(1) created false
        Id(40) created true
    "#]]
    .assert_eq(&LOG.take());

    // PostgreSQL goes on counting from the last id that it gave itself.
    City::default().save(&db).await?;
    assert_eq!(LOG.take(), format!("Id({}) created true\n", if is_sqlite(&db) { 41 } else { 2 }));
    Ok(())
}

async fn rule_16_create_always_inserts(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Country {
        #[key]
        code: String,
        name: String,
    }

    #[receiver([pre_save, post_save], sender = Country)]
    fn sent() {
        LOG.note("sent");
    }

    let db = database.with_tables::<Country>().await?;
    let mut country = Country { code: "nl".to_owned(), name: "Nederland".to_owned() };
    country.create(&db).await?;
    assert_eq!(LOG.take(), "sent\nsent\n");

    country.name = "other".to_owned();
    let error = country.create(&db).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "Country" && fields == &["code"]),
        "{error}"
    );
    assert_eq!(LOG.take(), "sent\n", "no post_save");
    assert_eq!(Country::get(&db, "nl").await?.unwrap().name, "Nederland");
    Ok(())
}

async fn rule_18_what_pre_save_changes_is_written(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
    }

    #[receiver(pre_save, sender = User)]
    async fn lower_case(instance: &mut User, tx: &mut Tx) -> Result<()> {
        instance.name = instance.name.to_lowercase();
        match User::by_name(tx, &instance.name).await? {
            Some(other) if other.id != instance.id => Err(Error::other("taken")),
            _ => Ok(()),
        }
    }

    let db = database.with_tables::<User>().await?;
    let mut ann = User { name: "Ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    assert_eq!(ann.name, "ann");
    assert_eq!(User::by_name(&db, "ann").await?.unwrap().id, ann.id);

    let error = User { name: "ANN".to_owned(), ..User::default() }.save(&db).await.unwrap_err();
    assert!(error.to_string().ends_with(": taken"), "{error}");
    Ok(())
}

async fn rule_25_a_save_without_receivers_waits_for_nothing_but_its_statement(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Plain {
        #[key]
        id: Id<Plain>,
        text: Option<String>,
    }

    assert!(!Plain::PRE_SAVE.has_receivers());
    assert!(!Plain::POST_SAVE.has_receivers());
    let db = database.with_tables::<Plain>().await?;
    let mut plain = Plain { text: Some("a".to_owned()), ..Plain::default() };
    plain.save(&db).await?;
    plain.text = None;
    plain.save(&db).await?;
    assert_eq!(Plain::get(&db, plain.id).await?.unwrap().text, None);
    Ok(())
}

#[tokio::test]
async fn saving_on_db_inside_a_receiver_names_the_transaction_that_it_waits_for() -> TestResult {
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

    let options = signals::db::ConnectOptions::new("sqlite::memory:");
    let db = options.writer_timeout(std::time::Duration::from_millis(20)).connect().await?;
    db.create_tables_of::<(User, Audit)>().await?;
    let (error, line) = (User::default().save(&db).await.unwrap_err(), line!());
    let place = format!("save.rs:{line}:");
    let text = error.to_string();
    assert!(text.contains("the transaction that began at ") && text.contains(&place), "{text}");
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}
