//! Failing to log in.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use expect_test::expect;
use signals::Column as _;
use signals::auth::{AuthUser, Credentials, PasswordHash, authenticate};
use signals::db::ValueRef;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{Entry, PASSWORD, PBKDF2, Staff, User, user, with_users};
use crate::receivers::{Alone, LOG};

on_each_database!(
    rule_51_the_right_password_sends_nothing,
    rule_51_a_wrong_password_is_sent_once,
    rule_51_an_unknown_user_is_sent_once,
    rule_51_a_name_that_no_user_can_have_is_sent_once,
    rule_51_a_user_who_is_not_active_is_sent_once_though_the_password_is_right,
    rule_51_a_user_without_a_password_and_one_with_a_string_that_is_no_hash_are_sent_once,
    rule_51_an_unknown_user_takes_as_long_as_a_known_one
);

async fn rule_51_the_right_password_sends_nothing(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let ann = user(&db, "ann").await;
    let found = authenticate::<User>(&db, Credentials::new("ann", PASSWORD)).await?;
    assert_eq!(found, Some(ann));
    LOG.is(&expect![""]);
    Ok(())
}

async fn rule_51_a_wrong_password_is_sent_once(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    user(&db, "ann").await;
    let request = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let credentials = Credentials::new("ann", "battery staple");
    assert!(authenticate::<User>(&db, credentials).request(&request).await?.is_none());
    LOG.is(&expect![[r#"
        login failed: ann of User from 127.0.0.1
        login failed: Credentials { username: "ann", password: Secret(..) }
    "#]]);
    Ok(())
}

async fn rule_51_an_unknown_user_is_sent_once(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    assert!(authenticate::<User>(&db, Credentials::new("eve", PASSWORD)).await?.is_none());
    assert!(authenticate::<Staff>(&db, Credentials::new("eve", PASSWORD)).await?.is_none());
    assert_eq!(Entry::texts(&db).await, ["login failed", "login failed"]);
    LOG.is(&expect![[r#"
        login failed: eve of User
        login failed: Credentials { username: "eve", password: Secret(..) }
        login failed: eve of Staff
    "#]]);
    Ok(())
}

/// PostgreSQL stores no NUL in a string, so there is no such user.
async fn rule_51_a_name_that_no_user_can_have_is_sent_once(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    assert!(authenticate::<User>(&db, Credentials::new("an\0n", PASSWORD)).await?.is_none());
    assert_eq!(Entry::texts(&db).await, ["login failed"]);
    LOG.is(&expect![
        "login failed: an\0n of User\nlogin failed: Credentials { username: \"an\\0n\", password: Secret(..) }\n"
    ]);
    Ok(())
}

async fn rule_51_a_user_who_is_not_active_is_sent_once_though_the_password_is_right(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    ann.is_blocked = true;
    ann.save(&db).await?;
    LOG.take();
    assert!(ann.check_password(PASSWORD).await?);
    assert!(authenticate::<User>(&db, Credentials::new("ann", PASSWORD)).await?.is_none());
    LOG.is(&expect![[r#"
        login failed: ann of User
        login failed: Credentials { username: "ann", password: Secret(..) }
    "#]]);
    Ok(())
}

async fn rule_51_a_user_without_a_password_and_one_with_a_string_that_is_no_hash_are_sent_once(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    for (username, hash) in [("ann", ""), ("bob", "plain"), ("cleo", PBKDF2)] {
        let password = PasswordHash::from_value(ValueRef::Text(hash))?;
        let mut user = User { username: username.to_owned(), password, ..User::default() };
        user.save(&db).await?;
        assert!(authenticate::<User>(&db, Credentials::new(username, hash)).await?.is_none());
    }
    LOG.is(&expect![[r#"
        login failed: ann of User
        login failed: Credentials { username: "ann", password: Secret(..) }
        login failed: bob of User
        login failed: Credentials { username: "bob", password: Secret(..) }
        login failed: cleo of User
        login failed: Credentials { username: "cleo", password: Secret(..) }
    "#]]);
    Ok(())
}

/// The quickest of some, because a busy machine makes others slower.
async fn time(db: &Db, username: &str) -> Duration {
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        let began = Instant::now();
        assert!(authenticate::<User>(db, Credentials::new(username, "battery staple")).await.unwrap().is_none());
        quickest = quickest.min(began.elapsed());
    }
    quickest
}

async fn rule_51_an_unknown_user_takes_as_long_as_a_known_one(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    user(&db, "ann").await;
    for (username, hash) in [("bob", ""), ("cleo", PBKDF2)] {
        let password = PasswordHash::from_value(ValueRef::Text(hash))?;
        User { username: username.to_owned(), password, ..User::default() }.save(&db).await?;
    }
    let known = time(&db, "ann").await;
    // Without a hash it would be a hundredth.
    assert!(time(&db, "eve").await > known / 4, "unknown");
    assert!(time(&db, "bob").await > known / 4, "without a password");
    assert!(time(&db, "cleo").await > known / 4, "with a hash that is not checked");
    Ok(())
}

#[tokio::test]
async fn a_field_that_several_users_may_have_the_same_value_in_is_no_user_name() -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Member {
        #[key]
        id: Id<Member>,
        email: String,
        password: PasswordHash,
    }
    impl AuthUser for Member {
        const USERNAME: FieldSet<Self> = Self::fields().email;
        fn password(&self) -> &PasswordHash {
            &self.password
        }
        fn password_mut(&mut self) -> &mut PasswordHash {
            &mut self.password
        }
    }
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Member>().await?;
    let error = authenticate::<Member>(&db, Credentials::new("ann", PASSWORD)).await.unwrap_err();
    expect![[
        r#"users are looked up by the field `email` of `Member`, which several of them may have the same value in: write `#[unique]` before it"#
    ]]
    .assert_eq(&error.to_string());
    Ok(())
}
