//! `signals` brings Django's signals to Rust.
//!
//! - Annotate a struct with [`#[model]`](macro@model): it can be saved and deleted, and it sends signals when it is.
//! - Attach plain functions to signals with [`#[receiver]`](macro@receiver), from any crate. The compiler checks their
//!   parameters, and the linker collects them. Nothing is registered at run time, and nothing runs before `main`.
//! - A save, its receivers and everything that they write are one transaction.
//! - Declare signals of your own with [`#[signal]`](macro@signal). They need no model and no database.
//!
//! **[The guide](guide)** begins with `cargo new` and leads to production in short chapters. It is the best place to
//! start. This page is an overview, with links to the details.
//!
//! # Example
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
//! `#[tokio::main]` needs the features `macros` and `rt-multi-thread` of tokio:
//! `cargo add signals-rs tokio --features tokio/macros,tokio/rt-multi-thread`.
//!
//! # Models
//!
//! Each field of a model is a column. The key is an [`Id`] that the database generates, or an application-assigned key.
//!
//! ```rust,no_run,standalone_crate
//! use signals::prelude::*;
//!
//! #[model]
//! #[derive(Debug, Clone, Default)]
//! struct User {
//!     #[key]
//!     id: Id<User>,
//!     #[unique]
//!     username: String,
//!     #[default(10)]
//!     credits: i64,
//! }
//!
//! async fn example(db: &Db) -> Result<()> {
//!     let mut ann = User { username: "ann".to_owned(), ..User::default() };
//!     ann.save(db).await?; // an INSERT, which sets `ann.id`
//!     ann.credits -= 1;
//!     ann.save_fields(db, User::fields().credits).await?; // an UPDATE of one column
//!
//!     let found: Option<User> = User::by_username(db, "ann").await?;
//!     let rich: Vec<User> = User::filter(|user| user.credits.gt(1000)).limit(10).all(db).await?;
//!     ann.delete(db).await?;
//!     # let _ = (found, rich);
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! See [`model`](mod@model) for all attributes, methods and signals, and [`query`](mod@model::query) for queries.
//!
//! # Receivers
//!
//! A receiver is a function, `fn` or `async fn`. Its parameters are bound by name, in any order, and it takes only those that it
//! needs. Filters and order are part of the attribute.
//!
//! ```rust,no_run,standalone_crate
//! use signals::prelude::*;
//!
//! # #[model]
//! # #[derive(Debug, Clone, Default)]
//! # struct User { #[key] id: Id<User>, username: String, email: String }
//! #[receiver(pre_save, sender = User)]
//! fn check_name(instance: &mut User) -> Result<(), &'static str> {
//!     instance.username = instance.username.to_lowercase();
//!     if instance.username == "admin" { Err("the name is taken") } else { Ok(()) }
//! }
//!
//! #[receiver(post_save, sender = User, created = false, changed(email))]
//! fn confirm_address(instance: &User, previous: Option<&User>) {
//!     println!("{:?} is now {}", previous.map(|user| &user.email), instance.email);
//! }
//!
//! /// Without `sender`, it is called for every model.
//! #[receiver([post_save, post_delete])]
//! fn audit(instance: &dyn AnyModel) {
//!     println!("{} {}", instance.model().name, instance.key());
//! }
//! # fn main() {}
//! ```
//!
//! See [`#[receiver]`](macro@receiver) for the whole grammar, and [`model`](mod@model#signals) for the parameters of each signal.
//!
//! # Transactions
//!
//! A receiver that takes `tx: &mut Tx` writes in the transaction of the save. If it fails, everything is undone. What cannot be
//! undone, such as a mail, belongs in a receiver of [`post_commit`], which is called after the commit.
//!
//! ```rust,no_run,standalone_crate
//! use signals::prelude::*;
//!
//! # #[model]
//! # #[derive(Debug, Clone, Default)]
//! # struct Order { #[key] id: Id<Order>, total: i64 }
//! # #[model]
//! # #[derive(Debug, Clone, Default)]
//! # struct Invoice { #[key] id: Id<Invoice>, #[foreign_key(on_delete = protect)] order: Id<Order> }
//! #[receiver(post_save, sender = Order, created = true)]
//! async fn write_invoice(instance: &Order, tx: &mut Tx) -> Result<()> {
//!     Invoice { order: instance.id, ..Invoice::default() }.save(tx).await
//! }
//!
//! #[receiver(post_commit, sender = Order, created = true)]
//! async fn send_mail(instance: &Order) {
//!     println!("order {} is confirmed", instance.id);
//! }
//!
//! /// Two orders, their invoices and their mails, or none of them.
//! async fn order_two(db: &Db) -> Result<()> {
//!     db.transaction(async |tx| {
//!         Order { total: 10, ..Order::default() }.save(tx).await?;
//!         Order { total: 20, ..Order::default() }.save(tx).await
//!     })
//!     .await
//! }
//! # fn main() {}
//! ```
//!
//! See [`Db::transaction`] and [`Tx`] for savepoints and hooks, and [`db`] for what SQLite and PostgreSQL do differently.
//!
//! # Relations
//!
//! `#[one_to_one]` and `#[foreign_key]` point to a row, and `#[many_to_many]` relates two models. Each adds a method on both sides.
//! `on_delete` decides what happens to the rows that point to a deleted one.
//!
//! ```rust,no_run,standalone_crate
//! use signals::prelude::*;
//!
//! #[model]
//! #[derive(Debug, Clone, Default)]
//! struct Author {
//!     #[key]
//!     id: Id<Author>,
//! }
//!
//! #[model]
//! #[derive(Debug, Clone, Default)]
//! struct Tag {
//!     #[key]
//!     id: Id<Tag>,
//! }
//!
//! #[model]
//! #[derive(Debug, Clone, Default)]
//! struct Post {
//!     #[key]
//!     id: Id<Post>,
//!     #[foreign_key(on_delete = cascade)]
//!     author: Id<Author>,
//!     #[many_to_many]
//!     tags: ManyToMany<Tag>,
//! }
//!
//! async fn example(db: &Db, post: &Post, tag: &Tag) -> Result<()> {
//!     let mut author: Author = post.author(db).await?;
//!     let posts: Vec<Post> = author.post_set(db).await?;
//!     post.tags().add(db, [tag.id]).await?;
//!     let tagged: Vec<Post> = tag.post_set().all(db).await?;
//!     author.delete(db).await?; // also deletes the posts, with their own signals
//!     # let _ = (posts, tagged);
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! See [`many_to_many`] for the methods and the signal of many-to-many relations.
//!
//! # Signals of your own
//!
//! A signal is a struct, and its fields are the parameters of its receivers. This works without any model, and next to any
//! other database library.
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
//!     // A closure, connected at run time.
//!     let handle = OrderPaid::SIGNAL.connect(|event| println!("paid: {}", event.amount));
//!     OrderPaid { order: &order, amount: 50 }.send()?;
//!     handle.disconnect();
//!     Ok(())
//! }
//! ```
//!
//! See [`dispatch`] for signals that are awaited or have an output, and for the other signals of this library.
//!
//! # Errors
//!
//! Every call fails with an [`Error`]. Its text says what happened and what to do, and [`Error::kind`] is an enum to match on.
//!
//! ```rust,no_run,standalone_crate
//! use signals::ErrorKind;
//! use signals::prelude::*;
//!
//! # #[model]
//! # #[derive(Debug, Clone, Default)]
//! # struct User { #[key] id: Id<User>, #[unique] username: String }
//! /// Returns whether the name was free.
//! async fn sign_up(db: &Db, username: &str) -> Result<bool> {
//!     let mut user = User { username: username.to_owned(), ..User::default() };
//!     match user.save(db).await {
//!         Ok(()) => Ok(true),
//!         Err(error) if matches!(error.kind(), ErrorKind::Unique { .. }) => Ok(false),
//!         Err(error) => Err(error),
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! # Linking
//!
//! rustc does not link a crate that is only in `Cargo.toml` and never named in the code, so its receivers would never be called.
//! Name each crate of your application once, in its `lib.rs` or `main.rs`:
//!
//! ```text
//! signals::apps![accounts, billing];
//! ```
//!
//! A forgotten crate is found by [`check`] when the program starts, by [`testing::assert_linked`] in a test, and by rustc's lint
//! `unused_crate_dependencies`.
//!
//! Receivers, models and signals are static data that no code refers to. The linkers of Linux, macOS, the BSDs and MSVC keep it.
//! Where a linker does not, `check`, `create_tables` and the first use of a signal fail and say so:
//!
//! - **`x86_64-pc-windows-gnu`**, and every other build with `--gc-sections` of a linker that drops such data. Keep it, in
//!   `.cargo/config.toml`:
//!
//!   ```toml
//!   [target.x86_64-pc-windows-gnu]
//!   rustflags = ["-C", "link-arg=-Wl,--no-gc-sections"]
//!   ```
//!
//!   For this target, the flag must be in `rustflags` or `RUSTFLAGS`, where `signals-core` sees it when it is built. The linker
//!   keeps some of the data by chance, so the program itself cannot tell that the rest is missing.
//!
//! - **A Rust `dylib`** that contains signals, as with `-C prefer-dynamic`: each file has a registry of its own, so the library
//!   never calls receivers of the program. Link it statically.
//! - **WebAssembly** has no such sections. Signals do not compile for it.
//!
//! Two versions of `signals-core` in one program would share one registry that neither can read. Cargo refuses them and names
//! `links = "signals-core"`; `cargo tree --invert signals-core` lists the crates that depend on each.
//!
//! # What is checked when
//!
//! | when | what |
//! |---|---|
//! | compile time | the names and types of a receiver's parameters, its sender, that the sender sends the signal, `async`, filters, the return type, cycles of `after`, the columns and relations of a model |
//! | program start, by [`check`] | cycles through `before`, a function that one signal would call twice, `after` and `before` without effect, two receivers with one id, two models with one table, crates of [`apps!`] that declare nothing |
//! | program start, by [`check_context`] or [`ConnectOptions::check_context`](db::ConnectOptions::check_context) | receivers that need a value that no context has |
//! | program start, by [`Db::check_schema`] | columns, types, NULL, keys, uniqueness, indexes and foreign keys of the tables |
//! | tests, by `migrate::assert_complete(..)` | a model or a field that no migration creates, and what no model declares, with the feature `migrate` |
//! | tests, by [`testing::assert_linked`] | a crate in `Cargo.toml` that is not linked |
//! | tests, by `wiring().assert_locked(..)` | a receiver that was added, removed or moved since the last review, with the feature `wiring` |
//! | run time | what only the database knows: duplicates, missing rows and tables, locks. Each is an [`Error`] that says what to do |
//!
//! # Seeing signals and receivers
//!
//! [`wiring()`] lists the receivers of each signal in their order: `println!("{}", signals::wiring().of_sender("User"))` prints what
//! happens when a user is saved. With the feature `wiring`, the list is also JSON, a graph, a page of HTML, and a lock file that a test compares.
//!
//! # Testing
//!
//! A test opens a database of its own with `sqlite::memory:`. [`testing::mute`] leaves a receiver out on that database, and
//! [`testing::record`] records what is sent on it. See [`testing`].
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `sqlite` (default) | SQLite, compiled in |
//! | `postgres` | PostgreSQL |
//! | `postgres-tls` | PostgreSQL with `sslmode=require`: TLS by rustls, with the root certificates of the system |
//! | `uuid` | columns and keys of `uuid::Uuid` |
//! | `jiff` | columns of `jiff::Timestamp` and of `DateTime`, `Date` and `Time` of `jiff::civil` |
//! | `jiff-0_2` | the same columns with jiff 0.2 |
//! | `chrono` | columns of `chrono::DateTime<Utc>`, `NaiveDateTime`, `NaiveDate` and `NaiveTime` |
//! | `serde_json` | columns of `serde_json::Value`, and of any type with serde in a `Json<T>` |
//! | `serde` | [models as JSON](mod@model#models-as-json): ids, pointers, sets of fields and errors of fields as serde reads and writes them |
//! | `migrate` | [`Db::migrate`](migrate): numbered SQL files, by refinery, which a test writes from the models |
//! | `fixtures` | `db.load_fixture` and `db.dump_fixture`: rows as JSON, in Django's form |
//! | `auth` | `signals::auth`: the signals of logins, `authenticate`, `login` and `logout` over a model of yours; passwords by Argon2 |
//! | `tower-sessions` | `auth`, and logins in sessions of tower-sessions 0.15 |
//! | `tower-sessions-0_14` | the same with tower-sessions 0.14, for which other crates have stores, such as one for Redis |
//! | `sessions` | `tower-sessions`, and `auth::Sessions`: sessions in the database, whose model one line declares |
//! | `axum` | `serde`; an [`Error`] is a response of axum, and with `tower-sessions` the user of a request is an extractor, `auth::CurrentUser` |
//! | `web` | `signals::web`: the signals of requests, sent by a layer of tower |
//! | `durable` | [`durable`](mod@durable): receivers that are stored with the transaction, and called by workers until they succeed |
//! | `nats` | [`durable::nats`]: durable signals to programs with another database, over NATS JetStream |
//! | `tracing` | a span per receiver, and per [attempt](mod@durable#traces) to call a durable one |
//! | `metrics` | `durable`; [metrics](mod@durable#metrics) of durable receivers, for any recorder of the `metrics` crate |
//! | `wiring` | [`wiring`](mod@wiring) as JSON, a graph, a page of HTML, and a lock file that a test compares |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "auth")]
pub mod auth;
mod calendar;
mod check;
mod column;
pub mod db;
#[cfg(feature = "durable")]
mod delivery;
mod difference;
pub mod dispatch;
#[cfg(feature = "durable")]
pub mod durable;
pub mod error;
// Its programs are tested with all features only: each is linked by itself, which takes a while.
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "durable")]
mod fault;
#[cfg(all(
    doc,
    any(
        not(doctest),
        all(
            feature = "axum",
            feature = "durable",
            feature = "metrics",
            feature = "migrate",
            feature = "tower-sessions",
            feature = "wiring"
        )
    )
))]
pub mod guide;
pub mod model;
pub mod prelude;
mod report;
#[cfg(feature = "axum")]
mod response;
pub mod schema;
pub mod testing;
mod timer;
mod transaction_end;
mod value;
#[cfg(feature = "web")]
pub mod web;
pub mod wiring;

