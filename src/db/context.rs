//! The context of a handle.

use std::any::TypeId;
use std::collections::HashSet;
use std::sync::Arc;

use signals_core::{Context, ContextValue};

#[cfg(feature = "durable")]
use super::carried::{self, Carried, Carrier};
use super::{ConnectOptions, Db, Tx};
use crate::error::{ErrorKind, Result, WiringMistake};

impl Db {
    /// A handle on the same database whose context has one more value: who acts, in which request, a mailer. It replaces a value of
    /// the same type. The other handles keep their context.
    ///
    /// Every transaction, hook and receiver that follows from this handle has the value, so that it reaches receivers of nested saves and those
    /// that run after the commit. A receiver takes it with `#[context]`, see [`Context`].
    ///
    /// ```rust,standalone_crate
    /// use signals::prelude::*;
    ///
    /// struct Actor(String);
    ///
    /// #[model]
    /// #[derive(Debug, Default)]
    /// struct User {
    ///     #[key]
    ///     id: Id<User>,
    ///     name: String,
    /// }
    ///
    /// #[receiver(post_save, sender = User)]
    /// fn audit(instance: &User, #[context] actor: Option<&Actor>) {
    ///     println!("{} was saved by {}", instance.name, actor.map_or("the system", |actor| &actor.0));
    /// }
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<()> {
    ///     let db = Db::connect("sqlite::memory:").await?;
    ///     db.create_tables().await?;
    ///     let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ///     ann.save(&db.with(Actor("bob".to_owned()))).await?; // ann was saved by bob
    ///     ann.save(&db).await // ann was saved by the system
    /// }
    /// ```
    #[must_use = "`with` returns a handle with the value, and does not change this one"]
    pub fn with<T: ContextValue>(&self, value: T) -> Self {
        self.in_context(self.context.with(value))
    }

    /// A handle whose context also has the values of another context. Of two values of one type it has that of the other context.
    #[must_use = "`with_context` returns a handle with the values, and does not change this one"]
    pub fn with_context(&self, context: &Context) -> Self {
        self.in_context(self.context.with_all(context))
    }

    /// The context of this handle.
    pub fn context(&self) -> &Context {
        &self.context
    }

    fn in_context(&self, context: Context) -> Self {
        Self { shared: Arc::clone(&self.shared), context }
    }
}

#[cfg(feature = "durable")]
impl Db {
    /// The values of the context that are carried, as JSON. `None` if there are none.
    pub(crate) fn carried(&self) -> Option<String> {
        carried::write(&self.shared.options.carriers, &self.context)
    }

    /// A handle whose context has these carried values.
    ///
    /// # Errors
    /// A value cannot be read.
    pub(crate) fn with_carried(&self, json: &str) -> Result<Self> {
        Ok(self.in_context(carried::read(&self.shared.options.carriers, &self.context, json)?))
    }

    /// Links a span to these carried values.
    #[cfg(feature = "tracing")]
    pub(crate) fn link_span(&self, json: &str, span: &tracing::Span, attempt: u32) {
        carried::link(&self.shared.options.carriers, json, span, attempt, |error| self.report(error));
    }
}

impl Tx {
    /// Another handle of this transaction, whose context has one more value. What is done with it has the value, and is part of
    /// the transaction. It cannot commit or roll back.
    ///
    /// ```
    /// # struct Importing;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// # let db = signals::Db::connect("sqlite::memory:").await?;
    /// let tx = db.begin().await?;
    /// tx.with(Importing).execute("CREATE TABLE names (name TEXT)", &()).await?;
    /// tx.commit().await
    /// # }
    /// ```
    pub fn with<T: ContextValue>(&self, value: T) -> Self {
        self.in_db(self.db().with(value))
    }

