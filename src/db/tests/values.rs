use super::*;
use crate::column::Column;
use crate::error::ErrorKind;

async fn round_trip<T: Column>(value: &T) -> Result<T> {
    let db = memory().await;
    let sql = format!("CREATE TABLE t (c {}) STRICT", T::TYPE.sqlite());
    db.execute(&sql, &()).await?;
    db.execute("INSERT INTO t VALUES (?)", &[value.to_value()]).await?;
    let mut back = None;
    db.for_each_row("SELECT c FROM t", &(), &mut |row| {
        back = Some(row.get(0)?);
        Ok(())
    })
    .await?;
    Ok(back.unwrap())
}

#[tokio::test]
async fn the_edges_of_every_type_come_back() {
    macro_rules! check {
        ($($type:ty: $($value:expr),*;)*) => {$($(
            let value: $type = $value;
            let back = round_trip(&value).await.unwrap();
            assert_eq!(back.to_value(), value.to_value());
        )*)*};
    }
    check! {
        i8: i8::MIN, i8::MAX;
        i16: i16::MIN, i16::MAX;
        i32: i32::MIN, i32::MAX;
        i64: i64::MIN, -1, 0, i64::MAX;
        u8: 0, u8::MAX;
        u16: u16::MAX;
        u32: u32::MAX;
        f32: f32::MIN, f32::MAX, f32::MIN_POSITIVE, 0.1, f32::INFINITY;
        f64: f64::MIN, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1, 3.0, 1e300, f64::INFINITY, f64::NEG_INFINITY;
        bool: true, false;
        String: String::new(), "ann".into(), "a\0b\0".into(), "ünï 🦀 '\"".into(), "x".repeat(1 << 20);
        Vec<u8>: vec![], vec![0], (0..=255).collect();
        Option<i64>: None, Some(0);
        Option<String>: None, Some(String::new()), Some("NULL".into());
        Option<Vec<u8>>: None, Some(vec![]);
    }
}

#[tokio::test]
async fn negative_zero_loses_its_sign() {
    assert_eq!(round_trip(&-0.0_f64).await.unwrap().to_bits(), 0.0_f64.to_bits());
}

#[tokio::test]
async fn nan_is_refused() {
    let error = round_trip(&f64::NAN).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Parameter { number: 1, .. }), "{error}");
    assert!(matches!(round_trip(&f32::NAN).await.unwrap_err().kind(), ErrorKind::Parameter { .. }));
    assert!(matches!(round_trip(&Some(f64::NAN)).await.unwrap_err().kind(), ErrorKind::Parameter { .. }));
}

#[test]
fn what_does_not_fit_is_an_error() {
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
fn what_fits_without_loss_is_read() {
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

#[tokio::test]
async fn every_kind_of_parameter_is_bound() {
    let db = memory().await;
    let sql = "SELECT quote(?1) || quote(?2) || quote(?3) || quote(?4) || quote(?5) || quote(?6) || quote(?7)";
    let bytes: &[u8] = &[1];
    let params = ("ann", 5, bytes, None::<&str>, Some("x"), Value::Boolean(true), ValueRef::Real(1.5));
    assert_eq!(value(&db, sql, &params).await.unwrap(), Value::from("'ann'5X'01'NULL'x'11.5"));

    let slice = [ValueRef::Integer(1), ValueRef::Integer(2)];
    for params in [&slice as &dyn Params, &&slice[..], &slice.to_vec(), &(1, 2)] {
        assert_eq!(value(&db, "SELECT ? * 10 + ?", params).await.unwrap(), Value::Integer(12));
        assert!(!params.is_empty());
    }
}

#[tokio::test]
async fn a_wrong_number_of_parameters_is_an_error() {
    let db = memory().await;
    let error = value(&db, "SELECT ?, ?", &(1,)).await.unwrap_err();
    assert_eq!(error.to_string(), "the statement has 2 placeholders, and the parameters are 1: pass one for each");
    assert!(value(&db, "SELECT 1", &(1,)).await.is_err());
}

#[tokio::test]
async fn rows_know_their_columns() {
    let db = memory().await;
    let mut seen = String::new();
    db.for_each_row("SELECT 1 AS one, CAST(X'ff' AS TEXT) AS broken, 300 AS big", &(), &mut |row| {
        seen = format!("{row:?} {:?} {:?}", row.columns(), row.name(3));
        assert_eq!(row.value(1), ValueRef::Blob(&[255]));
        assert_eq!(
            row.get::<String>(1).unwrap_err().to_string(),
            "cannot read the column `broken`, expected text, found bytes: change the type of the field, or the stored \
             value"
        );
        assert!(matches!(row.get::<u8>(2).unwrap_err().kind(), ErrorKind::Column { column, .. } if column == "big"));
        assert_eq!(
            row.get::<i64>(3).unwrap_err().to_string(),
            "there is no column 3 in the answer, which has 3, counted from 0: add it to the SELECT",
        );
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(seen, r#"["one", "broken", "big"] 3 None"#);
}

#[tokio::test]
async fn rows_affected_are_those_of_this_statement() {
    let db = with_numbers(memory().await).await;
    assert_eq!(db.execute("INSERT INTO numbers VALUES (1), (2), (3)", &()).await.unwrap(), 3);
    for sql in [
        "CREATE TABLE other (n INTEGER)",
        "ALTER TABLE numbers ADD COLUMN m INTEGER",
        "ALTER TABLE numbers RENAME COLUMN m TO k",
        "CREATE TABLE copied AS SELECT * FROM numbers",
        "UPDATE numbers SET n = 1 WHERE n = 99",
        "SELECT * FROM numbers",
        "PRAGMA user_version",
        "DROP TABLE copied",
    ] {
        assert_eq!(db.execute(sql, &()).await.unwrap(), 0, "{sql}");
    }
    assert_eq!(db.execute("UPDATE numbers SET n = 0 WHERE n > 1", &()).await.unwrap(), 2);
    assert_eq!(db.execute("INSERT INTO numbers (n) VALUES (7), (8) RETURNING n", &()).await.unwrap(), 2);
    assert_eq!(db.execute("DELETE FROM numbers", &()).await.unwrap(), 5);
    assert_eq!(db.execute("INSERT INTO numbers (n) VALUES (1)", &()).await.unwrap(), 1);
}

#[tokio::test]
async fn insert_answers_with_the_key() {
    let db = memory().await;
    db.batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t (id) VALUES (41);").await.unwrap();
    assert_eq!(inserted(&db, "INSERT INTO t (n) VALUES (?)", &(1,)).await.unwrap(), Some(42));
    let tx = db.begin().await.unwrap();
    assert_eq!(inserted(&tx, "INSERT INTO t (n) VALUES (?)", &(1,)).await.unwrap(), Some(43));
    tx.rollback().await.unwrap();
    assert_eq!(inserted(&db, "INSERT INTO t (n) VALUES (?)", &(1,)).await.unwrap(), Some(43));
}
