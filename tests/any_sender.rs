//! Receivers that name no sender. They see every model of their binary, so this is a binary of its own.
#![allow(missing_docs, reason = "a test")]

use std::fmt::Write;
use std::sync::Mutex;

use expect_test::expect;
use signals::many_to_many::{AnyIds, M2mAction};
use signals::model::Meta;
use signals::model::{AnyRows, post_bulk_create, post_bulk_delete, post_bulk_update};
use signals::prelude::*;

#[path = "it/failure.rs"]
mod failure;

use failure::TestResult;

static LOG: Mutex<String> = Mutex::new(String::new());
static CHANGES: Mutex<String> = Mutex::new(String::new());

fn note(line: &str) {
    LOG.lock().unwrap().extend([line, "\n"]);
}

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    name: String,
    age: Option<i64>,
}

#[model]
#[derive(Default)]
struct Order {
    #[key]
    code: String,
}

/// Rows that are deleted with a user by the thousand.
#[model(delete_signals = false)]
#[derive(Default)]
struct Visit {
    #[key]
    id: Id<Visit>,
    #[foreign_key(on_delete = cascade)]
    user: Id<User>,
}

#[model(delete_signals = false)]
#[derive(Default)]
struct Purchase {
    #[key]
    id: Id<Purchase>,
}

#[receiver(post_delete, sender = Purchase)]
fn returned(instance: &Purchase) {
    note(&format!("returned: {}", instance.id));
}

#[model]
#[derive(Default)]
struct Tag {
    #[key]
    id: Id<Tag>,
    #[many_to_many]
    related: ManyToMany<Tag>,
}

#[receiver(m2m_changed)]
async fn any_change(action: M2mAction, instance: &dyn AnyModel, through: &Meta, ids: &mut dyn AnyIds) {
    let line = format!("any_change: {action:?} of {instance:?} in {}: {ids:?}\n", through.name);
    CHANGES.lock().unwrap().push_str(&line);
}

#[receiver(m2m_changed, sender = TagRelated)]
fn change_of_tags(event: &M2mChanged<'_, TagRelated>) {
    let line = format!("change_of_tags: {:?} in {}\n", event.action, event.through.table);
    CHANGES.lock().unwrap().push_str(&line);
}

#[receiver(post_save, sender = User)]
fn first(instance: &User) {
    note(&format!("first: {}", instance.name));
}

#[receiver([post_save, post_delete])]
async fn audit(instance: &dyn AnyModel, tx: &mut Tx) -> Result<()> {
    let rows = User::all(tx).await?.len();
    note(&format!("audit: {} {} with {:?}, {rows} users", instance.model().table, instance.key(), instance.get("age")));
    note(&format!("audit: {instance:?}"));
    if let Some(user) = instance.downcast_ref::<User>() {
        note(&format!("audit: it is {}", user.name));
    }
    Ok(())
}

#[receiver(post_save, sender = [User, Order])]
fn last<M: Model>(instance: &M, created: bool) {
    let instance: &dyn AnyModel = instance;
    note(&format!("last: {} {} created {created}", instance.model().name, instance.key()));
}

#[receiver(pre_save)]
fn shout(instance: &mut dyn AnyModel) {
    if let Some(user) = instance.downcast_mut::<User>() {
        user.name = user.name.to_uppercase();
    }
}

static NEW: Mutex<String> = Mutex::new(String::new());

#[receiver(pre_save)]
fn arrives(instance: &mut dyn AnyModel, adding: bool) {
    if instance.model().name == "Order" {
        writeln!(NEW.lock().unwrap(), "{} adding {adding}", instance.key()).unwrap();
    }
}

