//! Sessions in the database: rule 59 of `docs/behaviour.md`.

use std::sync::Arc;
use std::time::Duration;

use signals::auth::{Sessions, current_user, login, logout, session_model};
use signals::prelude::*;
use time::OffsetDateTime;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{User, user, with_users};
use crate::receivers::Alone;

session_model! {
    pub(crate) struct StoredSession;
}

/// The tests of one version of tower-sessions.
macro_rules! sessions_of {
    ($version:ident: $tower:ident) => {
        mod $version {
            use $tower::session::{Id as SessionId, Record};
            use $tower::{Expiry, Session, SessionStore};

            use super::*;

            on_each_database!(
                rule_59_a_login_lasts_and_a_logout_ends_it,
                rule_59_a_session_that_was_ended_is_not_stored_again,
                rule_59_an_expired_session_is_not_found_and_its_row_is_deleted
            );

            /// What the middleware does at the end of a request, and what it does at the beginning of the next one in another process.
            async fn next_request(db: &Db, session: &Session) -> Session {
                session.save().await.unwrap();
                Session::new(session.id(), Arc::new(Sessions::<StoredSession>::new(db)), None)
            }

            async fn rule_59_a_login_lasts_and_a_logout_ends_it(database: &Database) -> TestResult {
                let _alone = Alone::new().await;
                let db = with_users(database).await?;
                db.create_tables_of::<StoredSession>().await?;
                let mut ann = user(&db, "ann").await;
                let session = Session::new(None, Arc::new(Sessions::<StoredSession>::new(&db)), None);
                session.insert("cart", "\u{0}bread \u{1f35e}").await?;
                let session = next_request(&db, &session).await;
                let planted = session.id().unwrap();
                login(&db, &session, &mut ann).await?;

                let session = next_request(&db, &session).await;
                assert_ne!(session.id(), Some(planted));
                assert_eq!(current_user::<User>(&db, &session).await?, Some(ann));
                assert_eq!(session.get::<String>("cart").await?.as_deref(), Some("\u{0}bread \u{1f35e}"));
                let rows = StoredSession::all(&db).await?;
                assert_eq!(rows.len(), 1);
                assert_ne!(rows[0].key, session.id().unwrap().to_string(), "it is hashed");
                assert!(!format!("{rows:?}").contains("cart"));

                logout::<User>(&db, &session).await?;
                assert!(StoredSession::all(&db).await?.is_empty());
                Ok(())
            }

            async fn rule_59_a_session_that_was_ended_is_not_stored_again(database: &Database) -> TestResult {
                let _alone = Alone::new().await;
                let db = with_users(database).await?;
                db.create_tables_of::<StoredSession>().await?;
                let mut ann = user(&db, "ann").await;
                let session = Session::new(None, Arc::new(Sessions::<StoredSession>::new(&db)), None);
                login(&db, &session, &mut ann).await?;
                let session = next_request(&db, &session).await;
                let slow = Session::new(session.id(), Arc::new(Sessions::<StoredSession>::new(&db)), None);
                slow.insert("page", 7).await?;
                logout::<User>(&db, &session).await?;
                let after = next_request(&db, &slow).await;
                assert!(current_user::<User>(&db, &after).await?.is_none());
                assert!(StoredSession::all(&db).await?.is_empty());
                Ok(())
            }

            async fn rule_59_an_expired_session_is_not_found_and_its_row_is_deleted(database: &Database) -> TestResult {
                let db = database.with_tables::<StoredSession>().await?;
                let sessions = Sessions::<StoredSession>::new(&db);
                let in_hours = |hours: u64| OffsetDateTime::now_utc() + Duration::from_hours(hours);
                let past = OffsetDateTime::now_utc() - Duration::from_secs(1);
                let record = |expiry_date| Record { id: SessionId::default(), data: Default::default(), expiry_date };
                let (mut lasting, mut expired) = (record(in_hours(1)), record(past));
                SessionStore::create(&sessions, &mut lasting).await?;
                SessionStore::create(&sessions, &mut expired).await?;
                assert!(SessionStore::load(&sessions, &expired.id).await?.is_none());
                let loaded = SessionStore::load(&sessions, &lasting.id).await?.unwrap();
                assert_eq!(loaded.expiry_date.unix_timestamp(), lasting.expiry_date.unix_timestamp());

                // A key that is taken.
                let mut other = Record { id: lasting.id, ..record(in_hours(2)) };
                SessionStore::create(&sessions, &mut other).await?;
                assert_ne!(other.id, lasting.id);
                assert_eq!(StoredSession::all(&db).await?.len(), 3);

                assert_eq!(sessions.delete_expired().await?, 1);
                SessionStore::create(&sessions, &mut expired).await?;
                assert_eq!(StoredSession::all(&db).await?.len(), 3, "rows are not deleted each time");
                SessionStore::create(&Sessions::<StoredSession>::new(&db), &mut record(in_hours(1))).await?;
                assert_eq!(StoredSession::all(&db).await?.len(), 3, "another process deletes it, and stores its own");
                SessionStore::delete(&sessions, &lasting.id).await?;
                assert!(SessionStore::load(&sessions, &lasting.id).await?.is_none());

                let session = Session::new(
                    None,
                    Arc::new(sessions),
                    Some(Expiry::OnInactivity(Duration::from_mins(1).try_into()?)),
                );
                session.insert("page", 7).await?;
                session.save().await?;
                assert_eq!(next_request(&db, &session).await.get::<u32>("page").await?, Some(7));
                Ok(())
            }
        }
    };
}

sessions_of!(v0_15: tower_sessions_core);
#[cfg(feature = "tower-sessions-0_14")]
sessions_of!(v0_14: tower_sessions_core_0_14);

#[test]
fn rule_59_the_values_of_a_session_are_secret() {
    let secret = StoredSession::META.fields.iter().filter(|field| field.is_secret).map(|field| field.name);
    assert_eq!(secret.collect::<Vec<_>>(), ["data"]);
}
