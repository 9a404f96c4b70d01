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
#![allow(clippy::missing_panics_doc, clippy::missing_errors_doc, reason = "of the user's own functions")]
use signals::many_to_many::{AnyIds, M2mAction};
use signals::prelude::*;

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
    /// The user that invited this one.
    #[foreign_key(on_delete = set_null, related_name = "brought")]
    pub by: Option<Id<User>>,
    /// Not stored.
    #[skip]
    pub secret: Option<String>,
    /// To the model itself.
    #[many_to_many]
    pub friends: ManyToMany<User>,
    /// From both sides.
    #[many_to_many(symmetrical = false, related_name = "idols")]
    pub fans: ManyToMany<User>,
    /// Through a model that the user writes.
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

/// A user visited a place.
#[model]
#[derive(Debug, Default, Clone, Copy)]
pub struct Visit {
    /// The key.
    #[key]
    pub id: Id<Visit>,
    /// The user.
    #[foreign_key(on_delete = cascade)]
    pub user: Id<User>,
    /// The place.
    #[foreign_key(on_delete = cascade)]
    pub place: Id<Place>,
}

/// Known to some users only.
#[model(app = "private")]
#[derive(Debug, Default)]
struct Secret {
    #[key]
    id: Id<Secret>,
    #[many_to_many]
    known_to: ManyToMany<User>,
}

/// Declares a model whose methods are not called.
macro_rules! unused {
    ($name:ident, $field:ident) => {
        #[model]
        #[derive(Debug, Default, Clone)]
        struct $name {
            #[key]
            id: Id<$name>,
            #[unique]
            from_name: String,
            #[unique]
            number: i64,
            #[foreign_key(on_delete = cascade)]
            to_user: Id<User>,
            #[one_to_one(on_delete = cascade, related_name = "is_told")]
            $field: Id<User>,
            #[many_to_many(related_name = "into_places")]
            from_places: ManyToMany<Place>,
        }
    };
}

unused!(Unused, is_user);

/// Changes.
#[receiver(m2m_changed, sender = [UserFriends, Visit])]
pub fn change(action: M2mAction, ids: &mut dyn AnyIds) {
    assert!(action == M2mAction::PreAdd || !ids.is_empty());
}

/// A question.
#[signal(async, output = u8)]
#[derive(Debug)]
pub struct Asked<'a> {
    /// The user.
    pub user: &'a User,
    /// The transaction.
    pub tx: &'a mut Tx,
}

/// A payment.
#[signal]
#[derive(Debug, Clone, Copy)]
pub struct Paid {
    /// How much.
    pub amount: u64,
}

/// Asks.
#[receiver(post_save, sender = User, created = true, when = |event| event.update_fields.is_none())]
pub async fn ask(instance: &User, tx: &mut Tx) -> Result<()> {
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

// It is private, and only the linker uses it.
#[receiver(post_commit, sender = User, after = pay)]
fn note_payment() {}

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

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(User, Place, Visit, Secret)>().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    assert_eq!(User::by_name(&db, "ann").await?.map(|ann| ann.saves), Some(1));
    assert_eq!(ann.by(&db).await?, None);
    ann.friends().add(&db, [ann.id]).await?;
    assert_eq!(ann.idols().count(&db).await?, 0);
    let mut secret = Secret::default();
    secret.save(&db).await?;
    Paid { amount: 1 }.send()?;
    assert_eq!(Unused::default().number, 0);
    Ok(())
}
