//! What a receiver that fails undoes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use expect_test::expect;
use signals::auth::{Credentials, MemorySession, Session, authenticate, current_user, login, logout};
use signals::auth::{user_logged_in, user_logged_out};
use signals::prelude::*;
use tokio::sync::Notify;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{Entry, PASSWORD, User, user, with_users};
use crate::receivers::{Alone, FAILS, LOG};

on_each_database!(
    rule_51_when_a_receiver_of_logged_in_fails_no_user_is_logged_in,
    rule_51_when_a_receiver_of_logged_out_fails_the_user_is_logged_out_all_the_same,
    rule_51_when_a_receiver_of_login_failed_fails_what_others_wrote_stays,
    rule_51_when_a_receiver_of_logged_in_panics_no_user_is_logged_in,
    rule_51_when_a_receiver_of_logged_out_panics_the_user_is_logged_out_all_the_same,
    a_login_whose_future_is_dropped_is_undone_in_the_user_as_well
);

async fn rule_51_when_a_receiver_of_logged_in_fails_no_user_is_logged_in(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let before = ann.clone();
    let session = MemorySession::new();
    session.insert("cart", "3 books").await?;
    let planted = session.key();
    FAILS.store(true, Ordering::Relaxed);
    LOG.note(login(&db, &session, &mut ann).await.unwrap_err());
    FAILS.store(false, Ordering::Relaxed);

    assert!(session.names().is_empty());
    assert_ne!(session.key(), planted);
    assert!(current_user::<User>(&db, &session).await?.is_none());
    assert_eq!(ann, before);
    assert_eq!(User::get(&db, ann.id).await?, Some(before));
    assert!(Entry::texts(&db).await.is_empty());
    LOG.is(&expect![[r#"
        post_save: ann, update_fields Some({"last_login"}), changes {"last_login"}
        logged in: User 1, the session is that of Some("ann")
        logged in: ann, the last login is saved: true
        receiver `auth::receivers::user_is_in` (tests/auth/receivers.rs) failed on `user_logged_in` of `User`: no login today
    "#]]);

    // Not once and for all.
    login(&db, &session, &mut ann).await?;
    LOG.take();
    Ok(())
}

async fn rule_51_when_a_receiver_of_logged_out_fails_the_user_is_logged_out_all_the_same(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    LOG.take();
    FAILS.store(true, Ordering::Relaxed);
    LOG.note(logout::<User>(&db, &session).await.unwrap_err());
    FAILS.store(false, Ordering::Relaxed);
    assert!(session.names().is_empty());
    assert_eq!(Entry::texts(&db).await, ["logged in"]);
    LOG.is(&expect![[r#"
        logged out: Some("1") of User
        logged out: true, the cart has None
        receiver `auth::receivers::user_goes` (tests/auth/receivers.rs) failed on `user_logged_out` of `User`: no logout today
    "#]]);
    Ok(())
}

async fn rule_51_when_a_receiver_of_login_failed_fails_what_others_wrote_stays(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    FAILS.store(true, Ordering::Relaxed);
    LOG.note(authenticate::<User>(&db, Credentials::new("eve", PASSWORD)).await.unwrap_err());
    FAILS.store(false, Ordering::Relaxed);
    assert_eq!(Entry::texts(&db).await, ["login failed"]);
    LOG.is(&expect![[r#"
        login failed: eve of User
        login failed: Credentials { username: "eve", password: Secret(..) }
        receiver `auth::receivers::user_fails` (tests/auth/receivers.rs) failed on `user_login_failed` of `User`: no failure today
    "#]]);
    Ok(())
}

/// What a future panics with.
async fn panic_of(future: impl Future<Output = Result<()>> + Send + 'static) -> String {
    let panic = tokio::spawn(future).await.unwrap_err().into_panic();
    (*panic.downcast_ref::<&str>().unwrap()).to_owned()
}

async fn rule_51_when_a_receiver_of_logged_in_panics_no_user_is_logged_in(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let ann = user(&db, "ann").await;
    let session = Arc::new(MemorySession::new());
    session.insert("cart", "3 books").await?;
    let guard = user_logged_in::of::<User>().connect_scoped(|_| -> () { panic!("is ann banned?") });
    let logs_in = {
        let (db, session, mut ann) = (db.clone(), Arc::clone(&session), ann.clone());
        async move { login(&db, &*session, &mut ann).await }
    };
    assert_eq!(panic_of(logs_in).await, "is ann banned?");
    drop(guard);
    assert!(session.names().is_empty());
    assert_eq!(User::get(&db, ann.id).await?, Some(ann));
    assert!(Entry::texts(&db).await.is_empty());
    Ok(())
}

async fn rule_51_when_a_receiver_of_logged_out_panics_the_user_is_logged_out_all_the_same(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = Arc::new(MemorySession::new());
    login(&db, &*session, &mut ann).await?;
    let guard = user_logged_out::of::<User>().connect_scoped(|_| -> () { panic!("bye?") });
    let logs_out = {
        let (db, session) = (db.clone(), Arc::clone(&session));
        async move { logout::<User>(&db, &*session).await }
    };
    assert_eq!(panic_of(logs_out).await, "bye?");
    drop(guard);
    assert!(session.names().is_empty());
    assert_eq!(Entry::texts(&db).await, ["logged in"]);
    Ok(())
}

async fn a_login_whose_future_is_dropped_is_undone_in_the_user_as_well(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let before = ann.clone();
    let told = Arc::new(Notify::new());
    let tells = Arc::clone(&told);
    let guard = user_logged_in::of::<User>()
        .connect_async::<(), _>(move |_| {
            tells.notify_one();
            Box::pin(std::future::pending())
        })
        .into_guard();
    let session = MemorySession::new();
    tokio::select! {
        _ = login(&db, &session, &mut ann) => unreachable!("a receiver waits for ever"),
        () = told.notified() => {}
    }
    drop(guard);
    assert_eq!(ann, before);
    // With the version of a save that was undone, it would be stale.
    ann.save(&db).await?;
    Ok(())
}
