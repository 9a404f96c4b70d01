//! The three signals of authentication and their payloads.

use core::any::Any;
use core::fmt;
use core::marker::PhantomData;

use signals_core::__private::{SenderStates, SignalState};
use signals_core::Signal;

use super::{AuthUser, Credentials, Session};
use signals_core::Context;

use crate::db::{Db, Tx};
use crate::model::signals::{Observed, model_signal};
use crate::model::{AnyModel, Meta};

/// The request of a login or logout, of any type. Receivers take it as `request: Option<&AnyRequest>` and downcast it to the type
/// of their framework: `request.downcast_ref::<Parts>()`.
///
/// ```
/// use axum::http::StatusCode;
/// use axum::http::request::Parts;
/// use signals::auth::{AnyRequest, AuthUser, Credentials, Session, authenticate, login};
/// use signals::prelude::*;
/// use signals::auth::user_login_failed;
///
/// /// A handler of axum passes the parts of its request, because the body cannot be shared between threads.
/// async fn log_in<U: AuthUser>(db: &Db, session: &dyn Session, parts: &Parts, given: Credentials) -> Result<StatusCode> {
///     let Some(mut user) = authenticate::<U>(db, given).request(parts).await? else {
///         return Ok(StatusCode::UNAUTHORIZED);
///     };
///     login(db, session, &mut user).request(parts).await?;
///     Ok(StatusCode::OK)
/// }
///
/// #[receiver(user_login_failed)]
/// fn log(credentials: &Credentials, request: Option<&AnyRequest>) {
///     let parts = request.and_then(|request| request.downcast_ref::<Parts>());
///     eprintln!("{} at {:?}", credentials.username(), parts.map(|parts| &parts.uri));
/// }
/// ```
pub type AnyRequest = dyn Any + Send + Sync;