    /// The context of this handle.
    pub fn context(&self) -> &Context {
        self.db().context()
    }
}

impl ConnectOptions {
    /// Stores the values of this type in the context with the events of durable receivers: who acts, the tenant, the trace of the
    /// request. A receiver takes it with `#[context]` as usual. Other values of the context are those of the `Db` of the worker.
    ///
    /// ```
    /// # use signals::durable::Carried;
    /// # struct Tenant(String);
    /// # impl Carried for Tenant {
    /// #     const NAME: &'static str = "tenant";
    /// #     fn to_text(&self) -> String { self.0.clone() }
    /// #     fn from_text(text: &str) -> Option<Self> { Some(Tenant(text.to_owned())) }
    /// # }
    /// let options = signals::ConnectOptions::new("sqlite::memory:").carry::<Tenant>();
    /// ```
    #[cfg(feature = "durable")]
    pub fn carry<T: Carried>(mut self) -> Self {
        Carrier::of::<T>().add(&mut self.carriers);
        self
    }

    /// Adds a value to the context of the `Db`, and so to that of all of its handles: what the application shares, such as a mailer or
    /// its settings. See [`Db::with`].
    ///
    /// ```
    /// # struct Mailer;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// use signals::ConnectOptions;
    ///
    /// let db = ConnectOptions::new("sqlite::memory:").with(Mailer).connect().await?;
    /// assert!(db.context().get::<Mailer>().is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn with<T: ContextValue>(mut self, value: T) -> Self {
        self.context = self.context.with(value);
        self
    }

    /// Makes [`connect`](Self::connect) fail if a receiver of the program needs a value that is neither in these options nor one of these
    /// types, which callers add with [`Db::with`]. Without it, such a receiver fails when it is called.
    ///
    /// ```rust,standalone_crate
    /// use signals::db::ConnectOptions;
    /// use signals::prelude::*;
    ///
    /// struct Mailer;
    /// struct Actor(u64);
    ///
    /// #[model]
    /// struct User {
    ///     #[key]
    ///     id: Id<User>,
    /// }
    ///
    /// #[receiver(post_save, sender = User)]
    /// fn audit(#[context] actor: &Actor, #[context] mailer: &Mailer) {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// let options = || ConnectOptions::new("sqlite::memory:").check_context::<(Actor,)>();
    /// let db = options().with(Mailer).connect().await?;
    ///
    /// let error = options().connect().await.unwrap_err();
    /// assert!(error.to_string().contains("needs `Mailer` in its context"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_context<T: ContextTypes>(mut self) -> Self {
        self.context_of_callers = Some(T::types);
        self
    }

    pub(super) fn refuse_missing_context(&self) -> Result<()> {
        let Some(of_callers) = self.context_of_callers else { return Ok(()) };
        let has: Vec<TypeId> = self.context.types().chain(of_callers()).collect();
        require_context(&has)
    }
}

/// Types of the values of a context, as a tuple: `(Mailer, Actor)`, `(Mailer,)` or `()`.
pub trait ContextTypes {
    #[doc(hidden)]
    fn types() -> Vec<TypeId>;
}

macro_rules! tuples {
    ($($first:ident $($rest:ident)*)?) => {
        impl$(<$first: ContextValue, $($rest: ContextValue),*>)? ContextTypes for ($($first, $($rest),*)?) {
            fn types() -> Vec<TypeId> {
                vec![$(TypeId::of::<$first>(), $(TypeId::of::<$rest>()),*)?]
            }
        }
        $(tuples!($($rest)*);)?
    };
}
tuples!(A B C D E F G H I J K L);

/// Refuses receivers that need a value of another type.
pub(crate) fn require_context(has: &[TypeId]) -> Result<()> {
    let mut mistakes: Vec<WiringMistake> = Vec::new();
    let mut seen = HashSet::new();
    for receiver in signals_core::receivers() {
        // A receiver of several signals is in the list once for each.
        let needs = receiver.context.iter().filter(|need| need.required && !has.contains(&need.ty));
        for need in needs.filter(|need| seen.insert((receiver.id.name.clone(), need.ty))) {
            mistakes.push(WiringMistake::MissingContext { receiver: &receiver.id, type_name: need.type_name });
        }
    }
    mistakes.sort_by_key(ToString::to_string);
    if mistakes.is_empty() { Ok(()) } else { Err(ErrorKind::Wiring(mistakes).into()) }
}
