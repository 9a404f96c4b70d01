//! The floor on SQLite: rusqlite with cached statements.

use std::hint::black_box;
use std::time::Duration;

use measure::{Case, Cell};
use rusqlite::{Connection, params, params_from_iter};

use crate::place::{self, ADD, COUNT, DELETE, INSERT, JOIN, LIST, NONE_OF_MANY, PRAGMAS, Place, REMOVE, UPDATE};
use crate::timed;
use crate::work::{AGE, CHILDREN, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};

/// Rows per statement, as most libraries of the other columns choose a number of this size.
const ROWS: usize = 50;

pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) age: i64,
}

pub(crate) struct Child {
    pub(crate) id: i64,
    pub(crate) parent: i64,
    pub(crate) name: String,
}

#[expect(dead_code, reason = "it is read into, as by the libraries, and not looked at")]
pub(crate) struct Parent {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// A receiver.
#[inline(never)]
pub(crate) fn receive<T>(row: &T) {
    black_box(row);
}

fn open(place: &Place, work: Work) -> Connection {
    let connection = Connection::open(place.file()).expect("a database");
    for pragma in PRAGMAS {
        connection.execute_batch(pragma).expect(pragma);
    }
    connection.execute_batch(&place::contents(place.kind, work.operation)).expect("tables");
    connection
}

pub(crate) fn cell(place: &Place, work: Work) -> Cell {
    let connection = open(place, work);
    connection.set_prepared_statement_cache_capacity(64);
    Case::turns(move |times| turn(&connection, work, times)).into()
}

fn execute(connection: &Connection, sql: &str, params: impl rusqlite::Params) {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).expect(sql);
}

fn turn(connection: &Connection, work: Work, times: u32) -> Duration {
    if work.is_inside {
        execute(connection, "BEGIN IMMEDIATE", []);
    }
    let elapsed = match work.operation {
        Operation::Insert => timed!(
            times,
            around(connection, work, || {
                insert(connection, work);
            })
        ),
        Operation::Update => {
            let mut row = Row { id: 1, name: NAME.to_owned(), email: Some(EMAIL.to_owned()), age: 0 };
            timed!(times, {
                row.age += 1;
                around(connection, work, || {
                    execute(connection, UPDATE, params![row.name, row.email, row.age, row.id]);
                    received(work, &row);
                });
            })
        }
        Operation::Delete => {
            let rows: Vec<_> = (0..times).map(|_| insert(connection, Work { has_receivers: false, ..work })).collect();
            let mut rows = rows.into_iter();
            timed!(times, {
                let row = Row { id: rows.next().expect("a row"), name: NAME.to_owned(), email: None, age: 5 };
                around(connection, work, || {
                    execute(connection, DELETE, [row.id]);
                    received(work, &row);
                });
            })
        }
        Operation::CreateMany => many(connection, work, times),
        Operation::AddAndRemove => timed!(times, {
            around(connection, work, || {
                received(work, &1);
                execute(connection, ADD, [1, 1]);
            });
            around(connection, work, || {
                received(work, &1);
                execute(connection, REMOVE, [1, 1]);
            });
        }),
        Operation::Cascade => {
            let mut watch = Watch::default();
            for _ in 0..times {
                let parent = family(connection);
                watch.start();
                around(connection, work, || cascade(connection, work, parent));
                watch.stop();
            }
            watch.elapsed
        }
        Operation::Read(read) => reads(connection, read, times),
    };
    if work.is_inside {
        execute(connection, "ROLLBACK", []);
    }
    elapsed
}

fn received<T>(work: Work, row: &T) {
    if work.has_receivers {
        receive(row);
        receive(row);
    }
}

fn around(connection: &Connection, work: Work, act: impl FnOnce()) {
    if work.begins() {
        execute(connection, "BEGIN IMMEDIATE", []);
    }
    act();
    if work.begins() {
        execute(connection, "COMMIT", []);
    }
}

fn insert(connection: &Connection, work: Work) -> i64 {
    let mut row = Row { id: 0, name: NAME.to_owned(), email: Some(EMAIL.to_owned()), age: 5 };
    execute(connection, INSERT, params![row.name, row.email, row.age]);
    row.id = connection.last_insert_rowid();
    received(work, &row);
    black_box(row.id)
}

