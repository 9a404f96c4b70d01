//! `serde_json::Value` and `Json<T>`

use std::collections::HashMap;

use expect_test::expect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signals::Json;
use signals::prelude::*;

use super::{every_way, sql};
use crate::databases::{databases, is_sqlite};

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
    json!({ "b": [1, 2, { "c": null }], "a": "'; DROP TABLE sample; --" }),
]);
every_way!(settings_of_ones_own: Json<Settings> = [Json(Settings::default()), Json(settings())]);

#[tokio::test]
async fn the_database_can_look_into_it() {
    #[model(table = "json_user")]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        settings: Json<Settings>,
    }

    for db in databases::<User>().await {
        let mut ann = User { settings: Json(settings()), ..User::default() };
        ann.settings.theme = "light".to_owned();
        ann.save(&db).await.unwrap();
        let found = sql(&db, "SELECT count(*) FROM json_user WHERE settings ->> 'theme' = ?");
        assert_eq!(db.query_one::<i64>(&found, &("light",)).await.unwrap(), 1);

        db.execute("UPDATE json_user SET settings = '{\"theme\": 3}'", &()).await.unwrap();
        let error = User::all(&db).await.unwrap_err().to_string();
        expect!["cannot read the column `settings`, expected JSON of a `it::types::json::Settings`, which it is not at line 1, column 11, found text: change the type of the field, or the stored value"].assert_eq(&error);
    }
}

#[tokio::test]
async fn the_order_of_keys_and_the_form_of_numbers_change_nothing() {
    #[model(table = "json_page")]
    #[derive(Debug)]
    struct Page {
        #[key]
        id: Id<Page>,
        // Its order is another one in each instance.
        words: Json<HashMap<String, f64>>,
    }

    for db in databases::<Page>().await {
        let words = || (0..20).map(|word| (word.to_string(), f64::from(word) * 1e17)).collect::<HashMap<_, _>>();
        let mut page = Page { id: Id::UNSET, words: Json(words()) };
        page.save(&db).await.unwrap();
        let guard = Page::POST_SAVE.connect(|event| {
            let unchanged = event.previous.map(|previous| previous.words == event.instance.words);
            if unchanged == Some(true) { Ok(()) } else { Err("the same words are different") }
        });
        page.words = Json(words());
        page.save(&db).await.unwrap();
        drop(guard);
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused_before_it_is_sent() {
    #[model(table = "json_odd")]
    #[derive(Debug)]
    struct Odd {
        #[key]
        id: Id<Odd>,
        value: Json<(HashMap<Vec<u8>, u8>, String)>,
    }

    for db in databases::<Odd>().await {
        let keys_are_texts = HashMap::from([(vec![1], 1)]);
        let error = Odd { id: Id::UNSET, value: Json((keys_are_texts, String::new())) }.save(&db).await.unwrap_err();
        expect!["`value` of `Odd` cannot be stored: it cannot be written as JSON: key must be a string"]
            .assert_eq(&error.to_string());

        let nul = Odd { id: Id::UNSET, value: Json((HashMap::new(), "\\\0".to_owned())) }.save(&db).await;
        if is_sqlite(&db) {
            nul.unwrap();
        } else {
            expect!["`value` of `Odd` cannot be stored: PostgreSQL stores no NUL in the texts of JSON: take it out"]
                .assert_eq(&nul.unwrap_err().to_string());
        }
    }
}
