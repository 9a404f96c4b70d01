//! What a receiver that fails undoes.

use std::sync::atomic::Ordering;

use expect_test::expect;
use signals::auth::{Credentials, MemorySession, Session, authenticate, current_user, login, logout};
use signals::prelude::*;

use crate::models::{Entry, PASSWORD, User, user, with_users};
use crate::receivers::{Alone, FAILS, LOG};

#[tokio::test]
async fn rule_51_when_a_receiver_of_logged_in_fails_nobody_is_logged_in() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let mut ann = user(&db, "ann").await;
        let before = ann.clone();
        let session = MemorySession::new();
        session.insert("cart", "3 books").await.unwrap();
        let planted = session.key();
        FAILS.store(true, Ordering::Relaxed);
        LOG.note(login(&db, &session, &mut ann).await.unwrap_err());
        FAILS.store(false, Ordering::Relaxed);

        assert!(session.names().is_empty());
        assert_ne!(session.key(), planted);
        assert!(current_user::<User>(&db, &session).await.unwrap().is_none());
        assert_eq!(ann, before);
        assert_eq!(User::get(&db, ann.id).await.unwrap(), Some(before));
        assert!(Entry::texts(&db).await.is_empty());
        LOG.is(&expect![[r#"
            post_save: ann, update_fields Some({"last_login"}), changes {"last_login"}
            logged in: User 1, the session is that of Some("ann")
            logged in: ann, the last login is saved: true
            receiver `auth::receivers::user_is_in` (tests/auth/receivers.rs) failed on `user_logged_in` of `User`: no login today
        "#]]);

        // Not once and for all.
        login(&db, &session, &mut ann).await.unwrap();
        LOG.take();
    }
}

#[tokio::test]
async fn rule_51_when_a_receiver_of_logged_out_fails_the_user_is_logged_out_all_the_same() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let mut ann = user(&db, "ann").await;
        let session = MemorySession::new();
        login(&db, &session, &mut ann).await.unwrap();
        LOG.take();
        FAILS.store(true, Ordering::Relaxed);
        LOG.note(logout::<User>(&db, &session).await.unwrap_err());
        FAILS.store(false, Ordering::Relaxed);
        assert!(session.names().is_empty());
        assert_eq!(Entry::texts(&db).await, ["logged in"]);
        LOG.is(&expect![[r#"
            logged out: Some("User 1")
            logged out: true, the cart has None
            receiver `auth::receivers::user_goes` (tests/auth/receivers.rs) failed on `user_logged_out` of `User`: no logout today
        "#]]);
    }
}

#[tokio::test]
async fn rule_51_when_a_receiver_of_login_failed_fails_what_others_wrote_stays() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        FAILS.store(true, Ordering::Relaxed);
        LOG.note(authenticate::<User>(&db, Credentials::new("eve", PASSWORD)).await.unwrap_err());
        FAILS.store(false, Ordering::Relaxed);
        assert_eq!(Entry::texts(&db).await, ["login failed"]);
        LOG.is(&expect![[r#"
            login failed: eve of User
            login failed: Credentials { username: "eve", password: Secret(..) }
            receiver `auth::receivers::user_fails` (tests/auth/receivers.rs) failed on `user_login_failed` of `User`: no failure today
        "#]]);
    }
}
