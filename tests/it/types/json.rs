//! `serde_json::Value` and `Json<T>`

use std::collections::HashMap;

use expect_test::expect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signals::ErrorKind;
use signals::model::Json;
use signals::prelude::*;

use super::every_way;
use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(
    values,
    settings_of_ones_own,
    the_database_can_look_into_it,
    the_order_of_keys_and_the_form_of_numbers_change_nothing,
    what_is_no_json_is_refused_before_it_is_sent,
    json_that_is_nested_too_deep_to_be_read_is_refused_in_every_operation,
    json_that_cannot_be_read_back_is_refused
);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: String,
    sizes: Vec<f64>,
    parent: Option<Box<Settings>>,
}

fn settings() -> Settings {
    let parent = Some(Box::new(Settings { sizes: vec![f64::MAX, 5e-324], ..Settings::default() }));
    Settings { theme: "dark ' \" \\ \\u0000 \u{1f980}".to_owned(), sizes: vec![0.1, 1e16, -2.5e-7], parent }
}

every_way!(values: Value = [
    json!(null),
    json!(true),
    json!(i64::MIN),
    json!(u64::MAX),
    json!(0.1),
    json!(5e-324),
    json!(123_456_789.123_456_78),
    json!(""),
    json!("a \\u0000 that is none, \u{1f980}"),
    json!([]),
    json!({}),
    json!({ "b": [1, 2, { "c": null }], "a": "'; DROP TABLE samples; --" }),
]);
every_way!(settings_of_ones_own: Json<Settings> = [Json(Settings::default()), Json(settings())]);

async fn the_database_can_look_into_it(database: &Database) -> TestResult {
    #[model(table = "json_user")]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        settings: Json<Settings>,
    }

    let db = database.with_tables::<User>().await?;
    let mut ann = User { settings: Json(settings()), ..User::default() };
    ann.settings.theme = "light".to_owned();
    ann.save(&db).await?;
    let found = "SELECT count(*) FROM json_user WHERE settings ->> 'theme' = ?";
    assert_eq!(db.query_one::<i64>(found, &("light",)).await?, 1);

    db.execute("UPDATE json_user SET settings = '{\"theme\": 3}'", &()).await?;
    let error = User::all(&db).await.unwrap_err().to_string();
    expect!["cannot read the column `settings`, expected JSON of a `it::types::json::Settings`, which it is not at line 1, column 11, found text: change the type of the field, or the stored value"].assert_eq(&error);
    Ok(())
}

async fn the_order_of_keys_and_the_form_of_numbers_change_nothing(database: &Database) -> TestResult {
    #[model(table = "json_page")]
    #[derive(Debug)]
    struct Page {
        #[key]
        id: Id<Page>,
        // Its order is another one in each instance.
        words: Json<HashMap<String, f64>>,
    }

    let db = database.with_tables::<Page>().await?;
    let words = || (0..20).map(|word| (word.to_string(), f64::from(word) * 1e17)).collect::<HashMap<_, _>>();
    let mut page = Page { id: Id::UNSET, words: Json(words()) };
    page.save(&db).await?;
    let guard = Page::POST_SAVE.connect_scoped(|event| {
        let unchanged = event.previous.map(|previous| previous.words == event.instance.words);
        if unchanged == Some(true) { Ok(()) } else { Err("the same words are different") }
    });
    page.words = Json(words());
    page.save(&db).await?;
    drop(guard);
    Ok(())
}

async fn what_is_no_json_is_refused_before_it_is_sent(database: &Database) -> TestResult {
    #[model(table = "json_odd")]
    #[derive(Debug)]
    struct Odd {
        #[key]
        id: Id<Odd>,
        value: Json<(HashMap<Vec<u8>, u8>, String)>,
    }

    let db = database.with_tables::<Odd>().await?;
    let keys_are_texts = HashMap::from([(vec![1], 1)]);
    let error = Odd { id: Id::UNSET, value: Json((keys_are_texts, String::new())) }.save(&db).await.unwrap_err();
    expect!["`value` of `Odd` cannot be stored: it cannot be written as JSON: key must be a string"]
        .assert_eq(&error.to_string());

    let nul = Odd { id: Id::UNSET, value: Json((HashMap::new(), "\\\0".to_owned())) }.save(&db).await;
    if is_sqlite(&db) {
        nul?;
    } else {
        expect!["`value` of `Odd` cannot be stored: PostgreSQL stores no NUL in the strings of JSON: take it out"]
            .assert_eq(&nul.unwrap_err().to_string());
    }
    Ok(())
}

/// Lists and objects in one another, so deep.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("["), |value, level| if level % 2 == 0 { json!([value, "]"]) } else { json!({ "a": value }) })
}

/// A type that is as deep as its value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Tree(Vec<Tree>);

impl Tree {
    fn nested(depth: usize) -> Self {
        (1..depth).fold(Self::default(), |tree, _| Self(vec![tree]))
    }
}

