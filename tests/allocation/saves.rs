//! A save of plain columns allocates nothing beyond what the driver allocates for the same statement.

use allocation_counter::measure;
use signals::db::ValueRef;
use signals::prelude::*;

use crate::failure::TestResult;
use crate::now;

#[model]
#[derive(Default)]
struct Plain {
    #[key]
    id: Id<Plain>,
    name: String,
    email: Option<String>,
    age: i64,
}

/// The allocations of the second call: the first prepares its statement.
fn allocations(mut call: impl FnMut()) -> u64 {
    call();
    measure(call).count_total
}

#[tokio::test]
async fn rule_25_a_save_without_receivers_allocates_no_more_than_its_statement() -> TestResult {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;

    let by_hand = [ValueRef::Text("ann"), ValueRef::Text("ann@example.org"), ValueRef::Integer(5)];
    let insert = "INSERT INTO \"plains\" (\"name\", \"email\", \"age\") VALUES (?1, ?2, ?3)";
    let update = "UPDATE \"plains\" SET \"name\" = ?1, \"email\" = ?2, \"age\" = ?3 WHERE \"id\" = 1";
    let insert_by_hand = allocations(|| _ = now(db.execute(insert, &by_hand)).unwrap());
    let update_by_hand = allocations(|| _ = now(db.execute(update, &by_hand)).unwrap());

    let mut plain =
        Plain { name: "ann".to_owned(), email: Some("ann@example.org".to_owned()), age: 5, ..Plain::default() };
    let inserted = allocations(|| {
        plain.id = Id::UNSET;
        now(plain.save(&db)).unwrap();
    });
    let updated = allocations(|| now(plain.save(&db)).unwrap());
    assert_eq!((inserted, updated), (insert_by_hand, update_by_hand));

    let tx = db.begin().await?;
    let insert_by_hand = allocations(|| _ = now(tx.execute(insert, &by_hand)).unwrap());
    let inserted = allocations(|| {
        plain.id = Id::UNSET;
        now(plain.save(&tx)).unwrap();
    });
    assert_eq!(inserted, insert_by_hand);
    Ok(())
}

/// The most that was allocated at once while so many rows were inserted, without the rows.
async fn most_for(rows: usize) -> u64 {
    let db = Db::connect("sqlite::memory:").await.unwrap();
    db.create_tables().await.unwrap();
    let row = || Plain { name: "ann".to_owned(), email: None, age: 5, ..Plain::default() };
    let mut first: Vec<Plain> = (0..64).map(|_| row()).collect();
    Plain::create_many(&db, &mut first).await.unwrap();
    let mut plain: Vec<Plain> = (0..rows).map(|_| row()).collect();
    // Otherwise the runtime of the test has its future yield every now and then.
    let created = tokio::task::coop::unconstrained(Plain::create_many(&db, &mut plain).into_future());
    let allocated = measure(|| now(created).unwrap());
    assert_eq!(Plain::all(&db).await.unwrap().len(), 64 + rows);
    allocated.bytes_max
}

#[tokio::test]
async fn rule_23_many_rows_take_no_memory_but_for_what_a_failure_puts_back() {
    let (few, many) = (most_for(640).await, most_for(6400).await);
    let put_back = size_of::<Id<Plain>>() as u64;
    assert!(many - few <= (6400 - 640) * put_back, "{few} bytes for 640 rows, {many} for 6400");
}
