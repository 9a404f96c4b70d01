//! Values, rows and parameters of SQLite.

use super::*;
use crate::db::tests::values::{check_round_trips, round_trip};
use crate::error::ErrorKind;

#[tokio::test]
async fn text_with_nul_comes_back() -> TestResult {
    let db = memory().await?;
    check_round_trips! { &db; String: "a\0b\0".into(); }
    Ok(())
}

#[tokio::test]
async fn negative_zero_loses_its_sign() -> TestResult {
    let db = memory().await?;
    assert_eq!(round_trip(&db, &-0.0_f64).await?.to_bits(), 0.0_f64.to_bits());
    Ok(())
}

#[tokio::test]
async fn nan_is_refused() -> TestResult {
    let db = memory().await?;
    let error = round_trip(&db, &f64::NAN).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Parameter { number: 1, .. }), "{error}");
    assert!(matches!(round_trip(&db, &f32::NAN).await.unwrap_err().kind(), ErrorKind::Parameter { .. }));
    assert!(matches!(round_trip(&db, &Some(f64::NAN)).await.unwrap_err().kind(), ErrorKind::Parameter { .. }));
    Ok(())
}

#[tokio::test]
async fn every_kind_of_parameter_is_bound() -> TestResult {
    let db = memory().await?;
    let sql = "SELECT quote(?1) || quote(?2) || quote(?3) || quote(?4) || quote(?5) || quote(?6) || quote(?7)";
    let bytes: &[u8] = &[1];
    let params = ("ann", 5, bytes, None::<&str>, Some("x"), Value::Boolean(true), ValueRef::Real(1.5));
    assert_eq!(value(&db, sql, &params).await?, Value::from("'ann'5X'01'NULL'x'11.5"));

    let slice = [ValueRef::Integer(1), ValueRef::Integer(2)];
    for params in [&slice as &dyn Params, &&slice[..], &slice.to_vec(), &(1, 2)] {
        assert_eq!(value(&db, "SELECT ? * 10 + ?", params).await?, Value::Integer(12));
        assert!(!params.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_read_as_bytes() -> TestResult {
    let db = memory().await?;
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
    .await?;
    assert_eq!(seen, r#"["one", "broken", "big"] 3 None"#);
    Ok(())
}

#[tokio::test]
async fn insert_answers_with_the_key() -> TestResult {
    let db = memory().await?;
    db.batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t (id) VALUES (41);").await?;
    assert_eq!(inserted(&db, "INSERT INTO t (n) VALUES (?)", &(1,)).await?, Some(42));
    let tx = db.begin().await?;
    assert_eq!(inserted(&tx, "INSERT INTO t (n) VALUES (?)", &(1,)).await?, Some(43));
    tx.rollback().await?;
    assert_eq!(inserted(&db, "INSERT INTO t (n) VALUES (?)", &(1,)).await?, Some(43));
    Ok(())
}