pub(crate) fn rows() -> Vec<Row> {
    (0..MANY).map(|_| Row { id: 0, name: NAME.to_owned(), email: Some(EMAIL.to_owned()), age: 7 }).collect()
}

impl Row {
    pub(crate) fn columns(&self) -> (&String, &Option<String>, i64) {
        (&self.name, &self.email, self.age)
    }
}

fn many(connection: &Connection, work: Work, times: u32) -> Duration {
    let sql = format!("INSERT INTO plains (name, email, age) VALUES {}", vec!["(?, ?, ?)"; ROWS].join(", "));
    let mut watch = Watch::default();
    for _ in 0..times {
        let mut rows = rows();
        watch.start();
        around(connection, work, || {
            for rows in rows.chunks_mut(ROWS) {
                let values =
                    rows.iter().flat_map(|row| -> [&dyn rusqlite::ToSql; 3] { [&row.name, &row.email, &row.age] });
                execute(connection, &sql, params_from_iter(values));
                let last = connection.last_insert_rowid();
                for (row, id) in rows.iter_mut().rev().zip((1..=last).rev()) {
                    row.id = id;
                }
            }
        });
        watch.stop();
        black_box(&rows);
        connection.execute_batch(NONE_OF_MANY).expect("no rows");
    }
    watch.elapsed
}

/// A parent with many children.
pub(crate) fn family(connection: &Connection) -> i64 {
    execute(connection, "BEGIN IMMEDIATE", []);
    execute(connection, "INSERT INTO parents (name) VALUES ('a')", []);
    let parent = connection.last_insert_rowid();
    for _ in 0..MANY {
        execute(connection, "INSERT INTO children (parent_id, name) VALUES (?, 'c')", [parent]);
    }
    execute(connection, "COMMIT", []);
    parent
}

/// With receivers, which see each row, the rows are read and deleted by their ids.
fn cascade(connection: &Connection, work: Work, parent: i64) {
    if !work.has_receivers {
        execute(connection, "DELETE FROM children WHERE parent_id = ?", [parent]);
        execute(connection, "DELETE FROM parents WHERE id = ?", [parent]);
        return;
    }
    let read = "SELECT id, parent_id, name FROM children WHERE parent_id = ?";
    let children: Vec<Child> = connection
        .prepare_cached(read)
        .and_then(|mut select| {
            let rows = select
                .query_map([parent], |row| Ok(Child { id: row.get(0)?, parent: row.get(1)?, name: row.get(2)? }))?;
            rows.collect()
        })
        .expect("the children");
    children.iter().for_each(receive);
    for children in children.chunks(500) {
        let sql = format!("DELETE FROM children WHERE id IN ({})", vec!["?"; children.len()].join(", "));
        execute(connection, &sql, params_from_iter(children.iter().map(|child| child.id)));
    }
    for child in &children {
        black_box((child.parent, &child.name));
        receive(child);
    }
    execute(connection, "DELETE FROM parents WHERE id = ?", [parent]);
}

fn reads(connection: &Connection, read: Read, times: u32) -> Duration {
    match read {
        Read::List => timed!(times, {
            assert_eq!(black_box(list(connection).expect(LIST)).len(), usize::from(FEW));
        }),
        Read::Join => timed!(times, {
            assert_eq!(black_box(join(connection).expect(JOIN)).len(), usize::from(FEW));
        }),
        Read::Count => timed!(times, {
            let count =
                connection.prepare_cached(COUNT).and_then(|mut count| count.query_one([PARENT], |row| row.get(0)));
            assert_eq!(count, Ok(CHILDREN));
        }),
    }
}

fn list(connection: &Connection) -> rusqlite::Result<Vec<Row>> {
    let mut select = connection.prepare_cached(LIST)?;
    let row =
        |row: &rusqlite::Row<'_>| Ok(Row { id: row.get(0)?, name: row.get(1)?, email: row.get(2)?, age: row.get(3)? });
    select.query_map([AGE], row)?.collect()
}

fn join(connection: &Connection) -> rusqlite::Result<Vec<(Child, Parent)>> {
    let mut select = connection.prepare_cached(JOIN)?;
    let row = |row: &rusqlite::Row<'_>| {
        let child = Child { id: row.get(0)?, parent: row.get(1)?, name: row.get(2)? };
        Ok((child, Parent { id: row.get(3)?, name: row.get(4)? }))
    };
    select.query_map([PARENT], row)?.collect()
}
