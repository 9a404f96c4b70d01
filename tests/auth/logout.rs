//! Logging out.

use std::net::{IpAddr, Ipv4Addr};

use expect_test::expect;
use signals::auth::{MemorySession, Session, current_user, login, logout};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{Entry, Staff, User, user, with_users};
use crate::receivers::{Alone, LOG};

on_each_database!(
    rule_51_logout_is_sent_first_and_then_the_session_is_emptied,
    rule_51_logout_is_also_sent_when_no_user_is_logged_in,
    rule_51_a_user_who_may_no_longer_be_logged_in_is_not_sent,
    rule_51_a_logout_of_another_model_has_no_user_and_empties_the_session
);

async fn rule_51_logout_is_sent_first_and_then_the_session_is_emptied(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let (session, request) = (MemorySession::new(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    login(&db, &session, &mut ann).await?;
    session.insert("cart", "3 books").await?;
    let key = session.key();
    LOG.take();
    logout::<User>(&db, &session).request(&request).await?;
    assert!(session.names().is_empty());
    assert_ne!(session.key(), key);
    assert!(current_user::<User>(&db, &session).await?.is_none());
    assert_eq!(Entry::texts(&db).await, ["logged in", "logged out"]);
    LOG.is(&expect![[r#"
        logged out: Some("1") of User from 127.0.0.1
        logged out: true, the cart has Some("3 books")
    "#]]);
    Ok(())
}

async fn rule_51_logout_is_also_sent_when_no_user_is_logged_in(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let session = MemorySession::new();
    session.insert("cart", "3 books").await?;
    logout::<User>(&db, &session).await?;
    assert!(session.names().is_empty());
    LOG.is(&expect![[r#"
        logged out: None of User
        logged out: false, the cart has Some("3 books")
    "#]]);
    Ok(())
}

async fn rule_51_a_user_who_may_no_longer_be_logged_in_is_not_sent(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let (mut ann, mut bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let (anns, bobs) = (MemorySession::new(), MemorySession::new());
    login(&db, &anns, &mut ann).await?;
    login(&db, &bobs, &mut bob).await?;
    db.execute("UPDATE test_user SET password = 'another' WHERE username = 'ann'", &()).await?;
    bob.delete(&db).await?;
    LOG.take();
    logout::<User>(&db, &anns).await?;
    logout::<User>(&db, &bobs).await?;
    assert!(anns.names().is_empty() && bobs.names().is_empty());
    LOG.is(&expect![[r#"
        logged out: None of User
        logged out: false, the cart has None
        logged out: None of User
        logged out: false, the cart has None
    "#]]);
    Ok(())
}

async fn rule_51_a_logout_of_another_model_has_no_user_and_empties_the_session(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    LOG.take();
    logout::<Staff>(&db, &session).await?;
    assert!(session.names().is_empty());
    LOG.is(&expect![[r#"
        logged out: None of Staff
        logged out: false, the cart has None
    "#]]);
    Ok(())
}
