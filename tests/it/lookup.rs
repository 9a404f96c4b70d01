//! docs/behaviour.md, "save", rule 24: the row with these values, or a new one.

use expect_test::expect;
use signals::ErrorKind;
use signals::error::Lookup;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_24_get_or_create_sends_nothing_on_a_hit_and_creates_on_a_miss,
    rule_24_several_rows_are_an_error,
    rule_24_update_or_create_writes_to_the_row_that_is_there,
    rule_23_upsert_is_one_statement_and_sends_nothing
);

async fn rule_24_get_or_create_sends_nothing_on_a_hit_and_creates_on_a_miss(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        username: String,
        email: Option<String>,
        #[default(7)]
        rank: i64,
    }

    #[receiver([pre_save, post_save, post_commit], sender = User)]
    fn sent() {
        LOG.note("sent");
    }

    #[receiver(post_load, sender = User)]
    fn loaded() {
        LOG.note("loaded");
    }

    let db = database.with_tables::<User>().await?;
    let mut ann = User { username: "ann".to_owned(), email: Some("a@b".to_owned()), ..User::default() };
    assert!(ann.get_or_create(&db, User::fields().username).await?);
    assert_eq!(LOG.take(), "sent\nsent\nsent\n");
    assert_eq!(ann.rank, 7);

    let mut same = User { username: "ann".to_owned(), email: None, rank: 9, ..User::default() };
    assert!(!same.get_or_create(&db, User::fields().username).await?);
    assert_eq!(same, ann, "it becomes the row");
    assert_eq!(LOG.take(), "loaded\n");

    // NULL is looked for as NULL, and several fields together.
    let nobody = || User { username: "nobody".to_owned(), ..User::default() };
    let fields = User::fields().username | User::fields().email;
    assert!(nobody().get_or_create(&db, fields).await?);
    assert!(!nobody().get_or_create(&db, fields).await?);

    // By the key, also in a transaction.
    let tx = db.begin().await?;
    let mut by_key = User { id: ann.id, ..User::default() };
    assert!(!by_key.get_or_create(&tx, FieldSet::empty()).await?);
    assert_eq!(by_key, ann);
    assert!(User { username: "eve".to_owned(), ..User::default() }.get_or_create(&tx, fields).await?);
    tx.commit().await?;
    assert_eq!(User::all(&db).await?.len(), 3);

    // Another field is unique and taken: that is no lost race, and does not break the caller's transaction.
    let tx = db.begin().await?;
    let mut other = User { username: "ann".to_owned(), email: None, ..User::default() };
    let error = other.get_or_create(&tx, User::fields().email | User::fields().username).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unique { .. }), "{error}");
    assert!(other.id.is_unset());
    User { username: "zoe".to_owned(), ..User::default() }.save(&tx).await?;
    tx.commit().await?;

    let error = User::default().get_or_create(&db, FieldSet::empty()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { .. }), "{error}");
    LOG.take();
    Ok(())
}

async fn rule_24_several_rows_are_an_error(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    let db = database.with_tables::<User>().await?;
    let ann = || User { name: "ann".to_owned(), ..User::default() };
    User::create_many(&db, &mut [ann(), ann()]).await?;
    for error in [
        ann().get_or_create(&db, User::fields().name).await.unwrap_err(),
        ann().update_or_create(&db, User::fields().name, FieldSet::empty()).await.unwrap_err(),
    ] {
        expect!["several rows of `User` have the same `name`: look for it by fields that are unique together"]
            .assert_eq(&error.to_string());
    }
    Ok(())
}

async fn rule_24_update_or_create_writes_to_the_row_that_is_there(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        username: String,
        email: Option<String>,
        #[version]
        version: i64,
    }

    #[receiver(post_save, sender = User)]
    fn saved(instance: &User, created: bool, changes: FieldSet<User>) -> Result<(), &'static str> {
        LOG.note(format!("created {created}, {changes:?}"));
        if instance.email.as_deref() == Some("refused") { Err("no") } else { Ok(()) }
    }

    let db = database.with_tables::<User>().await?;
    let ann = |email: &str| User { username: "ann".to_owned(), email: Some(email.to_owned()), ..User::default() };
    let fields = User::fields();
    let mut first = ann("a");
    assert!(first.update_or_create(&db, fields.username, fields.email).await?);
    let mut second = ann("b");
    assert!(!second.update_or_create(&db, fields.username, fields.email).await?);
    assert_eq!((second.id, second.version), (first.id, 2));
    let tx = db.begin().await?;
    let mut third = ann("c");
    assert!(!third.update_or_create(&tx, fields.username, fields.email).await?);
    tx.commit().await?;
    assert_eq!(User::all(&db).await?, [third]);
    expect![[r#"
        created true, {"id", "username", "email", "version"}
        created false, {"email"}
        created false, {"email"}
    "#]]
    .assert_eq(&LOG.take());

    let mut refused = ann("refused");
    refused.update_or_create(&db, fields.username, fields.email).await.unwrap_err();
    assert_eq!(refused, ann("refused"), "the key and the version are put back");
    LOG.take();
    Ok(())
}

async fn rule_23_upsert_is_one_statement_and_sends_nothing(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        username: String,
        email: Option<String>,
        #[version]
        version: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
        #[unique]
        name: String,
    }

    #[receiver([pre_save, post_save, post_commit], sender = User)]
    #[receiver([pre_save, post_save, post_commit], sender = Country)]
    fn sent() {
        LOG.note("sent");
    }

    let db = database.with_tables::<(User, Country)>().await?;
    let mut ann = User { username: "ann".to_owned(), ..User::default() };
    ann.upsert(&db, User::fields().username, User::fields().email).await?;
    let mut again = User { username: "ann".to_owned(), email: Some("a@b".to_owned()), ..User::default() };
    let tx = db.begin().await?;
    again.upsert(&tx, User::fields().username, User::fields().email).await?;
    tx.commit().await?;
    assert_eq!((again.id, again.version), (ann.id, 2));
    assert_eq!(User::all(&db).await?, [again]);

    let mut country = Country { code: "nl".to_owned(), name: "Holland".to_owned() };
    country.upsert(&db, FieldSet::empty(), Country::fields().name).await?;
    country.name = "Nederland".to_owned();
    country.upsert(&db, FieldSet::empty(), Country::fields().name).await?;
    // By its name, the row keeps its code.
    let mut other = Country { code: "xx".to_owned(), name: "Nederland".to_owned() };
    other.upsert(&db, Country::fields().name, FieldSet::empty()).await?;
    assert_eq!(other, country);
    assert_eq!(Country::all(&db).await?, [country]);

    // Without an index that says so, nothing is unique.
    let error = User::default().upsert(&db, User::fields().email, FieldSet::empty()).await.unwrap_err();
    assert!(error.to_string().contains("ON CONFLICT"), "{error}");
    assert_eq!(LOG.take(), "");
    Ok(())
}

