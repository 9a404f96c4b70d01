//! Sessions of tower-sessions.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use signals::auth::{current_user, login, logout};
use tower_sessions_core::session::{Id as SessionId, Record};
use tower_sessions_core::session_store::Result as StoreResult;
use tower_sessions_core::{Session, SessionStore};

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{User, user, with_users};
use crate::receivers::Alone;

on_each_database!(rule_51_a_login_gives_a_session_of_tower_sessions_another_id_and_a_logout_empties_it);

#[derive(Debug, Default)]
struct Store(Mutex<HashMap<SessionId, Record>>);

type Later<'a, T> = Pin<Box<dyn Future<Output = StoreResult<T>> + Send + 'a>>;

/// As `async_trait` writes it.
impl SessionStore for Store {
    fn save<'a, 'b, 'c>(&'a self, record: &'b Record) -> Later<'c, ()>
    where
        'a: 'c,
        'b: 'c,
    {
        self.0.lock().unwrap().insert(record.id, record.clone());
        Box::pin(async { Ok(()) })
    }

    fn load<'a, 'b, 'c>(&'a self, id: &'b SessionId) -> Later<'c, Option<Record>>
    where
        'a: 'c,
        'b: 'c,
    {
        let record = self.0.lock().unwrap().get(id).cloned();
        Box::pin(async { Ok(record) })
    }

    fn delete<'a, 'b, 'c>(&'a self, id: &'b SessionId) -> Later<'c, ()>
    where
        'a: 'c,
        'b: 'c,
    {
        self.0.lock().unwrap().remove(id);
        Box::pin(async { Ok(()) })
    }
}

/// What the middleware does at the end of a request, and at the beginning of the next one.
async fn next_request(store: &Arc<Store>, session: &Session) -> Session {
    session.save().await.unwrap();
    Session::new(session.id(), Arc::clone(store), None)
}

async fn rule_51_a_login_gives_a_session_of_tower_sessions_another_id_and_a_logout_empties_it(
    database: &Database,
) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let (mut ann, mut bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let store = Arc::new(Store::default());
    let session = Session::new(None, Arc::clone(&store), None);
    session.insert("cart", 3).await?;

    let session = next_request(&store, &session).await;
    let planted = session.id().unwrap();
    login(&db, &session, &mut ann).await?;
    let session = next_request(&store, &session).await;
    let of_ann = session.id().unwrap();
    assert_ne!(of_ann, planted);
    assert!(!store.0.lock()?.contains_key(&planted));
    assert_eq!(current_user::<User>(&db, &session).await?, Some(ann));
    assert_eq!(session.get::<u32>("cart").await?, Some(3));
    assert!(signals::auth::Session::get(&session, "cart").await.is_err(), "it is no text");

    login(&db, &session, &mut bob).await?;
    let session = next_request(&store, &session).await;
    let of_bob = session.id().unwrap();
    assert_ne!(of_bob, of_ann);
    assert_eq!(current_user::<User>(&db, &session).await?, Some(bob));
    assert_eq!(session.get::<u32>("cart").await?, None);

    logout::<User>(&db, &session).await?;
    assert!(session.is_empty().await && session.id().is_none(), "the middleware removes the cookie");
    assert!(store.0.lock()?.is_empty());
    session.insert("cart", 1).await?;
    let session = next_request(&store, &session).await;
    assert_ne!(session.id().unwrap(), of_bob);
    assert!(current_user::<User>(&db, &session).await?.is_none());
    Ok(())
}
