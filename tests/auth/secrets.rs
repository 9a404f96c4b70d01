//! What is never printed.

use expect_test::expect;
use signals::Column;
use signals::auth::{AuthUser, Credentials, MemorySession, PasswordHash, Secret, Session, authenticate, login, logout};
use signals::auth::{user_logged_in, user_logged_out, user_login_failed};
use signals::db::{Value, ValueRef};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{OLD, PASSWORD, User, user, with_users};
use crate::receivers::{Alone, FAILS, LOG};

on_each_database!(
    rule_51_neither_payloads_nor_errors_nor_users_print_a_password_or_its_hash,
    a_hash_is_stored_found_and_dumped_as_text,
    what_a_session_remembers_does_not_hold_the_hash
);

#[test]
fn rule_51_a_secret_never_prints() {
    let credentials = Credentials::new("ann", PASSWORD);
    for text in [
        format!("{:?} {:#?}", Secret::from(PASSWORD), Secret::from(PASSWORD.to_owned())),
        format!("{credentials:?} {credentials:#?}"),
        format!("{:?}", credentials.password()),
    ] {
        assert!(!text.contains(PASSWORD) && text.contains("Secret(..)"), "{text}");
    }
    assert_eq!(credentials.password().expose(), PASSWORD);
}

async fn rule_51_neither_payloads_nor_errors_nor_users_print_a_password_or_its_hash(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    let guards = (
        user_logged_in::of::<User>().connect_scoped(|event| LOG.note(format_args!("{event:?}"))),
        user_logged_out::of::<User>().connect_scoped(|event| LOG.note(format_args!("{event:?}"))),
        user_login_failed::of::<User>().connect_scoped(|event| LOG.note(format_args!("{event:?}"))),
    );
    let wrong = || Credentials::new("ann", "battery staple");
    LOG.note(format_args!("{ann:?} {:?}", authenticate::<User>(&db, wrong())));
    assert!(authenticate::<User>(&db, wrong()).await?.is_none());
    LOG.note(format_args!("{:?}", login(&db, &session, &mut ann)));
    login(&db, &session, &mut ann).await?;
    LOG.note(format_args!("{session:?} {:?}", logout::<User>(&db, &session)));
    logout::<User>(&db, &session).await?;
    drop(guards);
    FAILS.store(true, std::sync::atomic::Ordering::Relaxed);
    LOG.note(format_args!("{:?}", authenticate::<User>(&db, wrong()).await.unwrap_err()));
    LOG.note(format_args!("{:?}", login(&db, &session, &mut ann).await.unwrap_err()));
    FAILS.store(false, std::sync::atomic::Ordering::Relaxed);
    let text = LOG.take();
    for secret in [PASSWORD, "battery staple", ann.password.as_str()] {
        assert!(!text.contains(secret), "{text}");
    }
    for payload in ["UserLoggedIn {", "UserLoggedOut {", "UserLoginFailed {", "Secret(..)", "PasswordHash(..)"] {
        assert!(text.contains(payload), "{payload} in {text}");
    }
    Ok(())
}

