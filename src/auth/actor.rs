//! Who acts.

use std::fmt;

use signals_core::Context;

use crate::column::Column;
use crate::db::Db;
use crate::model::{AnyModel, Meta, Model};
use crate::value::{Value, ValueRef};

/// The user who acts, of any model: what receivers that know no model of users take from the context, such as those that write an audit log.
///
/// [`login`](super::login()), [`logout`](super::logout()) and the extractor `CurrentUser` put it into the context, unless the context has one.
/// Programs that know the user in another way, from a token or in a job, put it there themselves:
///
/// ```rust,standalone_crate
/// use signals::auth::Actor;
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     name: String,
/// }
///
/// #[receiver(post_save)]
/// fn audit(instance: &dyn AnyModel, #[context] actor: Option<&Actor>) {
///     if let Some(actor) = actor {
///         println!("{} {} was saved by {actor}", instance.model().name, instance.key()); // User 1 was saved by User 1
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables().await?;
/// # let mut ann = User { name: "ann".to_owned(), ..User::default() };
/// # ann.save(&db).await?;
/// let db = db.with(Actor::of(&ann));
/// ann.save(&db).await
/// # }
/// ```
#[derive(Clone)]
pub struct Actor {
    model: &'static Meta,
    key: Value,
}

impl Actor {
    /// This user, who has been saved.
    pub fn of(user: &dyn AnyModel) -> Self {
        Self { model: user.model(), key: user.key().into() }
    }

    /// The model of the user.
    pub fn model(&self) -> &'static Meta {
        self.model
    }

    /// The key of the user.
    pub fn key(&self) -> ValueRef<'_> {
        (&self.key).into()
    }

    /// The key of the user, if the user is of this model.
    pub fn key_of<U: Model>(&self) -> Option<U::Key> {
        if std::ptr::eq(self.model, U::META) { U::Key::from_value(self.key()).ok() } else { None }
    }
}

impl Db {
    /// A handle whose context says that this user acts, unless it has an actor already.
    pub(super) fn acting(&self, user: &dyn AnyModel) -> Self {
        if self.context().get::<Actor>().is_some() { self.clone() } else { self.with(Actor::of(user)) }
    }
}

/// Tells the context of a request who acts, unless it knows.
pub(super) fn acts(context: &Context, user: &dyn AnyModel) {
    // A context without a slot is that of a program that passes the actor itself.
    let _ = context.fill(Actor::of(user));
}

/// `User 1`
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.model.name, self.key())
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actor({self})")
    }
}

impl PartialEq for Actor {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.model, other.model) && self.key == other.key
    }
}

impl Eq for Actor {}
