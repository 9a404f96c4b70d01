//! Logging out.

use std::net::{IpAddr, Ipv4Addr};

use expect_test::expect;
use signals::auth::{MemorySession, Session, current_user, login, logout};
use signals::prelude::*;

use crate::models::{Entry, Staff, User, user, with_users};
use crate::receivers::{Alone, LOG};

#[tokio::test]
async fn rule_51_logout_tells_first_and_then_empties_the_session() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let mut ann = user(&db, "ann").await;
        let (session, request) = (MemorySession::new(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        login(&db, &session, &mut ann).await.unwrap();
        session.insert("cart", "3 books").await.unwrap();
        let key = session.key();
        LOG.take();
        logout::<User>(&db, &session).request(&request).await.unwrap();
        assert!(session.names().is_empty());
        assert_ne!(session.key(), key);
        assert!(current_user::<User>(&db, &session).await.unwrap().is_none());
        assert_eq!(Entry::texts(&db).await, ["logged in", "logged out"]);
        LOG.is(&expect![[r#"
            logged out: Some("1") of User from 127.0.0.1
            logged out: true, the cart has Some("3 books")
        "#]]);
    }
}

#[tokio::test]
async fn rule_51_logout_tells_also_when_nobody_is_logged_in() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let session = MemorySession::new();
        session.insert("cart", "3 books").await.unwrap();
        logout::<User>(&db, &session).await.unwrap();
        assert!(session.names().is_empty());
        LOG.is(&expect![[r#"
            logged out: None of User
            logged out: false, the cart has Some("3 books")
        "#]]);
    }
}

#[tokio::test]
async fn rule_51_who_may_not_be_logged_in_any_more_is_nobody() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let (mut ann, mut bob) = (user(&db, "ann").await, user(&db, "bob").await);
        let (anns, bobs) = (MemorySession::new(), MemorySession::new());
        login(&db, &anns, &mut ann).await.unwrap();
        login(&db, &bobs, &mut bob).await.unwrap();
        db.execute("UPDATE test_user SET password = 'another' WHERE username = 'ann'", &()).await.unwrap();
        bob.delete(&db).await.unwrap();
        LOG.take();
        logout::<User>(&db, &anns).await.unwrap();
        logout::<User>(&db, &bobs).await.unwrap();
        assert!(anns.names().is_empty() && bobs.names().is_empty());
        LOG.is(&expect![[r#"
            logged out: None of User
            logged out: false, the cart has None
            logged out: None of User
            logged out: false, the cart has None
        "#]]);
    }
}

#[tokio::test]
async fn rule_51_a_logout_of_another_model_is_that_of_nobody_and_empties_the_session() {
    let _alone = Alone::new().await;
    for db in with_users().await {
        let mut ann = user(&db, "ann").await;
        let session = MemorySession::new();
        login(&db, &session, &mut ann).await.unwrap();
        LOG.take();
        logout::<Staff>(&db, &session).await.unwrap();
        assert!(session.names().is_empty());
        LOG.is(&expect![[r#"
            logged out: None of Staff
            logged out: false, the cart has None
        "#]]);
    }
}
