//! INSERT of several rows, each column of which is an array, or each value a parameter.

use super::*;
use crate::db::statement::{RowsToInsert, Statement};
use crate::error::ErrorKind;
use crate::value::ValueRef;

/// Inserts these values into columns of one table, as rows, and returns the keys.
async fn insert(executor: &dyn Executor, columns: &str, params: &[ValueRef<'_>]) -> Result<Vec<i64>> {
    let count = columns.split(", ").count();
    let before = format!("INSERT INTO t ({columns}) ");
    let placeholders: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    let values = format!("VALUES ({})", placeholders.join(", "));
    let sql = format!("{before}{values} RETURNING id");
    let rows = RowsToInsert { values: before.len()..before.len() + values.len(), columns: count };
    let mut keys = Vec::new();
    let each = &mut |row: &crate::db::Row<'_>| {
        keys.push(row.get(0)?);
        Ok(())
    };
    executor.exec(here()).run(Statement::query(&sql, &params, each).with_rows(Some(rows))).await?;
    Ok(keys)
}

/// The column as text, in the order of the rows.
async fn column(db: &Db, column: &str) -> Result<Vec<Option<String>>> {
    db.query_as(&format!("SELECT {column}::text FROM t ORDER BY id"), &()).await
}

async fn table(db: &Db, columns: &str) -> Result<()> {
    let id = "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
    db.batch(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t ({id}, {columns})")).await
}

/// The statements that the only connection has prepared.
async fn prepared(db: &Db, like: &str) -> TestResult<Value> {
    let sql = format!("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '{like}'");
    Ok(value(db, &sql, &()).await?)
}

#[tokio::test]
async fn many_rows_hold_what_one_row_holds_in_a_column_of_any_type() -> TestResult {
    let schema = schema!();
    schema
        .one()
        .connect()
        .await?
        .batch(
            "CREATE TYPE \"Colour, \"\"odd\"\"\" AS ENUM ('red', 'light \"blue\"'); CREATE DOMAIN short AS varchar(3); \
         CREATE DOMAIN few AS int[]; CREATE DOMAIN small AS int CHECK (value < 10)",
        )
        .await?;
    let bytes: Vec<u8> = (0..16).collect();
    let uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    let all: &[(&str, &[ValueRef<'_>])] = &[
        ("bool", &[ValueRef::Boolean(true), ValueRef::Boolean(false)]),
        ("int2", &[ValueRef::Integer(-32_768), ValueRef::Integer(7)]),
        ("int4", &[ValueRef::Integer(7), ValueRef::Integer(-1)]),
        ("int8", &[ValueRef::Integer(i64::MIN), ValueRef::Integer(i64::MAX)]),
        ("small", &[ValueRef::Integer(7)]),
        ("oid", &[ValueRef::Integer(4_294_967_295)]),
        ("float4", &[ValueRef::Real(0.1), ValueRef::Integer(3)]),
        ("float8", &[ValueRef::Real(f64::INFINITY), ValueRef::Integer(1 << 53)]),
        ("numeric(6, 2)", &[ValueRef::Integer(12), ValueRef::Real(0.25), ValueRef::Text("1234.5")]),
        ("text", &[ValueRef::Text("a \"b\", \\ {c} NULL"), ValueRef::Text(""), ValueRef::Secret("s")]),
        ("varchar(3)", &[ValueRef::Text("ab"), ValueRef::Text("äöü")]),
        ("char(3)", &[ValueRef::Text("ab")]),
        ("name", &[ValueRef::Text("0123456789012345678901234567890123456789012345678901234567890123456789")]),
        ("\"char\"", &[ValueRef::Text("a")]),
        ("bit varying(4)", &[ValueRef::Text("1010"), ValueRef::Text("1")]),
        ("short", &[ValueRef::Text("abc")]),
        ("\"Colour, \"\"odd\"\"\"", &[ValueRef::Text("red"), ValueRef::Text("light \"blue\"")]),
        ("bytea", &[ValueRef::Blob(&bytes), ValueRef::Blob(b"")]),
        ("uuid", &[ValueRef::Uuid([0xa0; 16]), ValueRef::Blob(&bytes)]),
        ("uuid", &[ValueRef::Text(uuid)]),
        ("uuid", &[ValueRef::Text(uuid), ValueRef::Blob(&bytes)]),
        ("date", &[ValueRef::Date(i32::MAX), ValueRef::Date(0)]),
        ("date", &[ValueRef::Text("2024-02-29")]),
        ("timestamp", &[ValueRef::DateTime(-1), ValueRef::Text("2024-02-29 12:00:00.000001")]),
        ("timestamptz", &[ValueRef::Timestamp(i64::MIN), ValueRef::Timestamp(0)]),
        ("timestamptz(0)", &[ValueRef::Timestamp(1_500_000)]),
        ("time", &[ValueRef::Time(86_400_000_000)]),
        ("interval", &[ValueRef::Text("1 day"), ValueRef::Text("2 hours")]),
        ("box", &[ValueRef::Text("(1,1),(0,0)")]),
        ("jsonb", &[ValueRef::Text(r#"{"a": [1]}"#), ValueRef::Text("null")]),
        ("json", &[ValueRef::Text("null"), ValueRef::Text("[1,  2]")]),
        ("int[]", &[ValueRef::Text("{1,2}"), ValueRef::Text("{}")]),
        ("text[]", &[ValueRef::Text(r#"{"a b",NULL}"#)]),
        ("few", &[ValueRef::Text("{1,2}")]),
        ("int4range", &[ValueRef::Text("[1,5)")]),
    ];
    for (ty, values) in all {
        let db = schema.one().connect().await?;
        let not_prepared = schema.one().statement_cache_capacity(0).connect().await?;
        // A value can be NULL anywhere, or everywhere.
        let mut params = vec![ValueRef::Null];
        params.extend(values.iter());
        params.push(ValueRef::Null);
        for params in [params.as_slice(), values, &[ValueRef::Null; 2]] {
            table(&db, &format!("v {ty}")).await?;
            for value in params {
                db.execute("INSERT INTO t (v) VALUES ($1)", &[*value]).await?;
            }
            let one_by_one = column(&db, "v").await?;
            for db in [&db, &not_prepared] {
                table(db, &format!("v {ty}")).await?;
                let keys = insert(db, "v", params).await.map_err(|error| format!("{ty} {params:?}: {error}"))?;
                assert_eq!(keys, (1..=i64::try_from(params.len())?).collect::<Vec<_>>());
                assert_eq!(column(db, "v").await?, one_by_one, "{ty} {params:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn keys_are_in_the_order_of_the_rows() -> TestResult {
    let schema = schema!();
    for capacity in [0, 256] {
        let db = schema.one().statement_cache_capacity(capacity).connect().await?;
        // An array of arrays is not possible, so that the second table takes a parameter per value.
        for (ty, value) in [("text", ValueRef::Text("a")), ("int[]", ValueRef::Text("{1}"))] {
            db.batch(&format!(
                "DROP TABLE IF EXISTS t; DROP SEQUENCE IF EXISTS down; CREATE SEQUENCE down INCREMENT -1 START -1; \
                 CREATE TABLE t (id bigint DEFAULT nextval('down'), n bigint NOT NULL, v {ty})"
            ))
            .await?;
            let params: Vec<ValueRef<'_>> =
                (1..=3000).flat_map(|n| [ValueRef::Integer(n * 7919 % 3001), value]).collect();
            let keys = insert(&db, "n, v", &params).await?;
            assert_eq!(keys, (1..=3000).map(|n| -n).collect::<Vec<_>>());
            let numbers = db.query_as::<i64>("SELECT n FROM t ORDER BY id DESC", &()).await?;
            assert_eq!(numbers, (1..=3000).map(|n| n * 7919 % 3001).collect::<Vec<_>>());
        }
    }
    Ok(())
}

#[tokio::test]
async fn one_statement_inserts_any_number_of_rows() -> TestResult {
    let schema = schema!();
    let db = schema.one().connect().await?;
    table(&db, "v bigint NOT NULL").await?;
    for count in [1, 2, 3, 100, 1500] {
        let params: Vec<ValueRef<'_>> = (0..count).map(ValueRef::Integer).collect();
        assert_eq!(insert(&db, "v", &params).await?.len(), params.len());
    }
    // The INSERT of one row, which shows the types, and that of any number.
    assert_eq!(prepared(&db, "INSERT INTO t%").await?, Value::Integer(2));
    assert_eq!(prepared(&db, "INSERT INTO t (v) SELECT%unnest%").await?, Value::Integer(1));
    // An unprepared statement takes as many parameters as the protocol has numbers for.
    let db = schema.one().statement_cache_capacity(0).connect().await?;
    table(&db, "v bigint NOT NULL, w bigint NOT NULL").await?;
    let params = vec![ValueRef::Integer(1); 70_000];
    assert_eq!(insert(&db, "v, w", &params).await?.len(), 35_000);
    Ok(())
}

#[tokio::test]
async fn a_value_that_is_refused_has_its_number_among_those_of_all_rows() -> TestResult {
    let schema = schema!();
    for capacity in [0, 256] {
        let db = schema.one().statement_cache_capacity(capacity).connect().await?;
        table(&db, "v text, w text").await?;
        let ok = ValueRef::Text("a");
        let tx = db.begin().await?;
        for refused in [ValueRef::Refused("it is too hot"), ValueRef::Text("\0")] {
            let error = insert(&tx, "v, w", &[ok, ok, ok, refused]).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Parameter { number: 4, .. }), "{error}");
        }
        // Nothing was sent, so the transaction continues.
        insert(&tx, "v, w", &[ok; 4]).await?;
        tx.commit().await?;
        assert_eq!(column(&db, "w").await?.len(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_table_that_was_created_again_with_other_types_takes_many_rows() -> TestResult {
    let schema = schema!();
    let db = schema.one().connect().await?;
    let other = schema.one().connect().await?;
    let numbers = [ValueRef::Integer(1), ValueRef::Integer(1 << 40)];
    let texts = [ValueRef::Text("2024-02-29"), ValueRef::Text("2024-03-01")];
    table(&db, "v text").await?;
    insert(&db, "v", &texts).await?;
    for (ty, params) in [("int8", numbers), ("date", texts), ("text", texts), ("int8", numbers)] {
        table(&other, &format!("v {ty}")).await?;
        insert(&db, "v", &params).await.map_err(|error| format!("{ty}: {error}"))?;
        assert_eq!(column(&db, "v").await?.len(), 2);
    }
    // A failed statement cannot be tried again in its transaction, and is in the next one.
    for (ty, params) in [("text", texts), ("date", texts), ("interval", [ValueRef::Text("1 day"); 2])] {
        table(&other, &format!("v {ty}")).await?;
        let mut failed = 0;
        while let Err(error) = insert(&db.begin().await?, "v", &params).await {
            failed += 1;
            assert!(failed < 2, "{ty}: {error}");
        }
    }
    Ok(())
}