pub use check::{check, check_context};
#[doc(inline)]
pub use column::Column;
#[doc(inline)]
pub use db::{ConnectOptions, Db, Executor, Tx};
pub use error::{Error, ErrorKind, Result};
#[doc(inline)]
pub use model::many_to_many::{self, ManyToMany, m2m_changed, m2m_commit};
#[doc(inline)]
pub use model::{AnyModel, Id, Model, Ref};
#[doc(inline)]
pub use model::{
    post_commit, post_delete, post_delete_commit, post_delete_rollback, post_load, post_rollback, post_save,
    pre_delete, pre_save,
};
#[doc(inline)]
pub use schema::migrate;
#[doc(inline)]
pub use signals_core::Context;
/// Traits whose messages the compiler prints for receivers that do not match their signal.
#[doc(inline)]
pub use signals_core::diagnostics;
#[doc(inline)]
pub use signals_macros::{Column, apps, model, receiver, signal};
// The way out of `#[derive(Model)]`. The trait has the same name.
#[doc(hidden)]
pub use signals_macros::Model;
#[doc(inline)]
pub use wiring::wiring;

/// Compiles the code in `docs/`, and runs what can run.
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

/// What the macros expand to. Not part of the public API: it may change in any version.
#[doc(hidden)]
pub mod __private {
    pub use std::boxed::Box;
    pub use std::default::Default;

