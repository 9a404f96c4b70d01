//! docs/behaviour.md, "save", rules 19 and 20: some of the fields, and what changed.

use expect_test::expect;
use signals::ErrorKind;
use signals::error::Lookup;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_19_save_fields_writes_only_those_and_receivers_see_which,
    rule_19_save_fields_does_nothing_for_no_fields_and_never_inserts,
    rule_20_changed_previous_and_changes,
    rule_20_changes_that_no_receiver_reads_cost_nothing,
    rule_47_post_commit_compares_with_what_was_before_the_transaction
);

async fn rule_19_save_fields_writes_only_those_and_receivers_see_which(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        email: String,
        #[update(9)]
        changed: i64,
    }

    #[receiver(pre_save, sender = User)]
    fn before(instance: &mut User, update_fields: Option<FieldSet<User>>) {
        instance.name = instance.name.to_uppercase();
        instance.email = instance.email.to_lowercase();
        LOG.note(format!("pre_save of {update_fields:?}"));
    }

    #[receiver(post_save, sender = User)]
    fn after(created: bool, update_fields: Option<FieldSet<User>>) {
        LOG.note(format!("post_save of {update_fields:?}, created {created}"));
    }

    let db = database.with_tables::<User>().await?;
    let mut user = User { name: "ann".to_owned(), email: "A@B".to_owned(), ..User::default() };
    user.save(&db).await?;
    db.execute("UPDATE \"users\" SET changed = 1", &()).await?;

    user.name = "bea".to_owned();
    user.email = "NEW@B".to_owned();
    user.save_fields(&db, User::fields().email).await?;
    user.save_fields(&db, User::fields().email | User::fields().changed).await?;
    expect![[r#"
        pre_save of None
        post_save of None, created true
        pre_save of Some({"email"})
        post_save of Some({"email"}), created false
        pre_save of Some({"email", "changed"})
        post_save of Some({"email", "changed"}), created false
    "#]]
    .assert_eq(&LOG.take());
    let stored = User::get(&db, user.id).await?.unwrap();
    assert_eq!((stored.name.as_str(), stored.email.as_str(), stored.changed), ("ANN", "new@b", 9));
    Ok(())
}

async fn rule_19_save_fields_does_nothing_for_no_fields_and_never_inserts(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Country {
        #[key]
        code: String,
        name: String,
        #[update(7)]
        changed: i64,
    }

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[receiver(pre_save, sender = Country)]
    fn before() {
        LOG.note("pre_save");
    }

    #[receiver(post_save, sender = Country)]
    fn after() {
        LOG.note("post_save");
    }

    /// The sets are values and can be kept.
    struct User2;
    impl User2 {
        fn country() -> FieldSet<Country> {
            let mut fields = Country::fields().name;
            fields |= Country::fields().changed;
            fields
        }
    }

    let db = database.with_tables::<(Country, User)>().await?;
    let mut country = Country { code: "nl".to_owned(), ..Country::default() };
    country.save_fields(&db, FieldSet::empty()).await?;
    assert_eq!(LOG.take(), "");

    let error = country.save_fields(&db, User2::country()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::RowNotFound(Lookup::Key { model }) if model == "Country"), "{error}");
    assert_eq!(LOG.take(), "pre_save\n", "and no post_save");
    assert_eq!(country.changed, 0, "what the framework set is put back");
    assert!(Country::all(&db).await?.is_empty());

    let error = User::default().save_fields(&db, User::fields().name).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { field, .. } if field == "id"), "{error}");
    Ok(())
}

async fn rule_20_changed_previous_and_changes(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        email: Option<String>,
        visits: i64,
    }

    #[receiver(pre_save, sender = User)]
    fn count(instance: &mut User) {
        instance.visits += 1;
    }

    #[receiver(post_save, sender = User, changed(email))]
    fn new_email(instance: &User, created: bool) {
        LOG.note(format!("email is {:?}, created {created}", instance.email));
    }

    #[receiver(post_save, sender = User, created = false, changed(email, name))]
    fn both(previous: Option<&User>) {
        LOG.note(format!("was {:?}", previous.map(|user| (&user.name, &user.email))));
    }

    #[receiver(post_save, sender = User)]
    fn all(changes: FieldSet<User>) {
        LOG.note(format!("changes {changes:?}"));
    }

    let db = database.with_tables::<User>().await?;
    let mut user = User { name: "ann".to_owned(), ..User::default() };
    user.save(&db).await?;
    user.save(&db).await?;
    user.email = Some("a@b".to_owned());
    user.save(&db).await?;
    user.name = "bea".to_owned();
    user.email = None;
    user.save_fields(&db, User::fields().name).await?;
    // Set to the value that it has: no change.
    user.email = Some("a@b".to_owned());
    user.save(&db).await?;
    expect![[r#"
        email is None, created true
        changes {"id", "name", "email", "visits"}
        changes {"visits"}
        email is Some("a@b"), created false
        was Some(("ann", None))
        changes {"email", "visits"}
        was Some(("ann", Some("a@b")))
        changes {"name"}
        changes {"visits"}
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_20_changes_that_no_receiver_reads_cost_nothing(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Asked {
        #[key]
        id: Id<Asked>,
        small: i8,
    }

    #[model]
    #[derive(Default)]
    struct Unasked {
        #[key]
        id: Id<Unasked>,
        small: i8,
    }

    #[receiver(post_save, sender = Asked, changed(small))]
    fn asks() {}

    #[receiver(post_save, sender = Unasked)]
    fn does_not_ask(created: bool) {
        assert!(!created);
    }

    let db = database.with_tables::<(Asked, Unasked)>().await?;
    // A value that cannot be read as an `i8`: reading the row would fail.
    db.execute("INSERT INTO askeds (small) VALUES (1000)", &()).await?;
    db.execute("INSERT INTO unaskeds (small) VALUES (1000)", &()).await?;
    Asked { id: Id::new(1), small: 1 }.save(&db).await.unwrap_err();
    Unasked { id: Id::new(1), small: 1 }.save(&db).await?;
    Ok(())
}

async fn rule_47_post_commit_compares_with_what_was_before_the_transaction(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Note {
        #[key]
        id: Id<Note>,
        text: String,
        rank: i64,
    }

    #[receiver(post_commit, sender = Note)]
    fn committed(instance: &Note, previous: Option<&Note>, changes: FieldSet<Note>) {
        LOG.note(format!("{:?} to {}: {changes:?}", previous.map(|note| &note.text), instance.text));
    }

    #[receiver(post_commit, sender = Note, changed(rank))]
    fn rank() {
        LOG.note("rank");
    }

    let db = database.with_tables::<Note>().await?;
    let mut note = Note { text: "a".to_owned(), ..Note::default() };
    let tx = db.begin().await?;
    note.save(&tx).await?;
    note.text = "b".to_owned();
    note.save(&tx).await?;
    tx.commit().await?;

    let tx = db.begin().await?;
    for text in ["c", "d"] {
        note.text = text.to_owned();
        note.rank += 1;
        note.save(&tx).await?;
    }
    note.rank = 0;
    note.save(&tx).await?;
    tx.commit().await?;
    expect![[r#"
        None to b: {"id", "text", "rank"}
        rank
        Some("b") to d: {"text"}
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}
