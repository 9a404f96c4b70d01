//! Logging in.

use std::net::{IpAddr, Ipv4Addr};

use expect_test::expect;
use signals::ErrorKind;
use signals::auth::{AuthUser, MemorySession, PasswordHash, Session, current_user, login, user_logged_in};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;
use crate::models::{Entry, Staff, User, user, with_users};
use crate::receivers::{Alone, LOG};

on_each_database!(
    rule_51_the_session_is_filled_the_last_login_saved_with_exactly_that_field_and_then_receivers_are_called,
    rule_51_receivers_see_the_user_of_the_session_and_the_saved_row,
    rule_51_the_session_gets_another_key_and_keeps_its_values_from_before_the_login,
    rule_51_the_next_user_does_not_get_what_the_session_held_of_the_last_one,
    rule_51_a_model_without_a_last_login_saves_nothing_and_a_receiver_with_a_sender_is_called_for_it_alone,
    closures_are_connected_to_the_signal_of_a_model,
    a_user_who_was_never_saved_cannot_log_in,
    a_user_who_is_deleted_before_the_login_cannot_log_in,
    rule_47_post_commit_of_a_login_has_the_last_login_alone
);

async fn rule_51_the_session_is_filled_the_last_login_saved_with_exactly_that_field_and_then_receivers_are_called(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    // What another task has written in between stays, and so does the value in memory.
    db.execute("UPDATE test_user SET username = 'anna'", &()).await?;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    let saved = User::get(&db, ann.id).await?.unwrap();
    assert!(saved.last_login.is_some());
    assert_eq!((saved.last_login, saved.version), (ann.last_login, 2));
    assert_eq!((&*saved.username, &*ann.username), ("anna", "ann"));
    assert_eq!(ann.version, 2);
    assert_eq!(Entry::texts(&db).await, ["logged in"]);
    LOG.is(&expect![[r#"
        post_save: ann, update_fields Some({"last_login"}), changes {"last_login"}
        logged in: User 1, the session is that of Some("anna")
        logged in: ann, the last login is saved: false
    "#]]);
    Ok(())
}

async fn rule_51_receivers_see_the_user_of_the_session_and_the_saved_row(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let (session, request) = (MemorySession::new(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    login(&db, &session, &mut ann).request(&request).await?;
    LOG.is(&expect![[r#"
        post_save: ann, update_fields Some({"last_login"}), changes {"last_login"}
        logged in: User 1 from 127.0.0.1, the session is that of Some("ann")
        logged in: ann, the last login is saved: true
    "#]]);
    Ok(())
}

async fn rule_51_the_session_gets_another_key_and_keeps_its_values_from_before_the_login(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    session.insert("cart", "3 books").await?;
    let planted = session.key();
    login(&db, &session, &mut ann).await?;
    assert_ne!(session.key(), planted);
    assert_eq!(session.get("cart").await?.as_deref(), Some("3 books"));

    // The same user again.
    let first = session.key();
    login(&db, &session, &mut ann).await?;
    assert_ne!(session.key(), first);
    assert_eq!(session.get("cart").await?.as_deref(), Some("3 books"));
    Ok(())
}

async fn rule_51_the_next_user_does_not_get_what_the_session_held_of_the_last_one(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let (mut ann, mut bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    session.insert("cart", "3 books").await?;
    let key = session.key();
    login(&db, &session, &mut bob).await?;
    assert_ne!(session.key(), key);
    assert_eq!(session.get("cart").await?, None);
    assert_eq!(current_user::<User>(&db, &session).await?.unwrap().username, "bob");
    Ok(())
}

async fn rule_51_a_model_without_a_last_login_saves_nothing_and_a_receiver_with_a_sender_is_called_for_it_alone(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = Staff { number: "A 7".to_owned(), name: "ann".to_owned(), ..Staff::default() };
    ann.save(&db).await?;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    assert_eq!(current_user::<Staff>(&db, &session).await?.unwrap().name, "ann");
    assert!(current_user::<User>(&db, &session).await?.is_none());
    LOG.is(&expect![[r#"
        logged in: Staff 'A 7', the session is that of None
    "#]]);
    Ok(())
}

async fn closures_are_connected_to_the_signal_of_a_model(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let guard = user_logged_in::of::<User>().connect_scoped(|event| LOG.note(format_args!("a closure: {event:?}")));
    login(&db, &MemorySession::new(), &mut ann).await?;
    drop(guard);
    assert_eq!(LOG.take().lines().last(), Some("a closure: UserLoggedIn { user: User 1, .. }"));
    Ok(())
}

async fn a_user_who_was_never_saved_cannot_log_in(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let session = MemorySession::new();
    session.insert("cart", "3 books").await?;
    let mut ann = User { username: "ann".to_owned(), ..User::default() };
    ann.set_password("correct horse").await?;
    let error = login(&db, &session, &mut ann).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { .. }), "{error}");
    assert!(session.names().is_empty());
    LOG.is(&expect![""]);
    Ok(())
}

async fn a_user_who_is_deleted_before_the_login_cannot_log_in(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let session = MemorySession::new();
    let mut ann = user(&db, "ann").await;
    db.execute("DELETE FROM test_user", &()).await?;
    let error = login(&db, &session, &mut ann).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Stale { .. }), "{error}");
    assert!(session.names().is_empty());
    assert_eq!(ann.last_login, None);
    LOG.is(&expect![""]);
    Ok(())
}

/// Rule 47: what a user has in memory is not what a login writes.
async fn rule_47_post_commit_of_a_login_has_the_last_login_alone(database: &Database) -> TestResult {
    static COMMITTED: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Customer {
        #[key]
        id: Id<Customer>,
        name: String,
        password: PasswordHash,
        last_login: Option<i64>,
    }

    impl AuthUser for Customer {
        const USERNAME: FieldSet<Self> = Self::fields().name;

        fn password(&self) -> &PasswordHash {
            &self.password
        }

        fn password_mut(&mut self) -> &mut PasswordHash {
            &mut self.password
        }

        fn set_last_login(&mut self) {
            self.last_login = Some(7);
        }
    }

    #[receiver(post_commit, sender = Customer)]
    fn committed(instance: &Customer, changes: FieldSet<Customer>) {
        COMMITTED.note(format!("{} {:?}, {changes:?}", instance.name, instance.last_login));
    }

    let _alone = Alone::new().await;
    let db = database.with_tables::<(Customer, Entry)>().await?;
    let mut ann = Customer { name: "ann".to_owned(), ..Customer::default() };
    ann.save(&db).await?;
    COMMITTED.take();
    ann.name = "typed".to_owned();
    login(&db, &MemorySession::new(), &mut ann).await?;
    COMMITTED.is(&expect![[r#"
        ann Some(7), {"last_login"}
    "#]]);
    Ok(())
}