model_signal! {
    /// Sent after a user has logged in, when the session has its user. See [`UserLoggedIn`].
    user_logged_in,
    /// The payload of [`user_logged_in`].
    ///
    /// The field of the last login is saved before the signal is sent, in the same transaction. An error undoes that save and
    /// everything that earlier receivers wrote. The session is then emptied, so that no user is logged in.
    ///
    /// ```
    /// use signals::auth::{AnyRequest, AuthUser};
    /// use signals::prelude::*;
    /// use signals::auth::user_logged_in;
    /// # use signals::auth::PasswordHash;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[unique] name: String, logins: i64, password: PasswordHash }
    /// # impl AuthUser for User {
    /// #     const USERNAME: FieldSet<Self> = Self::fields().name;
    /// #     fn password(&self) -> &PasswordHash { &self.password }
    /// #     fn password_mut(&mut self) -> &mut PasswordHash { &mut self.password }
    /// # }
    ///
    /// #[receiver(user_logged_in, sender = User)]
    /// async fn greet(user: &User, tx: &mut Tx) -> Result<()> {
    ///     println!("hello {}", user.name);
    ///     tx.execute("UPDATE users SET logins = logins + 1 WHERE id = ?", &(user.id,)).await.map(drop)
    /// }
    ///
    /// /// For every user model.
    /// #[receiver(user_logged_in)]
    /// fn log(user: &dyn AnyModel, request: Option<&AnyRequest>) {
    ///     let address = request.and_then(|request| request.downcast_ref::<std::net::IpAddr>());
    ///     println!("{} {} from {address:?}", user.model().name, user.key());
    /// }
    /// ```
    UserLoggedIn<U: Observed> {
        /// The user who has logged in.
        pub user: &'a U,
        /// The session, which has its new key and its user.
        pub session: &'a dyn Session,
        /// The request, if [`login`](super::login()) was given one.
        pub request: Option<&'a AnyRequest>,
        /// The transaction of the login.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: AuthUser,
    of users: AuthUser,
    instance: none,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { user: Briefly(event.user.any()), },
    |event| { user: U::of_any(event.user), session: event.session, request: event.request, tx: &mut *event.tx, context: event.context, }
}

model_signal! {
    /// Sent before a user is logged out, when the session still has its values. See [`UserLoggedOut`].
    user_logged_out,
    /// The payload of [`user_logged_out`].
    ///
    /// An error undoes what receivers wrote, and [`logout`](super::logout()) returns it. The session is emptied nevertheless.
    ///
    /// ```
    /// # use signals::auth::{AuthUser, PasswordHash};
    /// # use signals::prelude::*;
    /// # use signals::auth::user_logged_out;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[unique] name: String, password: PasswordHash }
    /// # impl AuthUser for User {
    /// #     const USERNAME: FieldSet<Self> = Self::fields().name;
    /// #     fn password(&self) -> &PasswordHash { &self.password }
    /// #     fn password_mut(&mut self) -> &mut PasswordHash { &mut self.password }
    /// # }
    /// #[receiver(user_logged_out, sender = User)]
    /// fn bye(user: Option<&User>) {
    ///     println!("bye, {}", user.map_or("stranger", |user| &user.name));
    /// }
    /// ```
    UserLoggedOut<U: Observed> {
        /// The user who is about to be logged out. `None` if the session has no user, or no longer a valid one.
        pub user: Option<&'a U>,
        /// The user model.
        pub model: &'static Meta,
        /// The session, before it is emptied.
        pub session: &'a dyn Session,
        /// The request, if [`logout`](super::logout()) was given one.
        pub request: Option<&'a AnyRequest>,
        /// A transaction for the writes of receivers.
        pub tx: &'a mut Tx,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
    },
    sender: AuthUser,
    of users: AuthUser,
    instance: none,
    scope: tx,
    is: [InTransaction, HasNoRawWrites],
    debug: |event| { user: event.user.map(|user| Briefly(user.any())), },
    |event| {
        user: event.user.map(U::of_any),
        model: event.model,
        session: event.session,
        request: event.request,
        tx: &mut *event.tx,
        context: event.context,
    }
}

model_signal! {
    /// Sent after an authentication has failed. See [`UserLoginFailed`].
    user_login_failed,
    /// The payload of [`user_login_failed`]. As in Django, it does not say whether the user name or the password was wrong, or
    /// whether the user is inactive.
    ///
    /// After an error no further receiver is called, and [`authenticate`](super::authenticate()) returns it. There is no
    /// transaction, so that a failed attempt that another receiver has counted stays counted.
    ///
    /// ```
    /// use signals::auth::Credentials;
    /// use signals::prelude::*;
    /// use signals::auth::user_login_failed;
    ///
    /// #[receiver(user_login_failed)]
    /// fn log(credentials: &Credentials) {
    ///     eprintln!("{credentials:?}"); // Credentials { username: "ann", password: Secret(..) }
    /// }
    /// ```
    UserLoginFailed<U: Observed> {
        /// The credentials that were tried. The password is a [`Secret`](super::Secret), which is not printed.
        pub credentials: &'a Credentials,
        /// The user model.
        pub model: &'static Meta,
        /// The request, if [`authenticate`](super::authenticate()) was given one.
        pub request: Option<&'a AnyRequest>,
        /// The database. Receivers begin transactions of their own.
        pub db: &'a Db,
        /// What the caller has passed to receivers, see [`Context`].
        pub context: &'a Context,
        pub(super) sender: PhantomData<fn(&U)>,
    },
    sender: AuthUser,
    of users: AuthUser,
    instance: none,
    scope: db,
    is: [OutsideTransaction, HasNoRawWrites],
    debug: |event| { credentials: event.credentials, model: event.model.name, },
    |event| {
        credentials: event.credentials,
        model: event.model,
        request: event.request,
        db: event.db,
        context: event.context,
        sender: PhantomData,
    }
}

/// The signals of each user model. `#[model]` cannot declare them, because it does not know which models are user models.
macro_rules! of_users {
    ($($name:ident: $payload:ident,)*) => {$(
        impl $name {
            /// The signal of one user model, to connect closures to at run time.
            pub fn of<U: AuthUser>() -> Signal<$payload<'static, U>> {
                Signal::of(Self::state(U::META))
            }

            pub(super) fn state(model: &'static Meta) -> &'static SignalState<$payload<'static, dyn AnyModel>> {
                static STATES: SenderStates<$payload<'static, dyn AnyModel>> = SenderStates::new();
                STATES.of_sender(model.sender())
            }
        }
    )*};
}

of_users! {
    user_logged_in: UserLoggedIn,
    user_logged_out: UserLoggedOut,
    user_login_failed: UserLoginFailed,
}

/// Prints a user as `User 1`, without its other fields.
struct Briefly<'a>(&'a dyn AnyModel);

impl fmt::Debug for Briefly<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.model().name, self.0.key())
    }
}
