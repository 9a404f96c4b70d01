//! docs/behaviour.md, "models as JSON", rule 56: what serde makes of a model.

use expect_test::expect;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, MapDeserializer, StrDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::{from_str, json, to_string, to_value};
use signals::model::ParseIdError;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(rule_56_a_row_is_read_from_json_saved_and_written_as_json);

#[model(table = "json_country")]
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Country {
    #[key]
    code: String,
}

#[model(table = "json_tag")]
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Tag {
    #[key]
    id: Id<Tag>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, signals::Column, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    #[default]
    Draft,
    Public,
}

// The derive may be above the attribute.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[model(table = "json_post")]
struct Post {
    #[key]
    #[serde(default)]
    id: Id<Post>,
    title: String,
    state: State,
    #[foreign_key(on_delete = cascade)]
    country: Ref<Country, String>,
    #[foreign_key(on_delete = set_null)]
    replies_to: Option<Id<Post>>,
    #[many_to_many(table = "json_post_tag")]
    tags: ManyToMany<Tag>,
}

async fn rule_56_a_row_is_read_from_json_saved_and_written_as_json(database: &Database) -> TestResult {
    let db = database.with_tables::<(Country, Tag, Post)>().await?;
    from_str::<Country>(r#"{ "code": "be" }"#)?.create(&db).await?;
    let mut post: Post = from_str(r#"{ "title": "Hello", "state": "public", "country": "be", "replies_to": null }"#)?;
    assert!(post.id.is_unset());
    post.save(&db).await?;
    let stored = Post::get(&db, post.id).await?.unwrap();
    assert_eq!(
        to_value(&stored)?,
        json!({ "id": 1, "title": "Hello", "state": "public", "country": "be", "replies_to": null, "tags": null })
    );
    assert_eq!(from_str::<Post>(&to_string(&stored)?)?, stored);

    let mut edited = Post { title: "Bye".to_owned(), replies_to: Some(stored.id), ..stored.clone() };
    let changes = Post::changes(&stored, &edited);
    assert_eq!(to_value(changes)?, json!(["title", "replies_to"]));
    edited.save_fields(&db, changes).await?;
    assert_eq!(Post::get(&db, post.id).await?, Some(edited));
    assert!(Post::changes(&stored, &stored).is_empty());
    Ok(())
}

/// How each of these is read.
fn read<'de, T: Deserialize<'de> + Serialize>(given: &[&'de str]) -> String {
    let read = |json: &&'de str| match from_str::<T>(json) {
        Ok(value) => format!("{json} -> {}\n", to_string(&value).unwrap()),
        Err(error) => format!("{json}: {error}\n"),
    };
    given.iter().map(read).collect()
}

#[test]
fn rule_56_an_id_is_a_number_or_null() {
    let given = [
        "7",
        "0",
        "-1",
        "null",
        r#""7""#,
        r#""9223372036854775807""#,
        "9223372036854775808",
        "7.0",
        r#""""#,
        r#"" 7""#,
        r#""seven""#,
        "true",
        "[7]",
    ];
    expect![[r#"
        7 -> 7
        0 -> 0
        -1 -> -1
        null -> null
        "7" -> 7
        "9223372036854775807" -> 9223372036854775807
        9223372036854775808: invalid value: integer `9223372036854775808`, expected an id, which is a whole number at line 1 column 19
        7.0: invalid type: floating point `7.0`, expected an id, which is a whole number at line 1 column 3
        "": invalid value: string "", expected an id, which is a whole number at line 1 column 2
        " 7": invalid value: string " 7", expected an id, which is a whole number at line 1 column 4
        "seven": invalid value: string "seven", expected an id, which is a whole number at line 1 column 7
        true: invalid type: boolean `true`, expected an id, which is a whole number at line 1 column 4
        [7]: invalid type: sequence, expected an id, which is a whole number at line 1 column 1
    "#]]
    .assert_eq(&read::<Id<Tag>>(&given));
    expect![[r#"
        7 -> 7
        null -> null
        "x": invalid value: string "x", expected an id, which is a whole number at line 1 column 3
    "#]]
    .assert_eq(&read::<Option<Id<Tag>>>(&["7", "null", r#""x""#]));
}

#[test]
fn rule_56_an_id_is_read_from_the_strings_of_a_request() -> TestResult {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Query {
        tag: Id<Tag>,
        #[serde(default)]
        after: Id<Tag>,
    }

    let path: StrDeserializer<'_, ValueError> = "7".into_deserializer();
    assert_eq!(Id::<Tag>::deserialize(path)?, Id::new(7));

    let query = MapDeserializer::<_, ValueError>::new([("tag", "7")].into_iter());
    assert_eq!(Query::deserialize(query)?, Query { tag: Id::new(7), after: Id::UNSET });
    let missing = MapDeserializer::<_, ValueError>::new([("after", "7")].into_iter());
    assert_eq!(Query::deserialize(missing).unwrap_err().to_string(), "missing field `tag`");

    let keys: std::collections::BTreeMap<Id<Tag>, bool> = from_str(r#"{ "7": true }"#)?;
    assert_eq!(to_string(&keys)?, r#"{"7":true}"#);
    Ok(())
}

/// A value of a format that is not for humans, such as bincode: it only says whether there is a number because it is asked for an `Option`.
struct Binary(Option<i64>);

impl<'de> serde::Deserializer<'de> for Binary {
    type Error = ValueError;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, ValueError> {
        Err(serde::de::Error::custom("the format does not say what follows"))
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Some(number) => visitor.visit_some(number.into_deserializer()),
            None => visitor.visit_none(),
        }
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[test]
fn rule_56_an_id_is_read_from_a_binary_format() -> TestResult {
    assert_eq!(Id::<Tag>::deserialize(Binary(Some(7)))?, Id::new(7));
    assert_eq!(Id::<Tag>::deserialize(Binary(None))?, Id::UNSET);
    Ok(())
}

#[test]
fn an_id_is_parsed_and_the_error_shows_what_is_none() -> TestResult {
    fn converted() -> Result<Id<Tag>> {
        Ok("x".parse()?)
    }

    assert_eq!("7".parse::<Id<Tag>>()?, Id::new(7));
    let refused = |text: &str| text.parse::<Id<Tag>>().unwrap_err();
    assert_eq!(refused("").to_string(), r#""" is not an id: write its number, such as 42"#);
    assert_eq!(refused("a\nb").to_string(), r#""a\nb" is not an id: write its number, such as 42"#);
    assert!(refused(&"9".repeat(1000)).to_string().len() < 100);
    let error = converted().unwrap_err();
    let signals::ErrorKind::Other(source) = error.kind() else { panic!("{error}") };
    assert!(source.is::<ParseIdError>());
    Ok(())
}

#[test]
fn rule_56_a_pointer_is_its_key_or_null() {
    expect![[r#"
        "be" -> "be"
        null -> null
        7: invalid type: integer `7`, expected a string at line 1 column 1
    "#]]
    .assert_eq(&read::<Ref<Country, String>>(&[r#""be""#, "null", "7"]));
}

#[test]
fn rule_56_a_relation_to_many_rows_holds_none_of_them() {
    let refused = "expected null, because a `ManyToMany` field holds no rows";
    assert_eq!(read::<ManyToMany<Tag>>(&["null"]), "null -> null\n");
    for (json, found) in [("[]", "sequence"), ("[1]", "sequence"), ("7", "integer `7`"), (r#""a""#, "string \"a\"")] {
        let error = from_str::<ManyToMany<Tag>>(json).unwrap_err().to_string();
        assert!(error.starts_with(&format!("invalid type: {found}, {refused}")), "{error}");
    }
}

#[test]
fn rule_56_a_set_of_fields_is_a_list_of_names() {
    let given = [
        r#"[]"#,
        r#"["title", "id", "title"]"#,
        r#"["tilte"]"#,
        r#"["Title"]"#,
        r#"["tags"]"#,
        r#"["description"]"#,
        r#"[7]"#,
        r#""title""#,
    ];
    expect![[r#"
        [] -> []
        ["title", "id", "title"] -> ["id","title"]
        ["tilte"]: `Post` has no field `tilte`: did you mean `title`? at line 1 column 8
        ["Title"]: `Post` has no field `Title`: did you mean `title`? at line 1 column 8
        ["tags"]: `Post` has no field `tags` at line 1 column 7
        ["description"]: `Post` has no field `description` at line 1 column 14
        [7]: invalid type: integer `7`, expected the name of a field of `Post` at line 1 column 2
        "title": invalid type: string "title", expected a list of fields of `Post` at line 1 column 7
    "#]]
    .assert_eq(&read::<FieldSet<Post>>(&given));
}

#[test]
fn a_field_is_secret_if_the_type_of_its_column_is() {
    use signals::db::ValueRef;
    use signals::model::{ColumnError, ColumnType};

    #[derive(Debug, Clone, Default)]
    struct Token(String);

    impl signals::Column for Token {
        const TYPE: ColumnType = ColumnType::Text;
        const IS_SECRET: bool = true;

        fn to_value(&self) -> ValueRef<'_> {
            ValueRef::Secret(&self.0)
        }

        fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
            String::from_value(value).map(Self)
        }
    }

    #[derive(Debug, Clone, Default, signals::Column)]
    struct ApiKey(Token);

    #[model(table = "json_secrets")]
    #[derive(Debug, Default)]
    struct Secrets {
        #[key]
        id: Id<Secrets>,
        token: Token,
        maybe: Option<Token>,
        wrapped: Option<ApiKey>,
        name: String,
    }

    let secret = Secrets::META.fields.iter().filter(|field| field.is_secret).map(|field| field.name);
    assert_eq!(secret.collect::<Vec<_>>(), ["token", "maybe", "wrapped"]);
}