#[test]
fn a_row_of_any_model_does_not_print_a_hash() -> TestResult {
    #[derive(Debug, Clone, Default, Column)]
    struct Peppered(PasswordHash);

    #[model]
    #[derive(Debug, Default)]
    struct Vault {
        #[key]
        id: Id<Vault>,
        name: String,
        password: PasswordHash,
        old: Option<PasswordHash>,
        peppered: Peppered,
    }
    let hash = || PasswordHash::from_hash(OLD).unwrap();
    let (old, peppered) = (Some(hash()), Peppered(hash()));
    let vault = Vault { name: "ours".to_owned(), password: hash(), old, peppered, ..Vault::default() };
    let any: &dyn AnyModel = &vault;
    expect![[r#"Vault { id: null, name: "ours", password: Secret(..), old: Secret(..), peppered: Secret(..) }"#]]
        .assert_eq(&format!("{any:?}"));
    for field in ["password", "old", "peppered"] {
        let value = any.get(field).unwrap();
        let owned = Value::from(value);
        for text in [format!("{value:?} {value}"), format!("{value:#?}"), format!("{owned:?} {owned} {owned:#?}")] {
            assert!(text.contains("Secret(..)") && !text.contains("argon2"), "{field}: {text}");
        }
        // It is the same value as before for everything else.
        assert_eq!((value, ValueRef::from(&owned)), (ValueRef::Text(OLD), value));
        assert_eq!(String::from_value(value)?, OLD);
        assert_eq!(PasswordHash::from_value(value)?, hash());
        let error = i64::from_value(value).unwrap_err().to_string();
        assert!(!error.contains("argon2"), "{error}");
    }
    let empty = Vault { old: None, ..Vault::default() };
    let any: &dyn AnyModel = &empty;
    assert_eq!(format!("{:?}", any.get("old")), "Some(Null)");
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn rule_56_a_user_is_written_as_json_without_the_hash() -> TestResult {
    use serde::{Deserialize, Serialize};

    #[model(table = "json_member")]
    #[derive(Debug, Default, Serialize, Deserialize)]
    struct Member {
        #[key]
        id: Id<Member>,
        name: String,
        #[serde(skip)]
        password: PasswordHash,
    }
    let ann = Member { name: "ann".to_owned(), password: PasswordHash::from_hash(OLD)?, ..Member::default() };
    let json = serde_json::to_string(&ann)?;
    assert_eq!(json, r#"{"id":null,"name":"ann"}"#);
    let read: Member = serde_json::from_str(&json)?;
    assert!(!read.password.is_usable());

    let given: Secret = serde_json::from_str(&format!("{PASSWORD:?}"))?;
    assert_eq!(given.expose(), PASSWORD);
    let secret = Member::META.fields.iter().filter(|field| field.is_secret).map(|field| field.name);
    assert_eq!(secret.collect::<Vec<_>>(), ["password"]);
    Ok(())
}

async fn a_hash_is_stored_found_and_dumped_as_text(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default, Clone, PartialEq)]
    struct Safe {
        #[key]
        id: Id<Safe>,
        #[unique]
        password: PasswordHash,
        old: Option<PasswordHash>,
    }
    let hash = || PasswordHash::from_hash(OLD).unwrap();
    let db = database.with_tables::<Safe>().await?;
    let mut safe = Safe { password: hash(), old: Some(hash()), ..Safe::default() };
    safe.save(&db).await?;
    let guard = Safe::POST_SAVE.connect_scoped(|event| {
        LOG.note(format_args!("{event:?} {:?} {:?}", event.changes, event.previous));
    });
    safe.old = None;
    safe.save(&db).await?;
    drop(guard);
    let text = LOG.take();
    assert!(text.contains("old") && !text.contains("argon2"), "{text}");
    assert_eq!(Safe::get(&db, safe.id).await?.as_ref(), Some(&safe));
    assert_eq!(Safe::by_password(&db, hash()).await?.as_ref(), Some(&safe));

    let error = Safe { password: hash(), ..Safe::default() }.save(&db).await.unwrap_err();
    let mut texts = vec![format!("{error} {error:?} {error:#?}")];
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        texts.push(format!("{cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!texts.concat().contains("argon2"), "{texts:?}");

    let dumped = db.dump_fixture_of::<Safe>().await?;
    assert!(dumped.contains(OLD), "{dumped}");
    Safe::delete_where(&db, "password = ?", &(hash(),)).await?;
    assert_eq!(db.load_fixture_of::<Safe>(&dumped).await?, 1);
    assert_eq!(Safe::all(&db).await?, [safe]);
    Ok(())
}

async fn what_a_session_remembers_does_not_hold_the_hash(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    for name in session.names() {
        let value = session.get(&name).await?.unwrap();
        assert!(!value.contains("argon2") && !value.contains(ann.password().as_str()), "{value}");
    }
    Ok(())
}
