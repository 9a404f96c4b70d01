//! Values, rows and parameters.

use super::*;
use crate::column::Column;
use crate::error::ErrorKind;

on_each_database! {
    the_edges_of_every_type_come_back,
    a_wrong_number_of_parameters_is_an_error,
    rows_affected_are_those_of_this_statement,
    rows_know_their_columns,
}

/// Stores the value in a column of its type, and reads it.
pub(in crate::db) async fn round_trip<T: Column>(db: &Db, value: &T) -> Result<T> {
    let (ty, strict) = match db.dialect() {
        Dialect::Sqlite => (T::TYPE.sqlite(), " STRICT"),
        Dialect::Postgres => (T::TYPE.postgres(), ""),
    };
    db.batch(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (c {ty}){strict}")).await?;
    db.execute("INSERT INTO t VALUES (?)", &[value.to_value()]).await?;
    let mut back = None;
    db.for_each_row("SELECT c FROM t", &(), &mut |row| {
        back = Some(row.get(0)?);
        Ok(())
    })
    .await?;
    Ok(back.expect("a row"))
}

/// Checks that values are read as they were stored.
macro_rules! check_round_trips {
    ($db:expr; $($type:ty: $($value:expr),*;)*) => {$($(
        let value: $type = $value;
        let back = $crate::db::tests::values::round_trip($db, &value).await?;
        // Equal to the last bit: -0.0 is not 0.0 here, and NaN is NaN.
        let [back, value] = [&back, &value].map(crate::column::Column::to_value);
        assert_eq!(format!("{back:?}"), format!("{value:?}"));
    )*)*};
}
pub(in crate::db) use check_round_trips;

async fn the_edges_of_every_type_come_back(database: &Database) -> TestResult {
    edges_come_back(&database.one().connect().await?).await
}

pub(in crate::db) async fn edges_come_back(db: &Db) -> TestResult {
    check_round_trips! { db;
        i8: i8::MIN, i8::MAX;
        i16: i16::MIN, i16::MAX;
        i32: i32::MIN, i32::MAX;
        i64: i64::MIN, -1, 0, i64::MAX;
        u8: 0, u8::MAX;
        u16: u16::MAX;
        u32: u32::MAX;
        f32: f32::MIN, f32::MAX, f32::MIN_POSITIVE, 0.1, f32::INFINITY;
        f64: f64::MIN, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1, 3.0, 1e300, f64::INFINITY, f64::NEG_INFINITY;
        String: String::new(), "ann".into(), "ünï 🦀 '\"\\".into(), "x".repeat(1 << 20);
        Vec<u8>: vec![], vec![0], (0..=255).collect();
        Option<i64>: None, Some(0);
        Option<String>: None, Some(String::new()), Some("NULL".into());
        Option<Vec<u8>>: None, Some(vec![]);
    }
    for value in [true, false] {
        assert_eq!(round_trip(db, &value).await?, value);
    }
    for value in [None, Some(false)] {
        assert_eq!(round_trip(db, &value).await?, value);
    }
    Ok(())
}

#[test]
fn a_value_that_does_not_fit_is_an_error() {
    fn error<T: Column>(value: ValueRef<'_>) -> String {
        T::from_value(value).err().expect("it must not fit").to_string()
    }
    use ValueRef::{Blob, Boolean, Integer, Null, Real, Text};
    assert_eq!(error::<u8>(Integer(256)), "expected an integer from 0 to 255, found the integer 256");
    assert_eq!(error::<u8>(Integer(-1)), "expected an integer from 0 to 255, found the integer -1");
    assert_eq!(error::<i8>(Integer(128)), "expected an integer from -128 to 127, found the integer 128");
    assert_eq!(
        error::<u32>(Integer(1 << 32)),
        "expected an integer from 0 to 4294967295, found the integer 4294967296"
    );
    assert_eq!(
        error::<i64>(Real(1.0)),
        "expected an integer from -9223372036854775808 to 9223372036854775807, found the number 1.0",
    );
    assert_eq!(error::<i32>(Text("1")), "expected an integer from -2147483648 to 2147483647, found text");
    assert_eq!(error::<i8>(Null), "expected an integer from -128 to 127, found NULL");
    assert_eq!(error::<i8>(Boolean(true)), "expected an integer from -128 to 127, found `true`");
    assert_eq!(error::<bool>(Integer(2)), "expected a boolean, found the integer 2");
    assert_eq!(error::<bool>(Real(1.0)), "expected a boolean, found the number 1.0");
    assert_eq!(error::<f64>(Text("1.5")), "expected a number, found text");
    assert_eq!(
        error::<f64>(Integer((1 << 53) + 1)),
        "expected a number that `f64` holds without loss, found the integer 9007199254740993",
    );
    assert_eq!(
        error::<f64>(Integer(i64::MAX)),
        "expected a number that `f64` holds without loss, found the integer 9223372036854775807",
    );
    assert_eq!(error::<f32>(Real(0.1)), "expected a number that `f32` holds without loss, found the number 0.1");
    assert_eq!(error::<f32>(Real(1e300)), "expected a number that `f32` holds without loss, found the number 1e300");
    assert_eq!(error::<String>(Blob(b"ann")), "expected text, found bytes");
    assert_eq!(error::<String>(Integer(1)), "expected text, found the integer 1");
    assert_eq!(error::<Vec<u8>>(Text("ann")), "expected bytes, found text");
    assert_eq!(error::<String>(Null), "expected text, found NULL");
    assert_eq!(error::<Option<u8>>(Integer(256)), "expected an integer from 0 to 255, found the integer 256");
}

#[test]
fn a_value_that_fits_without_loss_is_read() {
    use ValueRef::{Boolean, Integer, Real};
    assert_eq!(bool::from_value(Integer(1)), Ok(true));
    assert_eq!(bool::from_value(Boolean(false)), Ok(false));
    assert_eq!(f64::from_value(Integer(1 << 53)), Ok(9_007_199_254_740_992.0));
    assert_eq!(f64::from_value(Integer(i64::MIN)), Ok(-9_223_372_036_854_775_808.0));
    assert_eq!(f32::from_value(Integer(3)), Ok(3.0));
    assert_eq!(f32::from_value(Real(0.5)), Ok(0.5));
}

#[test]
fn values_print_as_sql() {
    let values: [(Value, &str); 9] = [
        (Value::Null, "NULL"),
        (true.into(), "true"),
        (42.into(), "42"),
        (1.0.into(), "1.0"),
        (Value::from("it's"), "'it''s'"),
        (Value::from("a".to_owned()), "'a'"),
        (Value::from(vec![0, 255]), "X'00ff'"),
        (Value::from(&[1_u8][..]), "X'01'"),
        (Value::from(7_u32), "7"),
    ];
    for (value, text) in values {
        assert_eq!(value.to_string(), text);
        assert_eq!(Value::from(ValueRef::from(&value)), value);
    }
}

async fn a_wrong_number_of_parameters_is_an_error(database: &Database) -> TestResult {
    let db = database.one().connect().await?;
    let [first, second] = [1, 2].map(|number| db.dialect().placeholder(number));
    let sql = format!("SELECT CAST({first} AS INTEGER), CAST({second} AS INTEGER)");
    let tx = db.begin().await?;
    let error = value(&tx, &sql, &(1,)).await.unwrap_err();
    assert_eq!(error.to_string(), "the statement has 2 placeholders, and the parameters are 1: pass one for each");
    assert!(value(&tx, "SELECT 1", &(1,)).await.is_err());
    // Nothing reached the database, so the transaction continues.
    assert_eq!(value(&tx, "SELECT 1", &()).await?, Value::Integer(1));
    tx.commit().await?;
    Ok(())
}

async fn rows_affected_are_those_of_this_statement(database: &Database) -> TestResult {
    let db = with_numbers(database.one().connect().await?).await?;
    assert_eq!(db.execute("INSERT INTO numbers VALUES (1), (2), (3)", &()).await?, 3);
    for sql in [
        "CREATE TABLE other (n INTEGER)",
        "ALTER TABLE numbers ADD COLUMN m INTEGER",
        "ALTER TABLE numbers RENAME COLUMN m TO k",
        "CREATE TABLE copied AS SELECT * FROM numbers",
        "UPDATE numbers SET n = 1 WHERE n = 99",
        "SELECT * FROM numbers",
        "VALUES (1)",
        if is_sqlite(&db) { "PRAGMA user_version" } else { "SHOW search_path" },
        "DROP TABLE copied",
    ] {
        assert_eq!(db.execute(sql, &()).await?, 0, "{sql}");
    }
    assert_eq!(db.execute("UPDATE numbers SET n = 0 WHERE n > 1", &()).await?, 2);
    assert_eq!(db.execute("INSERT INTO numbers (n) VALUES (7), (8) RETURNING n", &()).await?, 2);
    let sql = "WITH new AS (SELECT 9) INSERT INTO numbers (n) SELECT * FROM new";
    assert_eq!(db.execute(sql, &()).await?, 1);
    assert_eq!(db.execute("DELETE FROM numbers", &()).await?, 6);
    assert_eq!(db.execute("INSERT INTO numbers (n) VALUES (1)", &()).await?, 1);
    Ok(())
}

async fn rows_know_their_columns(database: &Database) -> TestResult {
    let db = database.one().connect().await?;
    let mut seen = String::new();
    db.for_each_row("SELECT 1 AS one, 300 AS big, CAST(NULL AS TEXT) AS missing", &(), &mut |row| {
        seen = format!("{row:?} {:?} {:?}", row.columns(), row.name(3));
        let error = row.get::<u8>(1).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Column { column, .. } if column == "big"), "{error}");
        assert_eq!((row.get::<u8>(0)?, row.named::<u8>("ONE")?, row.get::<Option<String>>(2)?), (1, 1, None));
        assert_eq!(
            row.get::<i64>(3).unwrap_err().to_string(),
            "there is no column 3 in the answer, which has 3, counted from 0: add it to the SELECT",
        );
        Ok(())
    })
    .await?;
    assert_eq!(seen, r#"["one", "big", "missing"] 3 None"#);
    Ok(())
}
