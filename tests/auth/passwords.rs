//! Setting, checking and renewing passwords.

use expect_test::expect;
use signals::auth::{AuthUser, Credentials, MemorySession, PasswordHash, authenticate, current_user, login};
use signals::prelude::*;

use crate::models::{PASSWORD, PBKDF2, User, user, with_users};
use crate::receivers::{Alone, LOG};

/// `password`, hashed as nobody should.
const OLD: &str = "$argon2i$v=19$m=65536,t=1,p=1$c29tZXNhbHQAAAAAAAAAAA$+r0d29hqEB0yasKr55ZgICsQGSkl0v0kgwhd+U3wyRo";

#[tokio::test]
async fn a_password_is_hashed_and_checked_and_each_hash_is_another_one() {
    let mut ann = User::default();
    assert!(!ann.password.is_usable());
    assert!(!ann.check_password("").await.unwrap());
    ann.set_password(PASSWORD).await.unwrap();
    assert!(ann.password.as_str().starts_with("$argon2id$"));
    assert!(ann.password.is_usable());
    assert!(ann.check_password(PASSWORD).await.unwrap());
    assert!(!ann.check_password("battery staple").await.unwrap());
    let mut bob = User::default();
    bob.set_password(PASSWORD).await.unwrap();
    assert_ne!(ann.password, bob.password);
}

#[test]
fn what_is_no_hash_of_argon2_is_not_usable() {
    for text in ["", "plain", PBKDF2] {
        assert!(!PasswordHash::from(text.to_owned()).is_usable(), "{text}");
    }
    assert!(PasswordHash::from(OLD.to_owned()).is_usable());
}

#[tokio::test]
async fn an_old_hash_is_renewed_when_its_user_has_proved_to_know_the_password() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let password = PasswordHash::from(OLD.to_owned());
        let mut ann = User { username: "ann".to_owned(), password, ..User::default() };
        ann.save(&db).await.unwrap();
        let there = MemorySession::new();
        login(&db, &there, &mut ann).await.unwrap();
        assert!(authenticate::<User>(&db, Credentials::new("ann", PASSWORD)).await.unwrap().is_none());
        assert_eq!(User::get(&db, ann.id).await.unwrap(), Some(ann.clone()));
        LOG.take();

        let mut renewed = authenticate::<User>(&db, Credentials::new("ann", "password")).await.unwrap().unwrap();
        LOG.is(&expect![[r#"
            post_save: ann, update_fields Some({"password"}), changes {"password"}
        "#]]);
        assert_eq!(User::get(&db, ann.id).await.unwrap().as_ref(), Some(&renewed));
        assert!(renewed.password.as_str().starts_with("$argon2id$"));
        assert!(renewed.check_password("password").await.unwrap());

        // It goes on from there, and only there.
        assert!(current_user::<User>(&db, &there).await.unwrap().is_none());
        let session = MemorySession::new();
        login(&db, &session, &mut renewed).await.unwrap();
        assert!(current_user::<User>(&db, &session).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_does_not_become_the_old_one_again() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let ann = user(&db, "ann").await;
        // The row was read before it was changed.
        let guard = User::POST_LOAD.connect(|event| event.instance.password = PasswordHash::from(OLD.to_owned()));
        let found = authenticate::<User>(&db, Credentials::new("ann", "password")).await.unwrap().unwrap();
        drop(guard);
        assert_eq!(found.password.as_str(), OLD);
        assert_eq!(User::get(&db, ann.id).await.unwrap(), Some(ann));
        LOG.is(&expect![""]);
    }
}

#[tokio::test]
async fn a_password_that_is_changed_while_its_hash_is_renewed_ends_the_login_with_the_old_one() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let password = PasswordHash::from(OLD.to_owned());
        User { username: "ann".to_owned(), password, ..User::default() }.save(&db).await.unwrap();
        // As soon as the row is free.
        let guard = User::POST_COMMIT.connect_async::<_, Result<()>>(|event| {
            let db = event.db;
            Box::pin(async move { db.execute("UPDATE test_user SET password = 'another'", &()).await.map(drop) })
        });
        let mut ann = authenticate::<User>(&db, Credentials::new("ann", "password")).await.unwrap().unwrap();
        drop(guard);
        let session = MemorySession::new();
        login(&db, &session, &mut ann).await.unwrap();
        assert!(current_user::<User>(&db, &session).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_old_hash_that_is_no_column_is_not_renewed() {
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
    for db in crate::databases::databases::<Visitor>().await {
        db.create_tables_of::<User>().await.unwrap();
        Visitor { name: "ann".to_owned(), ..Visitor::default() }.save(&db).await.unwrap();
        // From a file, or from another database.
        let guard = Visitor::POST_LOAD.connect(|event| event.instance.password = PasswordHash::from(OLD.to_owned()));
        let mut ann = authenticate::<Visitor>(&db, Credentials::new("ann", "password")).await.unwrap().unwrap();
        assert_eq!(ann.password.as_str(), OLD);
        let session = MemorySession::new();
        login(&db, &session, &mut ann).await.unwrap();
        assert!(current_user::<Visitor>(&db, &session).await.unwrap().is_some());
        drop(guard);
    }
}
