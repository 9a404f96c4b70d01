//! The signals of logins, and what sends them: `authenticate`, `login` and `logout`, over any model of users.
//!
//! A model of yours becomes one of users by [`AuthUser`]: it says which field is the user name, and where the hash of the password is.
//! A login is kept in a [`Session`], which those of tower-sessions are with the feature `tower-sessions`. Knows no framework.
//!
//! | signal | when | carries |
//! |---|---|---|
//! | [`user_logged_in`] | after a login: the session has another key and its user | `user: &User`, `session: &dyn Session`, `request: Option<&AnyRequest>`, `tx: &mut Tx` |
//! | [`user_logged_out`] | before a logout, also if nobody is logged in | `user: Option<&User>`, `session`, `request`, `tx` |
//! | [`user_login_failed`] | once per failed [`authenticate()`] | `credentials: &Credentials`, `model: &Meta`, `request`, `db: &Db` |
//!
//! The sender is the model of users: `sender = User`. Without it, a receiver receives from every model of users, and `user` is a
//! `&dyn AnyModel`.
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
//! fn somebody_tries(credentials: &Credentials) {
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
//! | what | becomes |
//! |---|---|
//! | a receiver of `user_logged_in`, the save of the last login, the commit | the error of [`login()`]. The transaction is rolled back, the session emptied: nobody is logged in |
//! | a receiver of `user_logged_out` | the error of [`logout()`]. What receivers wrote is rolled back; the session is emptied all the same |
//! | a receiver of `user_login_failed` | the error of [`authenticate()`]. What receivers wrote stays |
//! | a panic of a receiver | goes on unwinding, as everywhere; that of the first two when the session is emptied |
//!
//! If the future of a login is dropped half-way, the transaction is rolled back, the user is as before, and the session is as far as
//! it was: those of tower-sessions save it at the end of a request only. After a logout that was dropped, somebody may still be
//! logged in.
//!
//! # What it costs
//!
//! A password is hashed by Argon2, on a thread of its own: some hundredths of a second, and 19 MiB. How many at a time is what
//! `max_blocking_threads` of tokio's runtime allows; limit the requests that may try. A login without receivers of a model without a
//! last login touches no database.

mod authenticate;
mod current_user;
mod login;
mod logout;
mod panics;
mod password;
mod remembered;
mod secret;
mod session;
mod signals;
#[cfg(feature = "tower-sessions")]
mod tower;
mod user;

pub use self::authenticate::{Authenticate, authenticate};
pub use self::current_user::{current_user, stay_logged_in};
pub use self::login::{Login, login};
pub use self::logout::{Logout, logout};
pub use self::password::PasswordHash;
pub use self::secret::{Credentials, Secret};
pub use self::session::{MemorySession, Session};
pub use self::signals::{
    AnyRequest, UserLoggedIn, UserLoggedOut, UserLoginFailed, user_logged_in, user_logged_out, user_login_failed,
};
pub use self::user::AuthUser;