    pub use signals_core::__private::*;

    pub use signals_core::BoxFuture;

    pub use crate::column::{AnyColumn, ColumnFunctions, ColumnType, Counter};
    pub use crate::db::Query;
    #[cfg(feature = "durable")]
    pub use crate::delivery::{
        Delivered, DurableChannel, DurableField, DurableFieldError, DurableOf, DurableSignal, Fields, KeyColumn, Parts,
        PartsWithTx, StoredField, key_of_field, parts, parts_with_tx, send_durable, set_key,
    };
    pub use crate::model::diagnostics::*;
    pub use crate::model::load::{by_field, by_optional_field, by_text, row_by_name, rows_by_name};
    pub use crate::model::many_to_many::{
        Compared, DifferentModel, FieldIndex, FieldOf, Forward, Link, PointsOnceTo, Related, RelatesTo, Reverse,
        SameModel, Symmetry, Through,
    };
    pub use crate::model::query::{
        ColumnOf, ColumnsIf, HasColumns, ManyOf, Nullable, Required, RowThatPoints, RowsThatPoint,
    };
    pub use crate::model::{
        Accessor, AccessorOwner, Answered, AnyModel, AnyRow, Composite, CompositeKind, DefaultKey, DefaultOf, Field,
        FieldSet, Key, KeyFor, KeyIf, KeyOf, Meta, ModelInternals, NotValidated, OnDelete, PointerIf, PointsTo,
        ReadOnly, RelatedById, RelationKind, SendsLifecycle, Validated, VersionNumber, answered,
    };
    pub use crate::timer::TIMER;
    pub use crate::value::{ColumnError, Value, ValueRef};
}
