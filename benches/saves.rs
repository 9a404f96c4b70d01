//! The cost of saving and deleting models, compared with the same statements by hand on the same driver:
//! `cargo bench --bench saves`.
//!
//! Every case has a floor that is measured in the same run: the driver's own connection with its cached statements. PostgreSQL
//! is measured when the feature is on and `SIGNALS_TEST_POSTGRES` names a server.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use rusqlite::params;
use signals::prelude::*;
use tokio::runtime::Runtime;

#[path = "saves/deletes.rs"]
mod deletes;
mod measure;

use measure::{Case, Table};

/// The user of the manual, without receivers. Its table has an index.
#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    username: String,
    email: Option<String>,
    #[skip]
    number: u64,
}

/// The same with two receivers.
#[model]
#[derive(Default)]
struct Member {
    #[key]
    id: Id<Member>,
    #[unique]
    username: String,
    email: Option<String>,
    #[skip]
    number: u64,
}

/// The cheapest row: no index and no receivers.
#[model]
#[derive(Default)]
struct Plain {
    #[key]
    id: Id<Plain>,
    name: String,
    email: Option<String>,
    age: i64,
}

/// The same with two receivers.
#[model]
#[derive(Default)]
struct Watched {
    #[key]
    id: Id<Watched>,
    name: String,
    email: Option<String>,
    age: i64,
}

#[receiver(post_save, sender = [Watched, Member])]
async fn first<M: Model>(instance: &M, tx: &mut Tx) {
    std::hint::black_box((instance, tx));
}

#[receiver(post_save, sender = [Watched, Member])]
fn second<M: Model>(instance: &M, created: bool) {
    std::hint::black_box((instance, created));
}

const INSERT: &str = "INSERT INTO plains (name, email, age) VALUES (?1, ?2, ?3)";
const UPDATE: &str = "UPDATE plains SET name = ?1, email = ?2, age = ?3 WHERE id = ?4";
const INSERT_USER: &str = "INSERT INTO users (username, email) VALUES (?1, ?2)";
const UPDATE_USER: &str = "UPDATE users SET username = ?1, email = ?2 WHERE id = ?3";
const TABLES: &str =
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL UNIQUE, email TEXT) STRICT;
     CREATE TABLE plains (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT, \
                      age INTEGER NOT NULL) STRICT;
     CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL) STRICT;
     CREATE TABLE children (id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER NOT NULL REFERENCES parents (id) \
        DEFERRABLE INITIALLY IMMEDIATE, name TEXT NOT NULL) STRICT;
     CREATE INDEX child_parent ON children (parent_id);";

fn main() {
    let runtime = Rc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));
    let folder = std::env::temp_dir().join(format!("signals-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the files");
    let mut table = Table::new();
    for place in ["memory", "file"] {
        sqlite(&mut table, place, &folder, &runtime);
    }
    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("SIGNALS_TEST_POSTGRES") {
        postgres::cases(&mut table, &url, &runtime);
    }
    table.print();
    // A folder that cannot be removed does no harm.
    let _ = std::fs::remove_dir_all(folder);
}

/// A connection with the same settings as those of `Db`, opened by hand.
fn by_hand(place: &str, folder: &Path, case: &str) -> rusqlite::Connection {
    let connection = match place {
        "memory" => rusqlite::Connection::open_in_memory(),
        _ => rusqlite::Connection::open(folder.join(format!("hand-{case}.db"))),
    };
    let connection = connection.expect("a database");
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; {TABLES}"
        ))
        .expect("tables");
    connection
}

fn sqlite(table: &mut Table, place: &str, folder: &Path, runtime: &Rc<Runtime>) {
    let connect = |case: &str| {
        let url = match place {
            "memory" => "sqlite::memory:".to_owned(),
            _ => format!("sqlite:{}", folder.join(format!("{case}.db")).display()),
        };
        runtime.block_on(async {
            let db = Db::connect(&url).await.expect("a database");
            db.create_tables().await.expect("tables");
            db
        })
    };
    numbers(table, place, folder, runtime, connect);
    users(table, place, folder, runtime, connect);
    deletes::cases(table, place, folder, runtime, connect);
    many(table, place, by_hand(place, folder, "many"), connect("many"), runtime);
}

