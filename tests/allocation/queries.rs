//! A query allocates its text and its rows, and no more.

use allocation_counter::measure;
use signals::db::ValueRef;
use signals::prelude::*;

use crate::failure::TestResult;
use crate::now;

#[model(table = "searched")]
#[derive(Default)]
struct Searched {
    #[key]
    id: Id<Searched>,
    name: String,
    age: i64,
}

const BY_HAND: &str = "SELECT \"id\", \"name\", \"age\" FROM \"searched\" WHERE \"age\" >= ?1 AND \"name\" <> ?2 ORDER BY \"age\" DESC, \"id\" LIMIT ?3";

#[tokio::test]
async fn a_query_allocates_its_text_and_its_rows() -> TestResult {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let row = |age| Searched { name: "ann".to_owned(), age, ..Searched::default() };
    Searched::create_many(&db, &mut (0..10).map(row).collect::<Vec<_>>()).await?;
    let tx = db.begin().await?;
    let name = String::from("bob");
    let query =
        || Searched::filter(|row| row.age.ge(2) & row.name.ne(&name)).order_by(|row| row.age.desc()).limit(5).all(&tx);
    assert_eq!(now(query())?.len(), 5);
    let queried = measure(|| assert_eq!(now(query()).unwrap().len(), 5)).count_total;

    let params = [ValueRef::Integer(2), ValueRef::Text(&name), ValueRef::Integer(5)];
    let read = |row: &signals::db::Row<'_>| -> Result<Searched> {
        Ok(Searched { id: row.get(0)?, name: row.get(1)?, age: row.get(2)? })
    };
    let by_hand = || {
        let mut rows = Vec::new();
        now(tx.for_each_row(BY_HAND, &params, &mut |row| {
            rows.push(read(row)?);
            Ok(())
        }))
        .unwrap();
        rows
    };
    assert_eq!(by_hand().len(), 5);
    let by_hand = measure(|| assert_eq!(by_hand().len(), 5)).count_total;
    assert_eq!(queried, by_hand + 1, "the text");
    tx.rollback().await?;
    Ok(())
}

#[tokio::test]
async fn a_count_allocates_its_text() -> TestResult {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let tx = db.begin().await?;
    let count = || Searched::filter(|row| row.age.ge(2) & row.name.eq("ann")).count(&tx);
    assert_eq!(now(count())?, 0);
    let counted = measure(|| _ = now(count()).unwrap()).count_total;

    let sql = "SELECT count(*) FROM \"searched\" WHERE \"age\" >= ?1 AND \"name\" = ?2";
    let params = [ValueRef::Integer(2), ValueRef::Text("ann")];
    let by_hand = || now(tx.for_each_row(sql, &params, &mut |row| row.get::<i64>(0).map(drop))).unwrap();
    by_hand();
    assert_eq!(counted, measure(by_hand).count_total + 1, "the text");
    tx.rollback().await?;
    Ok(())
}
