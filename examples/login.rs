//! Signals of logins: a user is created, fails to log in, logs in and logs out.
//!
//! `cargo run --example login --features auth`

use std::time::{SystemTime, UNIX_EPOCH};

use signals::auth::{
    AuthUser, Credentials, MemorySession, PasswordHash, Session, authenticate, current_user, login, logout,
};
use signals::auth::{user_logged_in, user_logged_out, user_login_failed};
use signals::prelude::*;

#[model]
#[derive(Debug, Clone, Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    username: String,
    password: PasswordHash,
    /// Seconds since 1970. With the feature `jiff` it could be an `Option<jiff::Timestamp>`.
    last_login: Option<i64>,
}

impl AuthUser for User {
    const USERNAME: FieldSet<Self> = Self::fields().username;

    fn password(&self) -> &PasswordHash {
        &self.password
    }

    fn password_mut(&mut self) -> &mut PasswordHash {
        &mut self.password
    }

    fn set_last_login(&mut self) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.last_login = i64::try_from(since.as_secs()).ok();
    }
}

/// `login` saves the field `last_login`, so `post_save` is sent with that field alone.
#[receiver(post_save, sender = User, created = false)]
fn saved(update_fields: Option<FieldSet<User>>) {
    println!("   post_save: {update_fields:?}");
}

/// Receivers write in the transaction of the login.
#[receiver(user_logged_in, sender = User)]
async fn logged_in(user: &User, session: &dyn Session, tx: &mut Tx) -> Result<()> {
    let cart = session.get("cart").await?;
    println!("   user_logged_in: {}, with {}", user.username, cart.as_deref().unwrap_or("nothing"));
    tx.execute("INSERT INTO journal (text) VALUES (?)", &(format!("{} is in", user.username),)).await?;
    Ok(())
}

#[receiver(user_login_failed)]
fn failed(credentials: &Credentials) {
    println!("   user_login_failed: {credentials:?}");
}

#[receiver(user_logged_out, sender = User)]
fn logged_out(user: Option<&User>) {
    println!("   user_logged_out: {}", user.map_or("no user", |user| &user.username));
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    db.execute("CREATE TABLE journal (text TEXT NOT NULL)", &()).await?;

    println!("1. a user is created");
    let mut ann = User { username: "ann".to_owned(), ..User::default() };
    ann.set_password("correct horse").await?;
    ann.save(&db).await?;
    println!("   {ann:?}");

    println!("2. a wrong password, and a user that does not exist");
    for username in ["ann", "eve"] {
        let user = authenticate::<User>(&db, Credentials::new(username, "battery staple")).await?;
        assert!(user.is_none());
    }

    println!("3. a login");
    let session = MemorySession::new();
    session.insert("cart", "three books").await?;
    let key = session.key();
    if let Some(mut user) = authenticate::<User>(&db, Credentials::new("ann", "correct horse")).await? {
        login(&db, &session, &mut user).await?;
        assert!(user.last_login.is_some());
    }
    assert_ne!(session.key(), key, "the old key becomes invalid, which prevents session fixation");
    let user = current_user::<User>(&db, &session).await?;
    println!("   the session belongs to {}", user.map_or("no user".to_owned(), |user| user.username));

    println!("4. a logout, and a second one without a user");
    logout::<User>(&db, &session).await?;
    logout::<User>(&db, &session).await?;
    assert!(current_user::<User>(&db, &session).await?.is_none());
    Ok(())
}