/// Rows of which only a number changes.
fn numbers(table: &mut Table, place: &str, folder: &Path, runtime: &Rc<Runtime>, connect: impl Fn(&str) -> Db) {
    let hand = by_hand(place, folder, "insert");
    let floor = table.floor(Case::new(format!("{place}: INSERT by hand"), move |count| {
        let mut statement = hand.prepare_cached(INSERT).expect("a statement");
        statement.execute(params!["ann", "ann@example.org", 5]).expect("a row");
        *count += u64::from(hand.last_insert_rowid() > 0);
    }));
    table.case(
        floor,
        saves(format!("{place}: save, new"), runtime, connect("insert"), plain(), |row| row.id = Id::UNSET),
    );

    let hand = by_hand(place, folder, "update");
    hand.execute(INSERT, params!["ann", "ann@example.org", 5]).expect("a row");
    let floor = table.floor(Case::new(format!("{place}: UPDATE by hand"), move |count| {
        let mut statement = hand.prepare_cached(UPDATE).expect("a statement");
        *count += 1;
        statement.execute(params!["ann", "ann@example.org", count.cast_signed(), 1]).expect("a row");
    }));
    table.case(floor, saves(format!("{place}: save, again"), runtime, connect("update"), plain(), is_older));

    let hand = by_hand(place, folder, "in-transaction");
    hand.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    let floor = table.floor(Case::new(format!("{place}: INSERT by hand, in a transaction"), move |count| {
        let mut statement = hand.prepare_cached(INSERT).expect("a statement");
        statement.execute(params!["ann", "ann@example.org", 5]).expect("a row");
        *count += u64::from(hand.last_insert_rowid() > 0);
    }));
    let tx = runtime.block_on(connect("in-transaction").begin()).expect("a transaction");
    table.case(
        floor,
        saves(format!("{place}: save, new, in a transaction"), runtime, tx, plain(), |row| row.id = Id::UNSET),
    );

    let hand = by_hand(place, folder, "watched");
    let floor = table.floor(Case::new(format!("{place}: BEGIN, INSERT, COMMIT by hand"), move |count| {
        hand.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([])).expect("BEGIN");
        let mut statement = hand.prepare_cached(INSERT).expect("a statement");
        statement.execute(params!["ann", "ann@example.org", 5]).expect("a row");
        *count += u64::from(hand.last_insert_rowid() > 0);
        hand.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).expect("COMMIT");
    }));
    let name = format!("{place}: save, new, two receivers");
    table.case(floor, saves(name, runtime, connect("watched"), watched(), |row| row.id = Id::UNSET));
}

/// Rows of the user of the README.
fn users(table: &mut Table, place: &str, folder: &Path, runtime: &Rc<Runtime>, connect: impl Fn(&str) -> Db) {
    let floor =
        table.floor(users_by_hand(format!("{place}: INSERT of a user by hand"), by_hand(place, folder, "user")));
    table.case(floor, saves(format!("{place}: save, a user"), runtime, connect("user"), user(), is_another_user));

    let hand = by_hand(place, folder, "user-update");
    hand.execute(INSERT_USER, params!["ann", "ann@example.org"]).expect("a row");
    let floor = table.floor(Case::new(format!("{place}: UPDATE of a user by hand"), move |count| {
        *count += 1;
        let mut statement = hand.prepare_cached(UPDATE_USER).expect("a statement");
        statement.execute(params!["ann", count.to_string(), 1]).expect("a row");
    }));
    let ann = User { username: "ann".into(), ..user() };
    table.case(
        floor,
        saves(format!("{place}: save, a user, again"), runtime, connect("user-update"), ann, is_older_user),
    );

    let hand = by_hand(place, folder, "user-in-transaction");
    hand.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
    let floor = table.floor(users_by_hand(format!("{place}: INSERT of a user, in a transaction"), hand));
    let tx = runtime.block_on(connect("user-in-transaction").begin()).expect("a transaction");
    table.case(floor, saves(format!("{place}: save, a user, in a transaction"), runtime, tx, user(), is_another_user));

    let hand = by_hand(place, folder, "member");
    let next = Cell::new(0);
    let floor = table.floor(Case::new(format!("{place}: BEGIN, INSERT of a user, COMMIT"), move |count| {
        hand.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([])).expect("BEGIN");
        *count += insert_user(&hand, &next);
        hand.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).expect("COMMIT");
    }));
    let name = format!("{place}: save, a user, two receivers");
    let member = Member { email: Some("ann@example.org".into()), ..Member::default() };
    table.case(floor, saves(name, runtime, connect("member"), member, is_another_member));
}

