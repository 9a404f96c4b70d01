//! Setting, checking and renewing passwords.

use expect_test::expect;
use signals::Column as _;
use signals::auth::{AuthUser, Credentials, MemorySession, PasswordHash, authenticate, current_user, login};
use signals::db::ValueRef;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{OLD, PASSWORD, PBKDF2, User, user, with_users};
use crate::receivers::{Alone, LOG};

on_each_database!(
    an_old_hash_is_renewed_when_its_user_has_proved_to_know_the_password,
    a_password_that_was_changed_meanwhile_does_not_become_the_old_one_again,
    a_password_that_is_changed_while_its_hash_is_renewed_ends_the_login_with_the_old_one,
    an_old_hash_that_is_no_column_is_not_renewed
);

#[tokio::test]
async fn a_password_is_hashed_and_checked_and_each_hash_is_another_one() -> TestResult {
    let mut ann = User::default();
    assert!(!ann.password.is_usable());
    assert!(!ann.check_password("").await?);
    ann.set_password(PASSWORD).await?;
    assert!(ann.password.as_str().starts_with("$argon2id$"));
    assert!(ann.password.is_usable());
    assert!(ann.check_password(PASSWORD).await?);
    assert!(!ann.check_password("battery staple").await?);
    let mut bob = User::default();
    bob.set_password(PASSWORD).await?;
    assert_ne!(ann.password, bob.password);
    Ok(())
}

fn old() -> PasswordHash {
    PasswordHash::from_hash(OLD).unwrap()
}

/// What begins as a hash of Argon2 and is none.
const PARTIAL: &[&str] = &[
    "$argon2id$",
    "$argon2id$v=19$m=65536,t=1,p=1",
    "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQAAAAAAAAAAA",
    "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQAAAAAAAAAAA$",
    "argon2$",
    "argon2$argon2id$v=19",
];

#[test]
fn what_is_no_hash_of_argon2_is_not_usable() -> TestResult {
    for text in [&["", "plain", PBKDF2], PARTIAL].concat() {
        assert!(!PasswordHash::from_value(ValueRef::Text(text))?.is_usable(), "{text}");
    }
    assert!(old().is_usable());
    Ok(())
}

#[test]
fn a_password_is_no_hash_and_is_not_repeated() {
    let of_django = "pbkdf2_sha256$1000000$salt$aGFzaA==";
    for text in [&["correct horse", "", " ", of_django, PBKDF2], PARTIAL].concat() {
        let error = PasswordHash::from_hash(text).unwrap_err().to_string();
        assert!(error.starts_with("the string is no hash of Argon2"), "{text}: {error}");
        assert!(text.trim().is_empty() || !error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_hash_of_django_is_taken_over() -> TestResult {
    let mut ann = User { password: PasswordHash::from_hash(&format!("argon2{OLD}"))?, ..User::default() };
    assert!(ann.check_password("password").await?);
    assert!(!ann.check_password(OLD).await?);
    ann.password = PasswordHash::default();
    assert!(!ann.check_password("password").await?);
    Ok(())
}

async fn an_old_hash_is_renewed_when_its_user_has_proved_to_know_the_password(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let password = old();
    let mut ann = User { username: "ann".to_owned(), password, ..User::default() };
    ann.save(&db).await?;
    let there = MemorySession::new();
    login(&db, &there, &mut ann).await?;
    assert!(authenticate::<User>(&db, Credentials::new("ann", PASSWORD)).await?.is_none());
    assert_eq!(User::get(&db, ann.id).await?, Some(ann.clone()));
    LOG.take();

    let mut renewed = authenticate::<User>(&db, Credentials::new("ann", "password")).await?.unwrap();
    LOG.is(&expect![[r#"
        post_save: ann, update_fields Some({"password"}), changes {"password"}
    "#]]);
    assert_eq!(User::get(&db, ann.id).await?.as_ref(), Some(&renewed));
    assert!(renewed.password.as_str().starts_with("$argon2id$"));
    assert!(renewed.check_password("password").await?);

    // It goes on from there, and only there.
    assert!(current_user::<User>(&db, &there).await?.is_none());
    let session = MemorySession::new();
    login(&db, &session, &mut renewed).await?;
    assert!(current_user::<User>(&db, &session).await?.is_some());
    Ok(())
}

async fn a_password_that_was_changed_meanwhile_does_not_become_the_old_one_again(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let ann = user(&db, "ann").await;
    // The row was read before it was changed.
    let guard = User::POST_LOAD.connect_scoped(|event| event.instance.password = old());
    let found = authenticate::<User>(&db, Credentials::new("ann", "password")).await?.unwrap();
    drop(guard);
    assert_eq!(found.password.as_str(), OLD);
    assert_eq!(User::get(&db, ann.id).await?, Some(ann));
    LOG.is(&expect![""]);
    Ok(())
}

async fn a_password_that_is_changed_while_its_hash_is_renewed_ends_the_login_with_the_old_one(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let password = old();
    User { username: "ann".to_owned(), password, ..User::default() }.save(&db).await?;
    // As soon as the row is free.
    let guard = User::POST_COMMIT
        .connect_async::<Result<()>, _>(|event| {
            let db = event.db;
            Box::pin(async move { db.execute("UPDATE test_user SET password = 'another'", &()).await.map(drop) })
        })
        .into_guard();
    let mut ann = authenticate::<User>(&db, Credentials::new("ann", "password")).await?.unwrap();
    drop(guard);
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    assert!(current_user::<User>(&db, &session).await?.is_none());
    Ok(())
}

async fn an_old_hash_that_is_no_column_is_not_renewed(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Visitor {
        #[key]
        id: Id<Visitor>,
        #[unique]
        name: String,
        #[skip]
        password: PasswordHash,
    }
    impl AuthUser for Visitor {
        const USERNAME: FieldSet<Self> = Self::fields().name;
        fn password(&self) -> &PasswordHash {
            &self.password
        }
        fn password_mut(&mut self) -> &mut PasswordHash {
            &mut self.password
        }
    }
    let _alone = Alone::new().await;
    let db = database.with_tables::<Visitor>().await?;
    db.create_tables_of::<User>().await?;
    Visitor { name: "ann".to_owned(), ..Visitor::default() }.save(&db).await?;
    // From a file, or from another database.
    let guard = Visitor::POST_LOAD.connect_scoped(|event| event.instance.password = old());
    let mut ann = authenticate::<Visitor>(&db, Credentials::new("ann", "password")).await?.unwrap();
    assert_eq!(ann.password.as_str(), OLD);
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    assert!(current_user::<Visitor>(&db, &session).await?.is_some());
    drop(guard);
    Ok(())
}
