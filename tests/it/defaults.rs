//! docs/behaviour.md, "Saving", rule 12: a default is what a new value has, and nothing replaces what was set.

use std::sync::atomic::{AtomicI64, Ordering};

use expect_test::expect;
use serde_json::json;
use signals::Column;
use signals::prelude::*;
use uuid::Uuid;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    rule_12_a_new_value_has_its_defaults_and_they_are_stored,
    rule_12_a_new_row_keeps_the_empty_values_that_it_is_given,
    rule_12_an_update_writes_the_empty_values_that_it_is_given,
    rule_12_a_save_leaves_the_empty_values_of_a_row_that_it_did_not_write,
    a_skipped_field_has_its_default_in_a_row_that_is_read,
    rule_15_the_default_of_a_key_is_for_a_row_that_is_inserted_without_one
);

#[derive(Debug, Clone, Copy, Default, PartialEq, Column)]
enum Plan {
    #[default]
    Free,
    Paid,
}

/// A column of every type, each with a default that is not the empty value of the type.
#[model(table = "default_setting")]
#[derive(Debug, Clone, PartialEq, Default)]
struct Setting {
    #[key]
    id: Id<Setting>,
    #[unique]
    slug: String,
    #[default(true)]
    active: bool,
    #[default(10)]
    credits: i64,
    #[default(11)]
    small: i8,
    #[default(12)]
    medium: u16,
    #[default(0.5)]
    ratio: f64,
    #[default("none yet".to_owned())]
    motto: String,
    #[default(vec![1, 2])]
    bytes: Vec<u8>,
    #[default(Some("note".to_owned()))]
    note: Option<String>,
    #[default(Some(true))]
    consent: Option<bool>,
    #[default(jiff::Timestamp::from_second(86_400).unwrap())]
    since: jiff::Timestamp,
    #[default(jiff::civil::date(2026, 1, 1))]
    day: jiff::civil::Date,
    #[default(Uuid::from_u128(7))]
    token: Uuid,
    #[default(json!({"dark": true}))]
    json: serde_json::Value,
    #[default(Plan::Paid)]
    plan: Plan,
    #[foreign_key(on_delete = set_null)]
    #[default(Some(Id::new(1)))]
    parent: Option<Id<Setting>>,
}

impl Setting {
    /// What each type has where nothing is set.
    fn empty(slug: &str) -> Self {
        Self {
            id: Id::UNSET,
            slug: slug.to_owned(),
            active: false,
            credits: 0,
            small: 0,
            medium: 0,
            ratio: 0.0,
            motto: String::new(),
            bytes: Vec::new(),
            note: None,
            consent: None,
            since: jiff::Timestamp::UNIX_EPOCH,
            day: jiff::civil::Date::default(),
            token: Uuid::nil(),
            json: serde_json::Value::Null,
            plan: Plan::Free,
            parent: None,
        }
    }

    fn same_with_id_of(self, other: &Self) -> Self {
        Self { id: other.id, ..self }
    }
}

/// Every field that has a default.
fn columns() -> FieldSet<Setting> {
    FieldSet::all().without_key().without(Setting::fields().slug)
}

async fn stored(db: &Db, setting: &Setting) -> Setting {
    Setting::get(db, setting.id).await.unwrap().unwrap()
}

/// A row with every default.
async fn saved(db: &Db, slug: &str) -> Setting {
    let mut setting = Setting { slug: slug.to_owned(), parent: None, ..Setting::default() };
    setting.save(db).await.unwrap();
    setting
}