fn users_by_hand(name: String, hand: rusqlite::Connection) -> Case {
    let next = Cell::new(0);
    Case::new(name, move |count| *count += insert_user(&hand, &next))
}

fn insert_user(hand: &rusqlite::Connection, next: &Cell<u64>) -> u64 {
    next.set(next.get() + 1);
    let mut statement = hand.prepare_cached(INSERT_USER).expect("a statement");
    statement.execute(params![next.get().to_string(), "ann@example.org"]).expect("a row");
    u64::from(hand.last_insert_rowid() > 0)
}

fn user() -> User {
    User { email: Some("ann@example.org".into()), ..User::default() }
}

fn is_another_user(user: &mut User) {
    user.number += 1;
    (user.id, user.username) = (Id::UNSET, user.number.to_string());
}

fn is_older_user(user: &mut User) {
    user.number += 1;
    user.email = Some(user.number.to_string());
}

fn is_another_member(member: &mut Member) {
    member.number += 1;
    (member.id, member.username) = (Id::UNSET, member.number.to_string());
}

/// The same rows by hand, with as many rows per statement, and by `create_many`.
fn many(table: &mut Table, place: &str, hand: rusqlite::Connection, db: Db, runtime: &Rc<Runtime>) {
    let insert = format!("INSERT INTO plains (name, email, age) VALUES {}", vec!["(?, ?, ?)"; 64].join(", "));
    let floor = table.floor(Case::timed(format!("{place}: 10,240 rows by hand"), move || {
        hand.execute_batch(NO_ROWS).expect("no rows");
        let rows = rows(10_240);
        let start = Instant::now();
        hand.execute_batch("BEGIN IMMEDIATE").expect("BEGIN");
        for rows in rows.chunks(64) {
            let mut statement = hand.prepare_cached(&insert).expect("a statement");
            let mut number = 0;
            for row in rows {
                let values: [&dyn rusqlite::ToSql; 3] = [&row.name, &row.email, &row.age];
                for value in values {
                    number += 1;
                    statement.raw_bind_parameter(number, value).expect("a value");
                }
            }
            statement.raw_execute().expect("64 rows");
        }
        hand.execute_batch("COMMIT").expect("COMMIT");
        start.elapsed()
    }));
    table.case(floor, create_many(format!("{place}: create_many of 10,240"), 10_240, db, runtime));
}

fn create_many(name: impl Into<String>, count: usize, db: Db, runtime: &Rc<Runtime>) -> Case {
    let runtime = Rc::clone(runtime);
    Case::timed(name, move || {
        runtime.block_on(async {
            db.execute(NO_ROWS, &()).await.expect("no rows");
            let mut rows = rows(count);
            let start = Instant::now();
            Plain::create_many(&db, &mut rows).await.expect("rows");
            start.elapsed()
        })
    })
}

/// Deletes the new rows, and keeps those that other cases save again.
const NO_ROWS: &str = "DELETE FROM plains WHERE name = 'one of many'";

