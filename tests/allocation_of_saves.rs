//! A save of plain columns allocates nothing beyond what the driver allocates for the same statement.
#![allow(missing_docs, reason = "a test")]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use signals::ValueRef;
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Plain {
    #[key]
    id: Id<Plain>,
    name: String,
    email: Option<String>,
    age: i64,
}

/// Polls a future that waits for nobody.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

/// The allocations of the second call: the first prepares its statement.
fn allocations(mut call: impl FnMut()) -> u64 {
    call();
    measure(call).count_total
}

#[tokio::test]
async fn rule_25_a_save_without_receivers_allocates_no_more_than_its_statement() {
    let db = Db::connect("sqlite::memory:").await.unwrap();
    db.create_tables().await.unwrap();

    let by_hand = [ValueRef::Text("ann"), ValueRef::Text("ann@example.org"), ValueRef::Integer(5)];
    let insert = "INSERT INTO \"plain\" (\"name\", \"email\", \"age\") VALUES (?1, ?2, ?3)";
    let update = "UPDATE \"plain\" SET \"name\" = ?1, \"email\" = ?2, \"age\" = ?3 WHERE \"id\" = 1";
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

    let tx = db.begin().await.unwrap();
    let insert_by_hand = allocations(|| _ = now(tx.execute(insert, &by_hand)).unwrap());
    let inserted = allocations(|| {
        plain.id = Id::UNSET;
        now(plain.save(&tx)).unwrap();
    });
    assert_eq!(inserted, insert_by_hand);
}