async fn json_that_is_nested_too_deep_to_be_read_is_refused_in_every_operation(database: &Database) -> TestResult {
    #[model(table = "json_deep")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Deep {
        #[key]
        id: Id<Deep>,
        value: Value,
        maybe: Option<Value>,
        json: Json<Value>,
        tree: Option<Json<Tree>>,
    }

    const DEEPEST: usize = 127;
    let deep = |depth| Deep {
        id: Id::UNSET,
        value: nested(depth),
        maybe: Some(nested(depth)),
        json: Json(nested(depth)),
        tree: Some(Json(Tree::nested(depth))),
    };
    let db = database.with_tables::<Deep>().await?;
    let mut ann = deep(DEEPEST);
    ann.save(&db).await?;
    assert_eq!(Deep::get(&db, ann.id).await?.unwrap(), ann);

    let too_deep = deep(DEEPEST + 1);
    let of = |field: &str| {
        let mut row = ann.clone();
        match field {
            "value" => row.value = too_deep.value.clone(),
            "maybe" => row.maybe = too_deep.maybe.clone(),
            "json" => row.json = too_deep.json.clone(),
            _ => row.tree = too_deep.tree.clone(),
        }
        row
    };
    for field in ["value", "maybe", "json", "tree"] {
        let refused = |error: Error| {
            let text = format!(
                "`{field}` of `Deep` cannot be stored: its JSON is nested 128 deep, and can be read 127 deep: store it in \
                 several rows"
            );
            assert_eq!(error.to_string(), text);
        };
        let unset = || Deep { id: Id::UNSET, ..of(field) };
        refused(of(field).save(&db).await.unwrap_err());
        let fields = Deep::fields().value | Deep::fields().maybe | Deep::fields().json | Deep::fields().tree;
        refused(of(field).save_fields(&db, fields).await.unwrap_err());
        refused(unset().save(&db).await.unwrap_err());
        refused(unset().create(&db).await.unwrap_err());
        refused(Deep::create_many(&db, &mut [deep(1), unset()]).await.unwrap_err());
        refused(Deep::update_where(&db, fields, &of(field), "id = ?", &(ann.id,)).await.unwrap_err());
        assert_eq!(Deep::all(&db).await?, std::slice::from_ref(&ann));
    }

    // A parameter of the user's own SQL.
    let update = "UPDATE json_deep SET value = ?";
    for error in [
        db.execute(update, &(nested(DEEPEST + 1),)).await.unwrap_err(),
        db.execute(update, &(Json(Tree::nested(DEEPEST + 1)),)).await.unwrap_err(),
        Deep::delete_where(&db, "value = ?", &(nested(DEEPEST + 1),)).await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Parameter { number: 1, .. }), "{error}");
    }

    // What was dumped can be loaded, though it stands deeper there.
    #[cfg(feature = "fixtures")]
    {
        let dumped = db.dump_fixture_of::<Deep>().await?;
        ann.clone().delete(&db).await?;
        db.load_fixture_of::<Deep>(&dumped).await?;
        assert_eq!(Deep::all(&db).await?, std::slice::from_ref(&ann));
        let deeper = dumped.replacen("\"[\"", "[\"[\"]", 1);
        assert_ne!(deeper, dumped);
        let error = db.load_fixture_of::<Deep>(&deeper).await.unwrap_err().to_string();
        assert!(error.contains("127 deep") || error.contains("recursion limit exceeded"), "{error}");
        assert_eq!(Deep::all(&db).await?, std::slice::from_ref(&ann));
    }
    Ok(())
}

async fn json_that_cannot_be_read_back_is_refused(database: &Database) -> TestResult {
    #[derive(Debug, Default, Clone, Serialize, Deserialize)]
    struct Skipped {
        #[serde(skip_serializing)]
        #[expect(dead_code, reason = "it is not written")]
        secret: u8,
    }

    #[model(table = "json_nan")]
    #[derive(Debug, Default)]
    struct Measured {
        #[key]
        id: Id<Measured>,
        real: Json<Vec<f64>>,
        maybe: Json<Option<f64>>,
        skipped: Option<Json<Skipped>>,
    }

    let db = database.with_tables::<Measured>().await?;
    for real in [f64::NAN, f64::INFINITY] {
        let error = Measured { real: Json(vec![1.0, real]), ..Measured::default() }.save(&db).await.unwrap_err();
        expect!["`real` of `Measured` cannot be stored: its JSON cannot be read back as a `alloc::vec::Vec<f64>`, from line 1, column 9 on: JSON has no NaN, and a field that is left out needs `#[serde(default)]`"].assert_eq(&error.to_string());
    }
    let error = Measured { skipped: Some(Json(Skipped::default())), ..Measured::default() }.save(&db).await;
    assert!(matches!(error.as_ref().unwrap_err().kind(), ErrorKind::NotStorable { field: "skipped", .. }), "{error:?}");
    let mut none = Measured { maybe: Json(Some(f64::NAN)), ..Measured::default() };
    none.save(&db).await?;
    assert!(Measured::get(&db, none.id).await?.unwrap().maybe.is_none());
    Ok(())
}