fn rows(count: usize) -> Vec<Plain> {
    (0..count).map(|_| Plain { name: "one of many".into(), ..plain() }).collect()
}

fn plain() -> Plain {
    Plain { name: "ann".into(), email: Some("ann@example.org".into()), age: 5, ..Plain::default() }
}

fn watched() -> Watched {
    Watched { name: "ann".into(), email: Some("ann@example.org".into()), age: 5, ..Watched::default() }
}

/// Saves the row repeatedly, each time after this change.
fn saves<M: Model>(
    name: impl Into<String>,
    runtime: &Rc<Runtime>,
    executor: impl Executor + 'static,
    row: M,
    change: fn(&mut M),
) -> Case {
    let (runtime, row) = (Rc::clone(runtime), RefCell::new(row));
    Case::turns(name, move |times| {
        let row = &mut *row.borrow_mut();
        runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..times {
                change(row);
                row.save(&executor).await.expect("a row");
            }
            start.elapsed()
        })
    })
}

fn is_older(row: &mut Plain) {
    row.age += 1;
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::pin::pin;

    use tokio_postgres::binary_copy::BinaryCopyInWriter;
    use tokio_postgres::types::Type;
    use tokio_postgres::{Client, NoTls, Statement};

    use super::{Case, Db, Id, Instant, NO_ROWS, Rc, Runtime, Table};
    use super::{create_many, is_older, plain, rows, saves, watched};

    const INSERT: &str = "INSERT INTO plains (name, email, age) VALUES ($1, $2, $3) RETURNING id";
    const UPDATE: &str = "UPDATE plains SET name = $1, email = $2, age = $3 WHERE id = $4";

    pub(crate) fn cases(table: &mut Table, url: &str, runtime: &Rc<Runtime>) {
        let schema = format!("signals_bench_{}", std::process::id());
        let question = if url.contains('?') { '&' } else { '?' };
        let inside = format!("{url}{question}options=-c%20search_path%3D{schema}");
        let (db, hand) = runtime.block_on(async {
            let admin = connect(url).await;
            admin.batch_execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
            let db = Db::connect(&inside).await.expect("a database");
            db.create_tables().await.expect("tables");
            (db, connect(&inside).await)
        });
        let hand = Rc::new(hand);
        let prepare = |sql: &str| runtime.block_on(hand.prepare(sql)).expect("a statement");
        let (insert, update) = (prepare(INSERT), prepare(UPDATE));

        let floor = table.floor(insert_by_hand("postgres: INSERT by hand", &hand, &insert, Wrapped::Bare, runtime));
        table.case(floor, saves("postgres: save, new", runtime, db.clone(), plain(), |row| row.id = Id::UNSET));

        let (client, shared) = (Rc::clone(&hand), Rc::clone(runtime));
        let floor = table.floor(Case::turns("postgres: UPDATE by hand", move |times| {
            shared.block_on(async {
                let start = Instant::now();
                for age in 0..i64::from(times) {
                    client.execute(&update, &[&"ann", &"ann@example.org", &age, &1_i64]).await.expect("a row");
                }
                start.elapsed()
            })
        }));
        table.case(floor, saves("postgres: save, again", runtime, db.clone(), plain(), is_older));

        let name = "postgres: BEGIN, INSERT, COMMIT by hand";
        let floor = table.floor(insert_by_hand(name, &hand, &insert, Wrapped::InTransaction, runtime));
        table.case(
            floor,
            saves("postgres: save, new, two receivers", runtime, db.clone(), watched(), |row| row.id = Id::UNSET),
        );
        for (count, name) in [(1000, "1,000"), (10_240, "10,240")] {
            let floor = table.floor(many_by_hand(&format!("postgres: {name} rows by hand"), count, &hand, runtime));
            table.case(floor, create_many(format!("postgres: create_many of {name}"), count, db.clone(), runtime));
        }
        let floor = table.floor(many_by_hand("postgres: 10,240 rows by hand, again", 10_240, &hand, runtime));
        table.case(floor, copied_by_hand("postgres: 10,240 rows by COPY, without ids", hand, runtime));
        table.afterwards({
            let (runtime, url) = (Rc::clone(runtime), url.to_owned());
            move || {
                runtime.block_on(async {
                    let drop = format!("DROP SCHEMA {schema} CASCADE");
                    connect(&url).await.batch_execute(&drop).await.expect("the schema is dropped");
                });
            }
        });
    }

    #[derive(Clone, Copy)]
    enum Wrapped {
        Bare,
        InTransaction,
    }

    fn insert_by_hand(
        name: &str,
        hand: &Rc<Client>,
        insert: &Statement,
        wrapped: Wrapped,
        runtime: &Rc<Runtime>,
    ) -> Case {
        let (hand, insert, runtime) = (Rc::clone(hand), insert.clone(), Rc::clone(runtime));
        Case::turns(name, move |times| {
            runtime.block_on(async {
                let start = Instant::now();
                for _ in 0..times {
                    if let Wrapped::InTransaction = wrapped {
                        hand.batch_execute("BEGIN").await.expect("BEGIN");
                    }
                    let row = hand.query_one(&insert, &[&"ann", &"ann@example.org", &5_i64]).await.expect("a row");
                    std::hint::black_box(row.get::<_, i64>(0));
                    if let Wrapped::InTransaction = wrapped {
                        hand.batch_execute("COMMIT").await.expect("COMMIT");
                    }
                }
                start.elapsed()
            })
        })
    }

    /// The fastest way that also returns the ids: an array per column, whatever the number of rows, in a transaction.
    fn many_by_hand(name: &str, count: usize, hand: &Rc<Client>, runtime: &Rc<Runtime>) -> Case {
        let (hand, runtime) = (Rc::clone(hand), Rc::clone(runtime));
        let insert = "INSERT INTO plains (name, email, age) \
                      SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) RETURNING id";
        let insert = runtime.block_on(hand.prepare(insert)).expect("a statement");
        Case::timed(name, move || {
            runtime.block_on(async {
                hand.batch_execute(NO_ROWS).await.expect("no rows");
                let mut rows = rows(count);
                let start = Instant::now();
                hand.batch_execute("BEGIN").await.expect("BEGIN");
                let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
                let emails: Vec<Option<&str>> = rows.iter().map(|row| row.email.as_deref()).collect();
                let ages: Vec<i64> = rows.iter().map(|row| row.age).collect();
                let ids = hand.query(&insert, &[&names, &emails, &ages]).await.expect("rows");
                for (row, id) in rows.iter_mut().zip(ids) {
                    row.id = Id::new(id.get(0));
                }
                hand.batch_execute("COMMIT").await.expect("COMMIT");
                start.elapsed()
            })
        })
    }

    fn copied_by_hand(name: &str, hand: Rc<Client>, runtime: &Rc<Runtime>) -> Case {
        let runtime = Rc::clone(runtime);
        let copy = "COPY plains (name, email, age) FROM STDIN BINARY";
        Case::timed(name, move || {
            runtime.block_on(async {
                hand.batch_execute(NO_ROWS).await.expect("no rows");
                let rows = rows(10_240);
                let start = Instant::now();
                let sink = hand.copy_in(copy).await.expect("COPY");
                let mut writer = pin!(BinaryCopyInWriter::new(sink, &[Type::TEXT, Type::TEXT, Type::INT8]));
                for row in &rows {
                    writer.as_mut().write(&[&row.name, &row.email, &row.age]).await.expect("a row");
                }
                writer.finish().await.expect("10,240 rows");
                start.elapsed()
            })
        })
    }

    async fn connect(url: &str) -> Client {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a server");
        tokio::spawn(async move {
            // The next statement reports the failure.
            let _ = connection.await;
        });
        client
    }
}
