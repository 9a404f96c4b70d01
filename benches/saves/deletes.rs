//! Deletes of one row, and of a row with its cascade.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use signals::prelude::*;
use tokio::runtime::Runtime;

use super::measure::{Case, Table};
use super::{Plain, Watched, by_hand, plain, watched};

#[receiver(pre_delete, sender = Watched)]
async fn before<M: Model>(instance: &M, tx: &mut Tx) {
    std::hint::black_box((instance, tx));
}

#[receiver(post_delete, sender = Watched)]
fn after<M: Model>(instance: &M) {
    std::hint::black_box(instance);
}

#[model]
#[derive(Default)]
struct Parent {
    #[key]
    id: Id<Parent>,
    name: String,
}

#[model]
#[derive(Default)]
struct Child {
    #[key]
    id: Id<Child>,
    #[foreign_key(on_delete = cascade)]
    parent: Id<Parent>,
    name: String,
}

#[receiver([pre_delete, post_delete], sender = [Parent, Child])]
fn gone<M: Model>(instance: &M) {
    std::hint::black_box(instance);
}

const CHILDREN: u64 = 1000;

pub(super) fn cases(
    table: &mut Table,
    place: &str,
    folder: &Path,
    runtime: &Rc<Runtime>,
    connect: impl Fn(&str) -> Db,
) {
    let hand = by_hand(place, folder, "cascade");
    let floor = table.floor(Case::timed(format!("{place}: cascade of 1,000 by hand"), move || cascade_by_hand(&hand)));
    let db = connect("cascade");
    let shared = Rc::clone(runtime);
    table.case(
        floor,
        Case::timed(format!("{place}: delete of 1 and 1,000, signals"), move || shared.block_on(cascade(&db))),
    );
    one_row(table, place, folder, runtime, connect);
}

/// Deletes of rows that no model points to, in an open transaction.
fn one_row(table: &mut Table, place: &str, folder: &Path, runtime: &Rc<Runtime>, connect: impl Fn(&str) -> Db) {
    let hand = by_hand(place, folder, "delete");
    hand.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    let floor = table.floor(Case::turns(format!("{place}: DELETE by hand, in a transaction"), move |times| {
        hand.execute(&new_rows("plains", times), []).expect("rows");
        let last = hand.last_insert_rowid();
        let start = Instant::now();
        for id in last - i64::from(times) + 1..=last {
            let mut statement = hand.prepare_cached("DELETE FROM plains WHERE id = ?1").expect("a statement");
            assert_eq!(statement.execute([id]).expect("a row"), 1);
        }
        start.elapsed()
    }));
    let tx = runtime.block_on(connect("delete").begin()).expect("a transaction");
    table.case(
        floor,
        delete_each(format!("{place}: delete, in a transaction"), runtime, tx, |id| Plain {
            id: Id::new(id),
            ..plain()
        }),
    );
    let tx = runtime.block_on(connect("delete-watched").begin()).expect("a transaction");
    let name = format!("{place}: delete, in a transaction, two receivers");
    table.case(floor, delete_each(name, runtime, tx, |id| Watched { id: Id::new(id), ..watched() }));
}

/// Inserts so many rows, and deletes each of them.
fn delete_each<M: Model>(name: String, runtime: &Rc<Runtime>, tx: Tx, row: fn(i64) -> M) -> Case {
    let runtime = Rc::clone(runtime);
    Case::turns(name, move |times| {
        runtime.block_on(async {
            tx.execute(&new_rows(M::META.table, times), &()).await.expect("rows");
            let last: i64 = tx.query_one("SELECT last_insert_rowid()", &()).await.expect("a number");
            let mut rows: Vec<M> = (last - i64::from(times) + 1..=last).map(row).collect();
            let start = Instant::now();
            for row in &mut rows {
                assert_eq!(row.delete(&tx).await.expect("a row"), 1);
            }
            start.elapsed()
        })
    })
}

/// INSERT of so many rows.
fn new_rows(table: &str, rows: u32) -> String {
    format!(
        "INSERT INTO {table} (name, email, age) WITH RECURSIVE numbers(n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) SELECT 'ann', 'ann@example.org', n FROM numbers"
    )
}

/// The same statements as the cascade's, and the same rows read.
fn cascade_by_hand(hand: &rusqlite::Connection) -> Duration {
    let run = |sql: &str| hand.execute_batch(sql).expect("a statement");
    run("BEGIN IMMEDIATE");
    hand.execute("INSERT INTO parents (name) VALUES ('a')", []).expect("a row");
    let parent = hand.last_insert_rowid();
    for _ in 0..CHILDREN {
        hand.prepare_cached("INSERT INTO children (parent_id, name) VALUES (?1, 'c')")
            .and_then(|mut insert| insert.execute([parent]))
            .expect("a row");
    }
    run("COMMIT");
    let start = Instant::now();
    run("BEGIN IMMEDIATE");
    let children: Vec<Child> = hand
        .prepare_cached("SELECT id, parent_id, name FROM children WHERE parent_id = ?1")
        .and_then(|mut select| {
            let rows = select.query_map([parent], |row| {
                Ok(Child { id: Id::new(row.get(0)?), parent: Id::new(row.get(1)?), name: row.get(2)? })
            })?;
            rows.collect()
        })
        .expect("the children");
    for child in &children {
        std::hint::black_box(child);
    }
    run("PRAGMA defer_foreign_keys = ON");
    for children in children.chunks(500) {
        let marks = vec!["?"; children.len()].join(", ");
        let ids = children.iter().filter_map(|child| child.id.get());
        hand.prepare_cached(&format!("DELETE FROM children WHERE id IN ({marks})"))
            .and_then(|mut delete| delete.execute(rusqlite::params_from_iter(ids)))
            .expect("a DELETE");
    }
    for child in &children {
        std::hint::black_box(child);
    }
    hand.execute("DELETE FROM parents WHERE id = ?1", [parent]).expect("a DELETE");
    run("PRAGMA defer_foreign_keys = OFF");
    run("COMMIT");
    start.elapsed()
}

async fn cascade(db: &Db) -> Duration {
    let mut parent = Parent { name: "a".into(), ..Parent::default() };
    let tx = db.begin().await.expect("a transaction");
    parent.save(&tx).await.expect("a row");
    for _ in 0..CHILDREN {
        Child { parent: parent.id, name: "c".into(), ..Child::default() }.save(&tx).await.expect("a row");
    }
    tx.commit().await.expect("COMMIT");
    let start = Instant::now();
    let deleted = parent.delete(db).await.expect("a DELETE");
    let elapsed = start.elapsed();
    assert_eq!(deleted.of::<Child>(), CHILDREN);
    elapsed
}
