//! Django's signals for Rust, wired by the compiler and the linker.
//!
//! Derive [`#[model]`](macro@model) on a struct: it can be saved and deleted, and it sends signals when it is. Attach plain
//! functions to the signals with [`#[receiver]`](macro@receiver), from any crate. The compiler checks each of them: what it
//! asks for, of which model, of which signal. The linker collects them: nothing is registered at run time, nothing runs before
//! `main`, and a dispatch is a loop over function pointers that allocates nothing.
//!
//! # The whole program
//!
//! ```rust,standalone_crate
//! use signals::prelude::*;
//!
//! #[model]
//! #[derive(Debug, Clone, Default, PartialEq)]
//! pub struct User {
//!     #[key]
//!     pub id: Id<User>,
//!     #[unique]
//!     pub username: String,
//!     pub email: Option<String>,
//! }
//!
//! #[model]
//! #[derive(Debug, Clone, Default, PartialEq)]
//! pub struct Profile {
//!     #[key]
//!     pub id: Id<Profile>,
//!     #[one_to_one(on_delete = cascade)]
//!     pub user: Id<User>,
//!     pub bio: Option<String>,
//! }
//!
//! #[receiver(post_save, sender = User, created = true)]
//! async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
//!     Profile { user: instance.id, ..Profile::default() }.save(tx).await
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<()> {
//!     let db = Db::connect("sqlite::memory:").await?;
//!     db.create_tables().await?;
//!
//!     let mut ann = User { username: "ann".to_owned(), ..User::default() };
//!     ann.save(&db).await?; // one transaction: the row, the receivers, the profile
//!     println!("{:?}", ann.profile(&db).await?); // the other side of the one-to-one
//!     Ok(())
//! }
//! ```
//!
//! # What is checked when
//!
//! | when | what |
//! |---|---|
//! | compile time | the names and types of a receiver's arguments, its sender, that the sender sends the signal, `async` only where it is awaited, filters, what it returns, a cycle of `after`, the columns and relations of a model |
//! | start of the program, by [`check`] | a cycle through `before`, a function that one signal would call twice, `after` and `before` without effect, two receivers with one id, two models with one table, crates of [`apps!`] that declare nothing |
//! | start of the program, by [`Db::check_schema`] | columns, types, NULL, keys, uniqueness, indexes and foreign keys of the tables |
//! | in a test, by [`testing::assert_linked`] | a crate that is in `Cargo.toml` and was never named, so that its receivers are not linked |
//! | in a test, by `Wiring::assert_locked`, with the feature `wiring` | a receiver that was added, removed or moved since the last review |
//! | run time | what only the database knows: duplicates, missing rows and tables, locks. Each is an [`Error`] that says what to do |
//!
//! # Models
//!
//! A model is a struct with named fields, each of which is a column: integers up to 64 bit, floats, `bool`, `String`,
//! `Vec<u8>`, [`Id`]s, dates, UUIDs and JSON behind the [features](#features) named for their crates, enums with
//! [`#[derive(Column)]`](macro@Column), `Option`s of all these, and any type that implements [`Column`]. One field is the
//! `#[key]`: an `Id<Self>`, which is unset until the database assigns it, or a key that you set yourself. Other models point
//! to the first with an `Id`, and to the second with a [`Ref`].
//!
//! Dates and times are kept in microseconds. A save cuts off what is finer, in the value that you hold as well, so that it is
//! the one that is read back.
//!
//! [`save`](Model::save), [`save_fields`](Model::save_fields), [`create`](Model::create), [`delete`](Model::delete), [`refresh`](Model::refresh),
//! [`get`](Model::get) and [`all`](Model::all) come from [`Model`]; a `#[unique]` field adds `User::by_username(..)`; a relation
//! adds `profile.user(..)` on the one side and `user.profile(..)` on the other, which is in a trait of its own
//! (`ProfileByUser`) so that the two models may be in two crates. Every call takes a `&Db`, and then is a transaction of its own,
//! or a `&mut Tx`, and then joins that transaction.
//!
//! A field `#[many_to_many] groups: ManyToMany<Group>` is no column: rows of a model between the two relate them, `UserGroups`, which the
//! attribute makes, with the fields `user_id` and `group_id`, or `from_user_id` and `to_user_id` between two of one model.
//! `ann.groups()` and `staff.user_set()` are a [`Related`], with `add`, `remove`, `clear`, `set`, `create`, `all`,
//! `ids`, `count` and `contains`. A relation of a model to itself is symmetrical, unless it says `symmetrical = false`.
//!
//! Sets of fields are written `User::fields().email | User::fields().username`, and [`FieldSet::empty()`] has none.
//! [`get_or_create`](Model::get_or_create), [`update_or_create`](Model::update_or_create) and [`upsert`](Model::upsert) find a row
//! by some of its fields. [`create_many`](Model::create_many), [`update_where`](Model::update_where) and
//! [`delete_where`](Model::delete_where) write many rows at a time, send one signal for all of them, and those of single rows only
//! `.with_signals()`.
//!
//! Your SQL names tables and columns, which are `users` for `struct User`, and `user_id` for the relation `user`: see the attributes
//! below. Everything else, errors and fixtures included, names models and fields. What this library writes is quoted, so that a
//! column may be called `order` or `user`; your own SQL has to quote such a word too, because `SELECT user` is the name of the
//! database's user in PostgreSQL.
//!
//! This is no ORM. What goes beyond is your SQL: [`Db::execute`], [`Db::query_as`], which reads models by the names of their
//! columns and tuples by position, [`Db::query_one`] and [`Db::for_each_row`], and the same on a [`Tx`]. Placeholders are the same on every
//! database: `?` for the next parameter, or `?2` or `$2` for the second one. Inside a
//! transaction, the connection of the driver itself, `tx.sqlite(..)` and `tx.postgres(..)`.
//!
//! | attribute | meaning |
//! |---|---|
//! | `#[model(table = "..")]`, `#[model(app = "..")]` | the table; else the plural of the name of the struct, `users` or `blog_posts`; with an `app` Django's name, `blog_post` |
//! | `#[model(unique(team, number))]`, `#[model(index(last_name, first_name))]` | of several columns together; any number of them |
//! | `#[model(delete_signals = false)]` | receivers of every model do not hear of its deletes, so that its rows go without being loaded |
//! | `#[key]` | the key, exactly one |
//! | `#[unique]`, `#[index]` | of the column |
//! | `#[default(expr)]` | the value of the field in `User::default()`, with `#[derive(Default)]` below `#[model]`. A save replaces nothing: `0`, `""`, `false` and `None` are stored as they are. Of a key: that of a row that is inserted without one |
//! | `#[update(expr)]` | set before every save |
//! | `#[version]` | an integer that counts the saves of a row. A save of a row that somebody else has saved in the meantime is [`ErrorKind::Stale`] |
//! | `#[column(name = "..")]` | the column; else the name of the field, and of a relation `user_id` |
//! | `#[read_only]` | the database sets the column, in its own way or by `generated = "price * amount"` or `default = "CURRENT_TIMESTAMP"`. No save writes it, and each reads it back |
//! | `#[skip]` | no column; its `#[default]`, or `Default`, when the row is read |
//! | `#[one_to_one(on_delete = ..)]`, `#[foreign_key(on_delete = ..)]` | points to a row of another model. `cascade`, `db_cascade`, `protect`, `restrict`, `set_null`, `set_default`, `do_nothing`; `related_name` names the accessor of the other side |
//! | `#[many_to_many]` | relates to many rows of another model. `through` names a model of your own between the two, `through_fields(user, group)` its fields if it has several to one side; `related_name`, `symmetrical`, `table` |
//!
//! # Receivers
//!
//! A receiver is a plain function. Its parameters are bound by their names to the fields of what the signal carries, in any
//! order, only those that are wanted; a parameter called `event` is all of it. It is `fn` or `async fn`, and returns nothing or a
//! `Result` whose error is anything that converts into a `Box<dyn Error + Send + Sync>`.
//!
//! | signal | when | carries |
//! |---|---|---|
//! | [`pre_save`] | before the row is written, in the transaction | `instance: &mut User`, `update_fields`, `tx: &mut Tx` |
//! | [`post_save`] | after it, in the transaction | `instance: &User`, `created: bool`, `previous`, `changes`, `update_fields`, `tx: &mut Tx` |
//! | [`pre_delete`] | before the row is deleted, in the transaction | `instance: &User`, `origin: &dyn AnyModel`, `tx: &mut Tx` |
//! | [`post_delete`] | after it, in the transaction | `instance: &User`, `origin: &dyn AnyModel`, `tx: &mut Tx` |
//! | [`post_bulk_create`], [`post_bulk_update`], [`post_bulk_delete`] | after many rows were written at a time, in the transaction | `instances: &[User]`; `update_fields` and `count`; `count`; each with `model: &Meta` and `tx: &mut Tx` |
//! | [`post_commit`] | after the commit, once per row and transaction | `instance: &User`, `created: bool`, `previous`, `changes`, `db: &Db` |
//! | [`post_rollback`] | after a save was undone, once per row and rollback | as `post_commit` |
//! | [`m2m_changed`] | before and after rows are related or no longer related, in the transaction; the sender is the model between | `action: M2mAction`, `reverse: bool`, `instance: &dyn AnyModel`, `model: &Meta`, `through: &Meta`, `ids: &mut dyn AnyIds`, `tx: &mut Tx` |
//! | [`post_load`] | after a row that you asked for was read, synchronously | `instance: &mut User` |
//!
//! `previous: Option<&User>` is the row as it was, `changes: FieldSet<User>` says what differs. Both cost one SELECT before
//! the UPDATE, and only if a receiver that asks for them is linked. `update_fields: Option<FieldSet<User>>` is what
//! `save_fields` was called with. For a receiver of every model they are `Option<&dyn AnyModel>`, `FieldSet<dyn AnyModel>` and
//! `Option<FieldSet<dyn AnyModel>>`.
//!
//! A delete sends its signals for every row that goes with the one that is deleted, children before their parents.
//!
//! The row, `pre_save`, `post_save` and everything that receivers write through `tx` are one transaction: a receiver that fails
//! undoes it all. What cannot be undone, such as a mail, belongs into `post_commit`, which has no `tx` to write to by mistake. It is
//! called at most once: a process that ends after the COMMIT and before the receiver calls it never. What must not be lost is saved
//! as a row in `post_save`, on the `tx`, and done and deleted by a job that looks for such rows.
//! What may fail is tried in a [`tx.savepoint(..)`](Tx::savepoint), which is undone alone. `post_rollback` clears what was done
//! outside of the database for a save that is not there any more.
//!
//! | key of the attribute | meaning |
//! |---|---|
//! | `sender = User` | one model, by any path or alias; `sender = [User, Order]` for a generic function; left out: every model, and `instance` is a `&dyn AnyModel` |
//! | `created = true` | only inserts; `false`: only updates |
//! | `changed(email, name)` | only if one of these fields has another value than before |
//! | `raw = true` | also raw writes, of `db.load_fixture`; else not |
//! | `when = condition` | a function or closure of the payload |
//! | `after = [a, b]`, `before = [c]` | order against other receivers |
//! | `id = "welcome-mail"` | a stable name; else `crate::module::function` |
//!
//! Receivers of one signal run one after the other: `after` and `before` first, then by crate, module and line. The order is the
//! same in every build. The first error stops the save and comes back as [`ErrorKind::Receiver`], with the receiver's name and place.
//!
//! # Signals of your own
//!
//! A signal is a struct; receivers ask for its fields. This works without any model, and beside any other database library.
//!
//! ```rust,standalone_crate
//! use signals::prelude::*;
//!
//! struct Order {
//!     number: u32,
//! }
//!
//! #[signal]
//! struct OrderPaid<'a> {
//!     order: &'a Order,
//!     amount: u64,
//! }
//!
//! #[receiver(OrderPaid, when = |event| event.amount > 100)]
//! fn thank(order: &Order, amount: u64) {
//!     println!("{amount} for order {}, thank you", order.number);
//! }
//!
//! fn main() -> Result<()> {
//!     let order = Order { number: 7 };
//!     OrderPaid { order: &order, amount: 250 }.send()?;
//!
//!     // At run time, until it is disconnected.
//!     let handle = OrderPaid::SIGNAL.connect(|event| println!("paid: {}", event.amount));
//!     OrderPaid { order: &order, amount: 50 }.send()?;
//!     handle.disconnect();
//!     Ok(())
//! }
//! ```
//!
//! [`#[signal(async)]`](macro@signal) awaits its receivers, `#[signal(output = Vote)]` gathers what they return. `send` stops at
//! the first error; `send_robust` calls everybody, catches panics and reports each. A crate that only declares or receives
//! signals can depend on `signals-core` alone.
//!
//! The library sends some of its own that have no sender: [`pre_migrate`] and [`post_migrate`] round
//! [`create_tables`](Db::create_tables) and migrations, with `plan: &Plan` and `tx: &mut Tx`; [`connection_created`] for every new connection
//! to a database, with `connection: &mut NewConnection` and `url: &str`; and with the feature `web`, from a layer round a service of
//! tower such as axum's router, `request_started`, `got_request_exception` and `request_finished`.
//!
//! With the feature `auth`, a model of yours that implements `AuthUser` is one of users: `authenticate::<User>(&db, credentials)` finds out
//! who somebody is, or sends `user_login_failed`; `login(&db, &session, &mut user)` sends `user_logged_in` when the session is filled and the
//! last login saved; `logout::<User>(&db, &session)` sends `user_logged_out` before the session is emptied. Their sender is the model.
//!
//! A receiver may send signals, also the one that it received. A chain deeper than 32 is an error that prints one round of it; see
//! [`set_recursion_limit`].
//!
//! # Linking
//!
//! A crate that is only in `Cargo.toml` and never named in the code is not linked: rustc leaves it out, and its receivers are
//! never called. Name each crate of your application once, in its `lib.rs` or `main.rs`:
//!
//! ```text
//! signals::apps![accounts, billing];
//! ```
//!
//! Three nets catch one that was forgotten: rustc's lint `unused_crate_dependencies`, [`testing::assert_linked`] in a test, and
//! [`check`] at the start of the program.
//!
//! Receivers, models and signals are static data that no code refers to. The linkers of Linux, macOS, the BSDs and MSVC keep it.
//! Where one does not, `check`, `create_tables` and the first use of a signal are errors that say so:
//!
//! - **`x86_64-pc-windows-gnu`** and every other build with `--gc-sections` of a linker that drops such data. Keep it, in
//!   `.cargo/config.toml`:
//!
//!   ```toml
//!   [target.x86_64-pc-windows-gnu]
//!   rustflags = ["-C", "link-arg=-Wl,--no-gc-sections"]
//!   ```
//!
//!   For this target the flag must be one of `rustflags` or `RUSTFLAGS`, where `signals-core` sees it when it is built. The linker
//!   keeps some of the data by chance, so the program itself cannot tell that the rest is missing.
//!
//! - **A Rust `dylib`** that has signals in it, as with `-C prefer-dynamic`: each file has a registry of its own, so that the receivers of
//!   the program are never called by what is in the library. Link them statically.
//! - **WebAssembly** has no such sections; signals do not compile for it.
//!
//! Two versions of `signals-core` in one program would share one registry that neither can read. Cargo refuses them, with the words
//! `links = "signals-core"`: `cargo tree --invert signals-core` says which crates ask for which.
//!
//! # Seeing the wiring
//!
//! [`wiring`] answers what happens when a user is saved: `println!("{}", signals::wiring().of_sender("User"))` prints the receivers
//! in their order, with their filters and locations. With the feature `wiring`, it is also JSON, a graph for Mermaid or Graphviz, and a
//! page of HTML with a search field.
//!
//! An update of a dependency can add a receiver. With this test and the feature `wiring`, a review shows it as a line in a file of your
//! repository:
//!
//! ```no_run
//! # #[cfg(feature = "wiring")]
//! #[test]
//! fn the_wiring_is_what_was_reviewed() {
//!     signals::wiring().assert_locked("wiring.lock"); // `UPDATE_WIRING=1 cargo test` writes it
//! }
//! ```
//!
//! # Testing receivers
//!
//! A receiver is a plain function, which a test can call. [`testing::mute`] leaves one out for what is done on one database, and
//! [`testing::record`] notes what is sent there: tests that run at the same time, each on a database of its own, do not notice.
//!
//! A closure of [`connect`](Signal::connect) is another thing. A signal belongs to the whole program, so the closure is called for
//! every database, those of tests that run at the same time in the same binary among them. In a test, use `record`; or bind the guard
//! of [`connect_scoped`](Signal::connect_scoped) and let the closure leave out what is not its own, by `event.tx.db()` or
//! `event.db`: [`db.is(&other)`](Db::is).
//!
//! # Databases
//!
//! `sqlite:path/to/file.db` or `sqlite::memory:`. One connection writes, others read beside it; a transaction begins with BEGIN
//! IMMEDIATE, and waits for another process without blocking the executor. A transaction that waits too long for another one of
//! the same program fails with the place where that one began: it is nearly always a receiver that used `&db` instead of its
//! `tx`.
//!
//! `postgres://user:password@host/database`, with the feature `postgres`: a pool of connections
//! ([`ConnectOptions::pool_size`]) that prepare each statement once. A save without receivers is one round trip, a save with
//! receivers two and what they do themselves, because BEGIN travels with the first statement. `create_tables` may run in
//! several processes at a time. A transaction that waits too long for a connection fails with the places that hold them. Through
//! pgbouncer, add `?statement_cache_capacity=0`; what else a URL can say, and how a server that has gone is noticed, is at
//! [`ConnectOptions`].
//!
//! | | SQLite | PostgreSQL |
//! |---|---|---|
//! | a statement of your own SQL that fails in a transaction | is undone, the transaction goes on | breaks the transaction |
//! | NaN | refused | stored |
//! | -0.0 | loses its sign | stored |
//! | dates and times | text in UTC, `2026-11-25 12:00:00.123456`, of the years 0 to 9999 | numbers, from 4714 BC on |
//! | UUIDs | 16 bytes | `UUID` |
//! | JSON | text, as it was written | `JSONB`: 1e16 becomes an integer, and a NUL in a text is refused |
//! | a NUL in a text | stored | refused |
//! | the next [`Id`] after a row was inserted with one that you set | goes on behind it | takes no notice of it |
//! | a commit survives a power cut | with [`?synchronous=full`](db::Synchronous) | yes |
//! | a transaction that waits for another one | [`ErrorKind::WriterBusy`], and [`ErrorKind::Locked`] for another process | waits, [`ErrorKind::LockTimeout`] after `lock_timeout` |
//! | JSON that is nested more than 127 deep | refused | refused |
//! | a deadlock, a conflict | cannot be | [`ErrorKind::Serialization`], do the transaction again |
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `sqlite` (default) | SQLite, compiled in |
//! | `postgres` | PostgreSQL |
//! | `postgres-tls` | PostgreSQL with `sslmode=require`: TLS by rustls, trusting whom the system trusts |
//! | `uuid` | columns and keys of `uuid::Uuid` |
//! | `jiff` | columns of `jiff::Timestamp` and of `DateTime`, `Date` and `Time` of `jiff::civil` |
//! | `chrono` | columns of `chrono::DateTime<Utc>`, `NaiveDateTime`, `NaiveDate` and `NaiveTime` |
//! | `serde_json` | columns of `serde_json::Value`, and of any type that serde knows in a `Json<T>` |
//! | `migrate` | [`Db::migrate`](migrate): numbered SQL files, by refinery |
//! | `fixtures` | `db.load_fixture` and `db.dump_fixture`: rows as JSON, in Django's form |
//! | `auth` | `signals::auth`: the signals of logins, `authenticate`, `login` and `logout` over a model of yours; passwords by Argon2 |
//! | `tower-sessions` | `auth`, and logins in sessions of tower-sessions |
//! | `web` | `signals::web`: the signals of requests, sent by a layer of tower |
//! | `tracing` | a span per receiver |
//! | `wiring` | [`wiring`](mod@wiring) as JSON, a graph, a page of HTML, and a lock file that a test compares |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "auth")]
pub mod auth;
mod calendar;
mod check;
mod column;
pub mod db;
mod difference;
pub mod dispatch;
pub mod error;
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod model;
pub mod prelude;
mod report;
pub mod schema;
pub mod testing;
mod value;
#[cfg(feature = "web")]
pub mod web;
pub mod wiring;

pub use check::check;
#[doc(inline)]
pub use column::Column;
#[doc(inline)]
pub use db::{ConnectOptions, Db, Executor, Tx};
pub use error::{Error, ErrorKind, Result};
#[doc(inline)]
pub use model::many_to_many::{self, ManyToMany, m2m_changed};
#[doc(inline)]
pub use model::{AnyModel, Id, Model, Ref};
#[doc(inline)]
pub use model::{post_commit, post_delete, post_load, post_rollback, post_save, pre_delete, pre_save};
#[doc(inline)]
pub use schema::migrate;
/// The traits whose texts the compiler prints for receivers that do not fit.
#[doc(inline)]
pub use signals_core::diagnostics;
#[doc(inline)]
pub use signals_macros::{Column, apps, model, receiver, signal};
#[doc(inline)]
pub use wiring::wiring;

/// The code in `docs/` is compiled, and what is meant to run is run.
#[cfg(doctest)]
mod docs {
    #[doc = include_str!("../docs/errors.md")]
    mod errors {}
    #[doc = include_str!("../docs/from-django.md")]
    mod from_django {}
    #[cfg(feature = "migrate")]
    #[doc = include_str!("../docs/migrations.md")]
    mod migrations {}
}

/// What the macros write. Not for people: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use std::default::Default;

    pub use signals_core::__private::*;

    pub use signals_core::BoxFuture;

    pub use crate::column::ColumnType;
    pub use crate::db::Query;
    pub use crate::model::load::{by_field, row_by_name, rows_by_name};
    pub use crate::model::many_to_many::{
        FieldOf, Forward, Link, Nth, OtherModel, PointsOnceTo, Related, RelatesTo, Reverse, Same, SameModel, Symmetry,
        Through,
    };
    pub use crate::model::{
        Accessor, Composite, CompositeKind, Counter, DefaultKey, DefaultOf, Field, FieldSet, Key, KeyBehind, KeyOf,
        Lifecycle, Meta, ModelInternals, On, OnDelete, PointsTo, ReadOnly, RelatedById, RelationKind, SendsLifecycle,
        VersionNumber,
    };
    pub use crate::value::{ColumnError, Value, ValueRef};
}
