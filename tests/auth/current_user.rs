//! The user of a session.

use signals::auth::{AuthUser, MemorySession, Session, current_user, login, stay_logged_in};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{User, user, with_users};
use crate::receivers::Alone;

on_each_database!(
    the_user_of_a_session_is_as_the_database_has_it_now,
    a_user_who_was_deleted_is_not_the_current_user,
    a_user_who_is_no_longer_active_is_not_the_current_user,
    another_password_ends_every_session_but_the_one_that_stays,
    a_user_who_changes_the_password_of_another_user_does_not_become_them,
    a_user_may_have_a_uuid_as_the_key
);

async fn name(db: &Db, session: &dyn Session) -> Option<String> {
    current_user::<User>(db, session).await.unwrap().map(|user| user.username)
}

async fn the_user_of_a_session_is_as_the_database_has_it_now(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    assert_eq!(name(&db, &session).await, None);
    login(&db, &session, &mut ann).await?;
    ann.username = "anna".to_owned();
    ann.save(&db).await?;
    assert_eq!(name(&db, &session).await.as_deref(), Some("anna"));

    let tx = db.begin().await?;
    assert_eq!(current_user::<User>(&tx, &session).await?, Some(ann));
    Ok(())
}

async fn a_user_who_was_deleted_is_not_the_current_user(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    ann.delete(&db).await?;
    assert_eq!(name(&db, &session).await, None);
    Ok(())
}

async fn a_user_who_is_no_longer_active_is_not_the_current_user(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let session = MemorySession::new();
    login(&db, &session, &mut ann).await?;
    ann.is_blocked = true;
    ann.save(&db).await?;
    assert_eq!(name(&db, &session).await, None);
    ann.is_blocked = false;
    ann.save(&db).await?;
    assert_eq!(name(&db, &session).await.as_deref(), Some("ann"));
    Ok(())
}

async fn another_password_ends_every_session_but_the_one_that_stays(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let mut ann = user(&db, "ann").await;
    let (here, there) = (MemorySession::new(), MemorySession::new());
    for session in [&here, &there] {
        login(&db, session, &mut ann).await?;
        session.insert("cart", "3 books").await?;
    }
    let key = here.key();
    ann.set_password("battery staple").await?;
    ann.save(&db).await?;
    stay_logged_in(&here, &ann).await?;
    assert_eq!(name(&db, &here).await.as_deref(), Some("ann"));
    assert_ne!(here.key(), key);
    assert_eq!(here.names().len(), 2);

    let key = there.key();
    assert_eq!(name(&db, &there).await, None);
    assert!(there.names().is_empty(), "as in Django, it is emptied");
    assert_ne!(there.key(), key);
    Ok(())
}

async fn a_user_who_changes_the_password_of_another_user_does_not_become_them(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    let (mut ann, mut bob) = (user(&db, "ann").await, user(&db, "bob").await);
    let (anns, nobodys) = (MemorySession::new(), MemorySession::new());
    login(&db, &anns, &mut ann).await?;
    bob.set_password("battery staple").await?;
    bob.save(&db).await?;
    for session in [&anns, &nobodys] {
        let key = session.key();
        stay_logged_in(session, &bob).await?;
        assert_ne!(session.key(), key);
    }
    assert_eq!(name(&db, &anns).await.as_deref(), Some("ann"));
    assert_eq!(name(&db, &nobodys).await, None);
    Ok(())
}

#[cfg(feature = "uuid")]
async fn a_user_may_have_a_uuid_as_the_key(database: &Database) -> TestResult {
    use signals::auth::PasswordHash;
    use uuid::Uuid;

    #[model]
    #[derive(Debug, Default)]
    struct Guest {
        #[key]
        id: Uuid,
        #[unique]
        name: String,
        password: PasswordHash,
    }
    impl AuthUser for Guest {
        const USERNAME: FieldSet<Self> = Self::fields().name;
        fn password(&self) -> &PasswordHash {
            &self.password
        }
        fn password_mut(&mut self) -> &mut PasswordHash {
            &mut self.password
        }
    }
    let _alone = Alone::new().await;
    let db = database.with_tables::<Guest>().await?;
    let session = MemorySession::new();
    let mut ann = Guest { id: Uuid::new_v4(), name: "ann".to_owned(), ..Guest::default() };
    ann.save(&db).await?;
    // The receivers ask for the table of other users.
    db.create_tables_of::<User>().await?;
    login(&db, &session, &mut ann).await?;
    assert_eq!(current_user::<Guest>(&db, &session).await?.map(|user| user.id), Some(ann.id));
    Ok(())
}
