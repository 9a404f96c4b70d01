//! What a session that fails means.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use signals::ConnectOptions;
use signals::auth::{AuthUser, MemorySession, Session, current_user, login, logout};
use signals::dispatch::BoxFuture;
use signals::prelude::*;

use crate::databases::TestResult;
use crate::models::{User, user};
use crate::receivers::{Alone, FAILS, LOG};

/// A session that fails in one of its functions, and notes which are called.
struct Failing {
    inner: MemorySession,
    at: &'static str,
}

impl Failing {
    fn at(at: &'static str) -> Self {
        Self { inner: MemorySession::new(), at }
    }

    fn call(&self, name: &'static str) -> Result<()> {
        LOG.note(name);
        if name == self.at { Err(Error::other(format!("{name} fails"))) } else { Ok(()) }
    }
}

impl Session for Failing {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move { self.inner.get(name).await })
    }

    fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.call("insert")?;
            self.inner.insert(name, value).await
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.inner.remove(name).await })
    }

    fn cycle(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.call("cycle")?;
            self.inner.cycle().await
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.call("flush")?;
            self.inner.flush().await
        })
    }
}

async fn database(reported: &Arc<Mutex<Vec<String>>>) -> Db {
    let reported = Arc::clone(reported);
    let options = ConnectOptions::new("sqlite::memory:");
    let options = options.on_error(move |error| reported.lock().unwrap().push(error.to_string()));
    let db = options.connect().await.unwrap();
    db.create_tables().await.unwrap();
    db
}

#[tokio::test]
async fn a_session_that_cannot_be_filled_sends_no_login() {
    let _alone = Alone::new().await;
    let db = database(&Arc::default()).await;
    let mut ann = user(&db, "ann").await;
    for at in ["cycle", "insert"] {
        LOG.note(login(&db, &Failing::at(at), &mut ann).await.unwrap_err());
    }
    assert_eq!(ann.last_login, None);
    LOG.is(&expect![[r#"
        cycle
        flush
        cycle fails
        cycle
        insert
        flush
        insert fails
    "#]]);
}

#[tokio::test]
async fn a_session_that_cannot_be_emptied_is_reported_with_the_error_of_the_receiver() -> TestResult {
    let _alone = Alone::new().await;
    let reported = Arc::default();
    let db = database(&reported).await;
    let mut ann = user(&db, "ann").await;
    FAILS.store(true, std::sync::atomic::Ordering::Relaxed);
    let session = Failing::at("flush");
    let of_login = login(&db, &session, &mut ann).await.unwrap_err().to_string();
    assert!(of_login.ends_with("no login today"), "{of_login}");
    assert_eq!(logout::<User>(&db, &session).await.unwrap_err().to_string(), "flush fails");
    let reported = reported.lock()?;
    assert_eq!(reported[0], "flush fails");
    assert!(reported[1].ends_with("no logout today"), "{reported:?}");
    Ok(())
}

#[tokio::test]
async fn a_session_that_cannot_be_emptied_forgets_its_user() -> TestResult {
    let _alone = Alone::new().await;
    let db = database(&Arc::default()).await;
    let mut ann = user(&db, "ann").await;
    let session = Failing::at("flush");
    session.inner.insert("cart", "3 books").await?;
    FAILS.store(true, std::sync::atomic::Ordering::Relaxed);
    login(&db, &session, &mut ann).await.unwrap_err();
    assert_eq!(session.inner.names(), ["cart"]);

    FAILS.store(false, std::sync::atomic::Ordering::Relaxed);
    login(&db, &session, &mut ann).await?;
    logout::<User>(&db, &session).await.unwrap_err();
    assert_eq!(session.inner.names(), ["cart"]);

    login(&db, &session, &mut ann).await?;
    ann.set_password("battery staple").await?;
    ann.save(&db).await?;
    current_user::<User>(&db, &session).await.unwrap_err();
    assert_eq!(session.inner.names(), ["cart"]);
    Ok(())
}
