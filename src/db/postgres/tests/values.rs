//! Values, rows and parameters of PostgreSQL.

use super::*;
use crate::db::tests::values::{check_round_trips, edges_come_back};
use crate::error::ErrorKind;
use crate::value::ValueRef;

#[tokio::test]
async fn the_edges_of_every_type_come_back_without_prepared_statements() -> TestResult {
    let schema = schema!();
    let db = schema.options().statement_cache_capacity(0).connect().await?;
    edges_come_back(&db).await?;
    special_numbers_come_back(&db).await
}

#[tokio::test]
async fn the_special_numbers_come_back() -> TestResult {
    let schema = schema!();
    special_numbers_come_back(&schema.one().connect().await?).await
}

async fn special_numbers_come_back(db: &Db) -> TestResult {
    check_round_trips! { db;
        f32: -0.0, f32::NAN;
        f64: -0.0, f64::NAN;
    }
    Ok(())
}

/// Tables of other programs have other types.
#[tokio::test]
async fn a_value_goes_into_a_column_of_any_type_that_holds_it() -> TestResult {
    let schema = schema!();
    let db = schema.options().connect().await?;
    db.batch("CREATE TYPE colour AS ENUM ('red'); CREATE DOMAIN short AS varchar(3);").await?;
    let uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    let bytes: Vec<u8> = (0..16).collect();
    for (ty, value, expected) in [
        ("int2", ValueRef::Integer(-32_768), "-32768"),
        ("int4", ValueRef::Integer(7), "7"),
        ("oid", ValueRef::Integer(4_294_967_295), "4294967295"),
        ("float4", ValueRef::Real(0.1), "0.1"),
        ("float4", ValueRef::Integer(3), "3"),
        ("float8", ValueRef::Integer(1 << 53), "9.007199254740992e+15"),
        ("numeric", ValueRef::Integer(12), "12"),
        ("numeric", ValueRef::Real(0.25), "0.25"),
        ("numeric", ValueRef::Text("12345678901234567890.5"), "12345678901234567890.5"),
        ("varchar(3)", ValueRef::Text("ab"), "ab"),
        ("char(3)", ValueRef::Text("ab"), "ab"),
        ("short", ValueRef::Text("abc"), "abc"),
        ("colour", ValueRef::Text("red"), "red"),
        ("uuid", ValueRef::Text(uuid), uuid),
        ("uuid", ValueRef::Blob(&bytes), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        ("uuid", ValueRef::Uuid([0xa0; 16]), "a0a0a0a0-a0a0-a0a0-a0a0-a0a0a0a0a0a0"),
        ("date", ValueRef::Text("2024-02-29"), "2024-02-29"),
        ("date", ValueRef::Date(i32::MAX), "infinity"),
        ("date", ValueRef::Date(i32::MIN), "-infinity"),
        ("date", ValueRef::Date(-719_162 - 366), "0001-01-01 BC"),
        ("date", ValueRef::Date(2_145_042_905), "5874897-12-31"),
        ("timestamp", ValueRef::Text("2024-02-29 12:00:00.000001"), "2024-02-29 12:00:00.000001"),
        ("timestamp", ValueRef::DateTime(-1), "1969-12-31 23:59:59.999999"),
        ("timestamp", ValueRef::DateTime(i64::MAX - 1), "294247-01-10 04:00:54.775806"),
        ("timestamptz", ValueRef::Timestamp(i64::MIN), "-infinity"),
        ("time", ValueRef::Time(86_400_000_000), "24:00:00"),
        ("jsonb", ValueRef::Text(r#"{"a": [1]}"#), r#"{"a": [1]}"#),
        ("json", ValueRef::Text("null"), "null"),
        ("int[]", ValueRef::Text("{1,2}"), "{1,2}"),
        ("uuid", ValueRef::Null, "is null"),
    ] {
        let sql = format!("SELECT coalesce($1::{ty}::text, 'is null')");
        let text = self::value(&db, &sql, &[value]).await?;
        assert_eq!(text, Value::from(expected), "{ty} {value:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_before_it_is_sent() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.options().connect().await?).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    for (ty, value, expected) in [
        ("int2", ValueRef::Integer(32_768), "32768 is not in the range of the type `int2`"),
        ("int4", ValueRef::Integer(1 << 31), "2147483648 is not in the range of the type `int4`"),
        ("oid", ValueRef::Integer(-1), "-1 is not in the range of the type `oid`"),
        ("float4", ValueRef::Real(1e300), "1e300 is not in the range of the type `float4`"),
        ("float8", ValueRef::Integer(i64::MAX), "9223372036854775807 would lose digits"),
        ("text", ValueRef::Text("a\0b"), "PostgreSQL stores no NUL in text"),
        ("jsonb", ValueRef::Text("\0"), "PostgreSQL stores no NUL in text"),
        ("jsonb", ValueRef::Text(r#""\u0000""#), "PostgreSQL stores no NUL in the strings of JSON"),
        ("timestamp", ValueRef::DateTime(i64::MIN + 1), "they begin with the year 4714 BC"),
        ("timestamptz", ValueRef::Timestamp(i64::MIN + 1), "they begin with the year 4714 BC"),
        ("date", ValueRef::Date(i32::MIN + 1), "they begin with the year 4714 BC"),
        ("time", ValueRef::Time(-1), "is not among the dates and times of PostgreSQL"),
        ("timestamp", ValueRef::Timestamp(0), "a timestamp was given"),
        ("timestamptz", ValueRef::DateTime(0), "a date and time was given"),
        ("timestamp", ValueRef::Date(0), "as in `$1::date`"),
        ("text", ValueRef::Uuid([0; 16]), "as in `$1::uuid`"),
        ("text", ValueRef::Refused("it is too hot"), "cannot be stored: it is too hot"),
        ("text", ValueRef::Integer(1), "wants the type `text` there, and an integer was given"),
        ("int8", ValueRef::Text("1"), "wants the type `int8` there, and text was given"),
        ("int8", ValueRef::Real(1.0), "as in `$1::float8`"),
        ("bool", ValueRef::Integer(1), "an integer was given"),
        ("int8", ValueRef::Boolean(true), "a boolean was given"),
        ("text", ValueRef::Blob(b"a"), "bytes was given"),
        ("bytea", ValueRef::Text("a"), "text was given"),
        ("date", ValueRef::Boolean(true), "a boolean was given"),
    ] {
        let error = self::value(&tx, &format!("SELECT $1::{ty}"), &[value]).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Parameter { number: 1, .. }), "{ty} {value:?}: {error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    // Nothing was sent, so the transaction continues.
    add(&tx, 2).await?;
    tx.commit().await?;
    assert_eq!(numbers(&db).await?, [1, 2]);
    Ok(())
}

#[tokio::test]
async fn rows_know_their_columns() -> TestResult {
    let schema = schema!();
    let db = schema.options().connect().await?;
    let mut seen = String::new();
    let sql = "SELECT 1::int2 AS one, 300 AS big, '1 day'::interval AS at, 'a'::name AS name, 7::oid AS oid, 0.5::float4 AS half, \
               '{\"a\": 1}'::jsonb AS json, '[]'::json AS text, NULL::uuid AS missing";
    db.for_each_row(sql, &(), &mut |row| {
        seen = format!("{row:?} {:?} {:?}", row.columns(), row.name(9));
        assert!(matches!(row.get::<u8>(1).unwrap_err().kind(), ErrorKind::Column { column, .. } if column == "big"));
        assert_eq!(
            row.get::<String>(2).unwrap_err().to_string(),
            "values of the type `interval` of the column `at` cannot be read: select it as another one, as in `at::text`",
        );
        assert!(matches!(row.value(2), ValueRef::Blob(_)));
        assert_eq!(row.get::<String>(3)?, "a");
        assert_eq!(row.value(4), ValueRef::Integer(7));
        assert_eq!(row.get::<f32>(5)?.to_bits(), 0.5_f32.to_bits());
        assert_eq!((row.get::<String>(6)?, row.get::<String>(7)?), (r#"{"a": 1}"#.to_owned(), "[]".to_owned()));
        assert_eq!(row.get::<Option<String>>(8)?, None);
        assert_eq!(
            row.get::<i64>(9).unwrap_err().to_string(),
            "there is no column 9 in the answer, which has 9, counted from 0: add it to the SELECT",
        );
        Ok(())
    })
    .await?;
    let names = r#"["one", "big", "at", "name", "oid", "half", "json", "text", "missing"]"#;
    assert_eq!(seen, format!("{names} 9 None"));
    Ok(())
}

#[tokio::test]
async fn insert_answers_with_the_key() -> TestResult {
    let schema = schema!();
    let db = schema.options().connect().await?;
    let columns = "id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 42) PRIMARY KEY, n BIGINT";
    db.execute(&format!("CREATE TABLE t ({columns})"), &()).await?;
    let sql = "INSERT INTO t (n) VALUES ($1) RETURNING id";
    assert_eq!(inserted(&db, sql, &(1,)).await?, Some(42));
    let tx = db.begin().await?;
    assert_eq!(inserted(&tx, sql, &(1,)).await?, Some(43));
    assert_eq!(inserted(&tx, "INSERT INTO t (n) VALUES ($1)", &(1,)).await?, None);
    tx.commit().await?;
    Ok(())
}
