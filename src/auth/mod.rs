//! Authentication: `authenticate`, `login` and `logout` for any user model, and the signals that they send.
//!
//! Implement [`AuthUser`] for a model to make it a user model: it names the field of the user name and the field of the password
//! hash. A login is stored in a [`Session`]. With the feature `tower-sessions`, the sessions of tower-sessions implement it, and with
//! `sessions` the database stores them: see [`Sessions`](https://docs.rs/signals-rs/latest/signals/auth/struct.Sessions.html). The module
//! does not depend on a web framework.
//!
//! | signal | when | carries |
//! |---|---|---|
//! | [`user_logged_in`] | after a login: the session has a new key and its user | `user: &User`, `session: &dyn Session`, `request: Option<&AnyRequest>`, `tx: &mut Tx` |
//! | [`user_logged_out`] | before a logout, even if no user is logged in | `user: Option<&User>`, `session`, `request`, `tx` |
//! | [`user_login_failed`] | once per failed [`authenticate()`] | `credentials: &Credentials`, `model: &Meta`, `request`, `db: &Db` |
//!
//! The sender is the user model: `sender = User`. Without it, a receiver receives the signals of every user model, and `user` is
//! a `&dyn AnyModel`.
//!
//! ```rust,standalone_crate
//! use signals::auth::{AuthUser, Credentials, MemorySession, PasswordHash, authenticate, current_user, login, logout};
//! use signals::prelude::*;
//! use signals::auth::{user_logged_in, user_login_failed};
//!
//! #[model]
//! #[derive(Debug, Default)]
//! struct User {
//!     #[key]
//!     id: Id<User>,
//!     #[unique]
//!     username: String,
//!     password: PasswordHash,
//! }
//!
//! impl AuthUser for User {
//!     const USERNAME: FieldSet<Self> = Self::fields().username;
//!
//!     fn password(&self) -> &PasswordHash {
//!         &self.password
//!     }
//!
//!     fn password_mut(&mut self) -> &mut PasswordHash {
//!         &mut self.password
//!     }
//! }
//!
//! #[receiver(user_logged_in, sender = User)]
//! fn hello(user: &User) {
//!     println!("hello {}", user.username);
//! }
//!
//! #[receiver(user_login_failed, sender = User)]
//! fn log_failure(credentials: &Credentials) {
//!     println!("{credentials:?}"); // Credentials { username: "ann", password: Secret(..) }
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<()> {
//!     let db = Db::connect("sqlite::memory:").await?;
//!     db.create_tables().await?;
//!     let mut ann = User { username: "ann".to_owned(), ..User::default() };
//!     ann.set_password("correct horse").await?;
//!     ann.save(&db).await?;
//!
//!     // At run time, until the guard is dropped.
//!     let _guard = user_logged_in::of::<User>().connect_scoped(|event| println!("{} again", event.user.username));
//!
//!     let session = MemorySession::new();
//!     assert!(authenticate::<User>(&db, Credentials::new("ann", "battery staple")).await?.is_none());
//!     if let Some(mut user) = authenticate::<User>(&db, Credentials::new("ann", "correct horse")).await? {
//!         login(&db, &session, &mut user).await?;
//!     }
//!     assert!(current_user::<User>(&db, &session).await?.is_some());
//!     logout::<User>(&db, &session).await?;
//!     assert!(current_user::<User>(&db, &session).await?.is_none());
//!     Ok(())
//! }
//! ```
//!
//! # What fails
//!
//! | what fails | consequence |
//! |---|---|
//! | a receiver of `user_logged_in`, the save of the last login, the commit | [`login()`] returns the error. The transaction is rolled back and the session is emptied, so that no user is logged in |
//! | a receiver of `user_logged_out` | [`logout()`] returns the error. What receivers wrote is rolled back. The session is emptied nevertheless |
//! | a receiver of `user_login_failed` | [`authenticate()`] returns the error. What receivers wrote stays |
//! | a receiver panics | the panic unwinds, as everywhere. For the first two signals the session is emptied first |
//!
//! If the future of a login is dropped before it has completed, the transaction is rolled back and the user is unchanged. The
//! session may be changed in part; tower-sessions only saves a session at the end of a request. If the future of a logout is
//! dropped, the user may still be logged in.
//!
//! # What it costs
//!
//! Argon2 hashes a password on a blocking thread, which takes some hundredths of a second and 19 MiB. The
//! `max_blocking_threads` of tokio's runtime limits how many run concurrently; also limit the number of login requests. A login
//! does not use the database if the signal has no receivers and the model has no field for the last login.

mod actor;
mod authenticate;
mod current_user;
#[cfg(all(feature = "axum", any(feature = "tower-sessions", feature = "tower-sessions-0_14")))]
mod extract;
mod login;
mod logout;
mod panics;
mod password;
mod secret;
mod session;
mod session_user;
#[cfg(feature = "sessions")]
mod sessions;
mod signals;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0_14"))]
mod tower;
mod user;
#[cfg(feature = "serde")]
mod with_serde;

pub use self::actor::Actor;
pub use self::authenticate::{Authenticate, authenticate};
pub use self::current_user::{current_user, stay_logged_in};
#[cfg(all(feature = "axum", any(feature = "tower-sessions", feature = "tower-sessions-0_14")))]
pub use self::extract::CurrentUser;
pub use self::login::{Login, login};
pub use self::logout::{Logout, logout};
pub use self::password::PasswordHash;
pub use self::secret::{Credentials, Secret};
pub use self::session::{MemorySession, Session};
#[cfg(feature = "sessions")]
pub use self::sessions::{SessionData, SessionModel, Sessions};
pub use self::signals::{
    AnyRequest, UserLoggedIn, UserLoggedOut, UserLoginFailed, user_logged_in, user_logged_out, user_login_failed,
};
pub use self::user::AuthUser;
#[cfg(feature = "sessions")]
#[doc(inline)]
pub use crate::__session_model as session_model;
