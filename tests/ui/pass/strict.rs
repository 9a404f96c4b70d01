//! The strictest of crates has nothing to say of what the macros write.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    rust_2018_idioms,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    variant_size_differences,
    unused_results,
    let_underscore_drop,
    nonstandard_style,
    clippy::all,
    clippy::pedantic
)]
#![allow(clippy::missing_panics_doc, clippy::missing_errors_doc, reason = "of the person's own functions")]
use signals::prelude::*;
use signals::many_to_many::{AnyIds, M2mAction};

/// A user.
#[model(table = "users")]
#[derive(Debug, Default, Clone, PartialEq)]
pub struct User {
    /// The key.
    #[key]
    pub id: Id<User>,
    /// The name.
    #[unique]
    pub name: String,
    /// How often it was saved.
    #[default(1)]
    pub saves: i64,
    /// Whoever brought the user here.
    #[foreign_key(on_delete = set_null, related_name = "brought")]
    pub by: Option<Id<User>>,
    /// Forgotten.
    #[skip]
    pub secret: Option<String>,
    /// To the model itself.
    #[many_to_many]
    pub friends: ManyToMany<User>,
    /// From both sides.
    #[many_to_many(symmetrical = false, related_name = "idols")]
    pub fans: ManyToMany<User>,
    /// Through a model of one's own.
    #[many_to_many(through = Visit)]
    pub visited: ManyToMany<Place>,
}

/// A place.
#[model(table = "places")]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The key.
    #[key]
    pub id: Id<Place>,
}

/// A user was there.
#[model]
#[derive(Debug, Default, Clone, Copy)]
pub struct Visit {
    /// The key.
    #[key]
    pub id: Id<Visit>,
    /// Who.
    #[foreign_key(on_delete = cascade)]
    pub user: Id<User>,
    /// Where.
    #[foreign_key(on_delete = cascade)]
    pub place: Id<Place>,
}

/// Nobody else needs to know.
#[model(app = "private")]
#[derive(Debug, Default)]
struct Secret {
    #[key]
    id: Id<Secret>,
    #[many_to_many]
    known_to: ManyToMany<User>,
}

/// Changes.
#[receiver(m2m_changed, sender = [UserFriends, Visit])]
pub fn change(action: M2mAction, ids: &mut dyn AnyIds) {
    assert!(action == M2mAction::PreAdd || !ids.is_empty());
}

/// Somebody asks.
#[signal(async, output = u8)]
#[derive(Debug)]
pub struct Asked<'a> {
    /// Who.
    pub user: &'a User,
    /// Where.
    pub tx: &'a mut Tx,
}

/// Somebody paid.
#[signal]
#[derive(Debug, Clone, Copy)]
pub struct Paid {
    /// How much.
    pub amount: u64,
}

/// Asks.
#[receiver(post_save, sender = User, created = true, when = |event| event.created)]
pub async fn ask(instance: &User, created: bool, tx: &mut Tx) -> Result<()> {
    assert!(created);
    let answers = Asked { user: instance, tx }.collect().await?;
    assert_eq!(answers, [1]);
    Ok(())
}

/// Answers.
#[receiver(Asked)]
pub async fn answer(user: &User, tx: &mut Tx) -> Result<u8> {
    assert_eq!(user.brought(tx).await?.len(), 0);
    Ok(1)
}

/// Pays.
#[receiver(post_commit, sender = User, after = [ask], before = [audit])]
pub fn pay(db: &Db) {
    assert!(db.url().starts_with("sqlite"));
}

/// Audits.
#[receiver([post_save, post_commit], sender = [User], after = [ask, answer], id = "audit")]
pub fn audit<M: Model>(instance: &M) {
    assert_eq!(M::META.name, "User");
    let _: &M = instance;
}

/// Sees all.
#[receiver(Paid)]
pub fn paid(event: &Paid) {
    assert_eq!(event.amount, 1);
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    assert_eq!(User::by_name(&db, "ann").await?.map(|ann| ann.saves), Some(1));
    assert_eq!(ann.by(&db).await?, None);
    ann.friends().add(&db, &[ann.id]).await?;
    assert_eq!(ann.idols().count(&db).await?, 0);
    let mut secret = Secret::default();
    secret.save(&db).await?;
    Paid { amount: 1 }.send()?;
    Ok(())
}