// Rule 12.
async fn rule_12_a_new_value_has_its_defaults_and_they_are_stored(database: &Database) -> TestResult {
    let db = database.with_tables::<Setting>().await?;
    let first = saved(&db, "first").await;
    let second = Setting { slug: "second".to_owned(), ..Setting::default() };
    expect![[r#"
        Setting {
            id: Id(unset),
            slug: "second",
            active: true,
            credits: 10,
            small: 11,
            medium: 12,
            ratio: 0.5,
            motto: "none yet",
            bytes: [
                1,
                2,
            ],
            note: Some(
                "note",
            ),
            consent: Some(
                true,
            ),
            since: 1970-01-02T00:00:00Z,
            day: 2026-01-01,
            token: 00000000-0000-0000-0000-000000000007,
            json: Object {
                "dark": Bool(true),
            },
            plan: Paid,
            parent: Some(
                Id(1),
            ),
        }
    "#]]
    .assert_debug_eq(&second);
    assert_eq!(first.id, Id::new(1), "what the second one points to");
    let mut second = second;
    second.create(&db).await?;
    assert_eq!(stored(&db, &second).await, second);
    assert_eq!(stored(&db, &first).await, first);
    Ok(())
}

// Rule 12.
async fn rule_12_a_new_row_keeps_the_empty_values_that_it_is_given(database: &Database) -> TestResult {
    let db = database.with_tables::<Setting>().await?;
    let mut saved = Setting::empty("saved");
    saved.save(&db).await?;
    let mut created = Setting::empty("created");
    created.create(&db).await?;
    let mut looked_for = Setting::empty("looked for");
    assert!(looked_for.get_or_create(&db, Setting::fields().slug).await?);
    let mut many = [Setting::empty("one of many"), Setting::empty("another of many")];
    Setting::create_many(&db, &mut many).await?;
    let mut told = [Setting::empty("told")];
    Setting::create_many(&db, &mut told).with_signals().await?;
    let mut upserted = Setting::empty("upserted");
    upserted.upsert(&db, Setting::fields().slug, columns()).await?;
    let mut written = Setting::empty("written");
    assert!(written.update_or_create(&db, Setting::fields().slug, columns()).await?);

    for row in [&saved, &created, &looked_for, &many[0], &many[1], &told[0], &upserted, &written] {
        let empty = Setting::empty(&row.slug).same_with_id_of(row);
        assert_eq!((row, &stored(&db, row).await), (&empty, &empty));
    }
    Ok(())
}

// Rule 12.
async fn rule_12_an_update_writes_the_empty_values_that_it_is_given(database: &Database) -> TestResult {
    let db = database.with_tables::<Setting>().await?;
    let mut by_save = saved(&db, "save").await;
    by_save = Setting::empty("save").same_with_id_of(&by_save);
    by_save.save(&db).await?;

    let mut by_fields = saved(&db, "save_fields").await;
    by_fields = Setting::empty("save_fields").same_with_id_of(&by_fields);
    by_fields.save_fields(&db, columns()).await?;

    let by_condition = saved(&db, "update_where").await;
    let values = Setting::empty("");
    Setting::update_where(&db, columns(), &values, "slug = ?", &("update_where",)).await?;
    let with_signals = saved(&db, "with_signals").await;
    let updated = Setting::update_where(&db, columns(), &values, "slug = ?", &("with_signals",)).with_signals();
    assert_eq!(updated.await?, 1);

    let by_lookup = saved(&db, "update_or_create").await;
    let mut value = Setting::empty("update_or_create");
    assert!(!value.update_or_create(&db, Setting::fields().slug, columns()).await?);

    let by_upsert = saved(&db, "upsert").await;
    Setting::empty("upsert").upsert(&db, Setting::fields().slug, columns()).await?;

    for row in [&by_save, &by_fields, &by_condition, &with_signals, &by_lookup, &by_upsert] {
        assert_eq!(stored(&db, row).await, Setting::empty(&row.slug).same_with_id_of(row));
    }
    Ok(())
}

// Rule 12.
async fn rule_12_a_save_leaves_the_empty_values_of_a_row_that_it_did_not_write(database: &Database) -> TestResult {
    let db = database.with_tables::<Setting>().await?;
    let mut row = Setting::empty("row");
    row.save(&db).await?;
    let mut row = stored(&db, &row).await;
    row.motto = "new".to_owned();
    row.save(&db).await?;
    row.save_fields(&db, Setting::fields().motto).await?;
    let expected = Setting { motto: "new".to_owned(), ..Setting::empty("row") }.same_with_id_of(&row);
    assert_eq!(stored(&db, &row).await, expected);
    Ok(())
}

#[test]
fn a_default_is_computed_for_each_new_value_and_by_nothing_else() {
    static COUNT: AtomicI64 = AtomicI64::new(0);

    #[model]
    #[derive(Debug, Default)]
    struct Counted {
        #[key]
        id: Id<Counted>,
        #[default(COUNT.fetch_add(1, Ordering::Relaxed))]
        number: i64,
        #[skip]
        #[default(vec![1])]
        cache: Vec<i64>,
    }

    let [first, second] = [Counted::default(), Counted::default()];
    assert_eq!((first.number, second.number), (0, 1));
    assert_eq!(first.cache, [1]);
    assert_eq!(Counted { number: 9, ..Counted::default() }.number, 9);
}

async fn a_skipped_field_has_its_default_in_a_row_that_is_read(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Cached {
        #[key]
        id: Id<Cached>,
        #[skip]
        #[default(3)]
        left: i64,
    }

    let db = database.with_tables::<Cached>().await?;
    let mut cached = Cached { left: 1, ..Cached::default() };
    cached.save(&db).await?;
    assert_eq!(cached.left, 1, "a save sets nothing that is no column");
    assert_eq!(Cached::get(&db, cached.id).await?.unwrap().left, 3);
    Ok(())
}

// Rule 15.
async fn rule_15_the_default_of_a_key_is_for_a_row_that_is_inserted_without_one(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        #[default(Uuid::new_v4())]
        id: Uuid,
        #[default(true)]
        open: bool,
    }

    let db = database.with_tables::<Ticket>().await?;
    assert!(Ticket::default().id.is_nil(), "each row that is saved is another one");
    let [mut first, mut second] = [Ticket::default(), Ticket::default()];
    first.save(&db).await?;
    second.create(&db).await?;
    let mut many = [Ticket::default(), Ticket::default()];
    Ticket::create_many(&db, &mut many).await?;
    assert_eq!(Ticket::all(&db).await?.len(), 4);

    let id = first.id;
    first.open = false;
    first.save(&db).await?;
    first.save_fields(&db, Ticket::fields().open).await?;
    assert_eq!((first.id, Ticket::get(&db, id).await?), (id, Some(first)));
    assert_eq!(Ticket::all(&db).await?.len(), 4);
    Ok(())
}
