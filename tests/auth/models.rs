//! Users of several models.

use std::sync::atomic::{AtomicI64, Ordering};

use signals::auth::{AuthUser, PasswordHash};
use signals::prelude::*;

use crate::databases::Database;

pub(crate) const PASSWORD: &str = "correct horse";

/// `password`, hashed by Argon2 with parameters that are too weak.
pub(crate) const OLD: &str =
    "$argon2i$v=19$m=65536,t=1,p=1$c29tZXNhbHQAAAAAAAAAAA$+r0d29hqEB0yasKr55ZgICsQGSkl0v0kgwhd+U3wyRo";

/// `password`, hashed by another algorithm, in the same form.
pub(crate) const PBKDF2: &str = "$pbkdf2-sha256$i=4096,l=32$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o";

#[model(table = "test_user")]
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct User {
    #[key]
    pub(crate) id: Id<User>,
    #[unique]
    pub(crate) username: String,
    pub(crate) password: PasswordHash,
    pub(crate) is_blocked: bool,
    pub(crate) last_login: Option<i64>,
    #[version]
    pub(crate) version: i64,
}

impl AuthUser for User {
    const USERNAME: FieldSet<Self> = Self::fields().username;

    fn password(&self) -> &PasswordHash {
        &self.password
    }

    fn password_mut(&mut self) -> &mut PasswordHash {
        &mut self.password
    }

    fn is_active(&self) -> bool {
        !self.is_blocked
    }

    fn set_last_login(&mut self) {
        static CLOCK: AtomicI64 = AtomicI64::new(1000);
        self.last_login = Some(CLOCK.fetch_add(1, Ordering::Relaxed));
    }
}

/// Users with an application-assigned key, without a last login.
#[model]
#[derive(Debug, Clone, Default)]
pub(crate) struct Staff {
    #[key]
    pub(crate) number: String,
    #[unique]
    pub(crate) name: String,
    pub(crate) secret: PasswordHash,
}

impl AuthUser for Staff {
    const USERNAME: FieldSet<Self> = Self::fields().name;

    fn password(&self) -> &PasswordHash {
        &self.secret
    }

    fn password_mut(&mut self) -> &mut PasswordHash {
        &mut self.secret
    }
}

/// What receivers write.
#[model]
#[derive(Debug, Default)]
pub(crate) struct Entry {
    #[key]
    pub(crate) id: Id<Entry>,
    pub(crate) text: String,
}

impl Entry {
    pub(crate) async fn write(executor: &dyn Executor, text: &str) -> Result<()> {
        Self { text: text.to_owned(), ..Self::default() }.save(executor).await
    }

    pub(crate) async fn texts(db: &Db) -> Vec<String> {
        Self::all(db).await.unwrap().into_iter().map(|entry| entry.text).collect()
    }
}

/// The database with its tables.
pub(crate) async fn with_users(database: &Database) -> Result<Db> {
    database.with_tables::<(User, Staff, Entry)>().await
}

/// A user who is saved, with `PASSWORD`.
pub(crate) async fn user(db: &Db, username: &str) -> User {
    let mut user = User { username: username.to_owned(), ..User::default() };
    user.set_password(PASSWORD).await.unwrap();
    user.save(db).await.unwrap();
    user
}