mod not_storable {
    use super::*;

    on_each_database!(a_lookup_by_what_cannot_be_stored_finds_nothing_and_a_write_of_it_names_the_field);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Team {
        #[key]
        name: String,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = cascade)]
        team: Ref<Team, String>,
        #[unique]
        nick: Option<String>,
        #[unique]
        rank: Option<f64>,
    }

    /// Nothing is deleted with it.
    #[model]
    #[derive(Debug, Default, Clone)]
    struct Tag {
        #[key]
        name: String,
    }

    #[receiver([pre_delete, post_delete], sender = Team)]
    fn deleted(instance: &Team) {
        LOG.note(format!("deleted {:?}", instance.name));
    }

    /// PostgreSQL stores no NUL in a string, SQLite no NaN.
    async fn a_lookup_by_what_cannot_be_stored_finds_nothing_and_a_write_of_it_names_the_field(
        database: &Database,
    ) -> TestResult {
        let nul = || "a\0b".to_owned();
        let db = database.with_tables::<(Team, Player, Tag)>().await?;
        for in_a_transaction in [false, true] {
            let tx = if in_a_transaction { Some(db.begin().await?) } else { None };
            let executor: &dyn Executor = if let Some(tx) = &tx { tx } else { &db };
            assert!(Team::get(executor, nul()).await?.is_none());
            assert!(Player::by_nick(executor, &nul()).await?.is_none());
            assert!(Player::by_rank(executor, f64::NAN).await?.is_none());
            assert!(Team { name: nul() }.player_set(executor).await?.is_empty());
            let error = Team { name: nul() }.refresh(executor).await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::RowNotFound(Lookup::Key { model }) if model == "Team"),
                "{error}"
            );
            assert_eq!(Tag { name: nul() }.delete(executor).await?.total(), 0);
            assert_eq!(Team { name: nul() }.delete(executor).await?.total(), 0);
            assert_eq!(LOG.take(), "deleted \"a\\0b\"\n".repeat(2));
            if let Some(tx) = tx {
                tx.commit().await?;
            }
        }

        let is_named = |error: Error, field: &str| {
            let named = matches!(error.kind(), ErrorKind::NotStorable { field: name, .. } if *name == field);
            assert!(named, "{error}");
        };
        Team { name: "red".to_owned() }.save(&db).await?;
        let player = || Player { team: Ref::new("red".to_owned()), nick: Some("bob".to_owned()), ..Player::default() };
        if is_sqlite(&db) {
            let nan = || Player { rank: Some(f64::NAN), ..player() };
            is_named(nan().save(&db).await.unwrap_err(), "rank");
            is_named(nan().get_or_create(&db, Player::fields().rank).await.unwrap_err(), "rank");
        } else {
            let unstorable = || Player { nick: Some(nul()), ..player() };
            is_named(unstorable().save(&db).await.unwrap_err(), "nick");
            is_named(unstorable().get_or_create(&db, Player::fields().nick).await.unwrap_err(), "nick");
            is_named(unstorable().upsert(&db, Player::fields().nick, FieldSet::empty()).await.unwrap_err(), "nick");
            is_named(Player::create_many(&db, &mut [player(), unstorable()]).await.unwrap_err(), "nick");
            is_named(Team { name: nul() }.save(&db).await.unwrap_err(), "name");
            let error = Player::update_where(&db, Player::fields().nick, &unstorable(), "id > ?", &(0,)).await;
            is_named(error.unwrap_err(), "nick");
        }
        // In SQL of one's own, only its author knows what is meant: `name <> ?` would be true of every row.
        if !is_sqlite(&db) {
            let error =
                db.query_as::<(String,)>("SELECT name FROM teams WHERE name <> $1", &(nul(),)).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Parameter { number: 1, .. }), "{error}");
        }
        assert!(Player::all(&db).await?.is_empty());
        Ok(())
    }
}