#[tokio::test]
async fn rules_1_2_8_receivers_of_any_sender_stand_in_the_same_sequence() -> TestResult {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    assert!(Order::PRE_SAVE.has_receivers());
    assert!(!Order::PRE_DELETE.has_receivers());
    assert!(Order::POST_DELETE.has_receivers());

    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    let mut order = Order { code: "a-1".to_owned() };
    order.save(&db).await?;
    ann.delete(&db).await?;
    expect![[r#"
        first: ANN
        audit: users 1 with Some(Null), 1 users
        audit: User { id: 1, name: "ANN", age: null }
        audit: it is ANN
        last: User 1 created true
        audit: orders 'a-1' with None, 1 users
        audit: Order { code: "a-1" }
        last: Order 'a-1' created true
        audit: users 1 with Some(Null), 0 users
        audit: User { id: 1, name: "ANN", age: null }
        audit: it is ANN
    "#]]
    .assert_eq(&LOG.lock()?);

    // Rule 15.
    order.save(&db).await?;
    assert_eq!(NEW.lock()?.as_str(), "'a-1' adding true\n'a-1' adding false\n");
    Ok(())
}

#[tokio::test]
async fn rule_34_a_model_without_delete_signals_is_heard_by_those_only_who_name_it() -> TestResult {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    assert!(!Visit::POST_DELETE.has_receivers(), "the audit of every model is not told");
    assert!(Visit::POST_SAVE.has_receivers(), "but of saves");
    assert!(Purchase::POST_DELETE.has_receivers(), "a receiver that names the model is");
    assert_eq!(Purchase::POST_DELETE.receivers()?.count(), 1);
    Ok(())
}

#[tokio::test]
async fn rule_23_a_receiver_of_every_model_sees_rows_that_were_inserted_together() -> TestResult {
    static SEEN: Mutex<String> = Mutex::new(String::new());

    #[receiver(post_bulk_create)]
    fn seen(instances: &dyn AnyRows) {
        // Other tests write rows of other models.
        for row in instances.iter().filter(|row| matches!(row.model().name, "User" | "Order")) {
            SEEN.lock().unwrap().extend([row.model().name, " ", &row.key().to_string(), "\n"]);
        }
    }

    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(User, Order)>().await?;
    User::create_many(&db, &mut [User::default(), User::default()]).await?;
    Order::create_many(&db, &mut [Order { code: "a".to_owned() }]).await?;
    assert_eq!(SEEN.lock()?.as_str(), "User 1\nUser 2\nOrder 'a'\n");
    Ok(())
}

#[tokio::test]
async fn rule_23_a_receiver_of_every_model_gets_the_model_of_a_bulk_operation() -> TestResult {
    static SEEN: Mutex<String> = Mutex::new(String::new());

    #[model]
    #[derive(Default)]
    struct Crate {
        #[key]
        id: Id<Crate>,
    }

    #[model]
    #[derive(Default)]
    struct Bottle {
        #[key]
        id: Id<Bottle>,
        litres: i64,
    }

    #[receiver([post_bulk_create, post_bulk_update, post_bulk_delete])]
    fn seen(model: &Meta) {
        // Other tests write rows of other models.
        if model.name == "Crate" || model.name == "Bottle" {
            SEEN.lock().unwrap().extend([model.name, "\n"]);
        }
    }

    #[receiver(post_bulk_delete, sender = Crate)]
    fn deleted(model: &Meta, count: u64) {
        writeln!(SEEN.lock().unwrap(), "{count} rows of {}", model.table).unwrap();
    }

    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(Crate, Bottle)>().await?;
    Crate::create_many(&db, &mut [Crate::default()]).await?;
    Bottle::create_many(&db, &mut [Bottle::default()]).await?;
    let filled = Bottle { litres: 7, ..Bottle::default() };
    Bottle::update_where(&db, Bottle::fields().litres, &filled, "id = 1", &()).await?;
    Crate::delete_where(&db, "id = 1", &()).await?;
    assert_eq!(SEEN.lock()?.as_str(), "Crate\nBottle\nBottle\nCrate\n1 rows of crates\n");
    Ok(())
}

#[tokio::test]
async fn rule_37_a_receiver_of_any_sender_receives_from_every_relation() -> TestResult {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    db.execute("INSERT INTO tags DEFAULT VALUES", &()).await?;
    let tag = Tag::all(&db).await?.remove(0);
    tag.related().add(&db, [tag.id]).await?;
    expect![[r#"
        any_change: PreAdd of Tag { id: 1 } in TagRelated: [1]
        change_of_tags: PreAdd in tag_related
        any_change: PostAdd of Tag { id: 1 } in TagRelated: [1]
        change_of_tags: PostAdd in tag_related
    "#]]
    .assert_eq(&CHANGES.lock()?);

    assert!(Tag::POST_SAVE.has_receivers());
    assert!(!TagRelated::POST_SAVE.has_receivers(), "the model between sends nothing else");
    assert!(!TagRelated::POST_DELETE.has_receivers());
    Ok(())
}
