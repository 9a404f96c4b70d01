//! The statements that SQLite is given, traced by a receiver of `connection_created`.

use std::sync::Mutex;

use expect_test::{Expect, expect};
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use signals::db::NewConnection;
use signals::db::connection_created;
use signals::prelude::*;

use crate::created::{SET, alone};
use crate::databases::TestResult;

static STATEMENTS: Mutex<String> = Mutex::new(String::new());

#[receiver(connection_created)]
fn trace(connection: &mut NewConnection<'_>) {
    let Some(raw) = connection.sqlite() else { return };
    raw.trace_v2(
        TraceEventCodes::SQLITE_TRACE_STMT,
        Some(|event| {
            if let TraceEvent::Stmt(_, sql) = event {
                STATEMENTS.lock().unwrap().extend([sql, "\n"]);
            }
        }),
    );
}

#[model]
#[derive(Default)]
struct Group {
    #[key]
    id: Id<Group>,
}

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    #[many_to_many]
    groups: ManyToMany<Group>,
    #[many_to_many]
    friends: ManyToMany<User>,
    #[many_to_many(related_name = "watched_by")]
    watched: ManyToMany<Group>,
}

#[receiver(m2m_changed, sender = UserWatched)]
async fn watch() {}

#[track_caller]
fn are(expected: &Expect) {
    expected.assert_eq(&std::mem::take(&mut *STATEMENTS.lock().unwrap()));
}

#[tokio::test]
async fn rule_43_a_change_without_receivers_is_one_statement() -> TestResult {
    let _alone = alone(SET).await;
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let (mut user, mut one, mut two) = (User::default(), Group::default(), Group::default());
    user.save(&db).await?;
    one.save(&db).await?;
    two.save(&db).await?;

    STATEMENTS.lock()?.clear();
    user.groups().add(&db, [one.id, two.id, one.id]).await?;
    are(&expect![[r#"
        INSERT INTO "user_groups" ("user_id", "group_id") SELECT ?1, value FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING
    "#]]);
    one.user_set().remove(&db, [user.id]).await?;
    are(&expect![[r#"
        DELETE FROM "user_groups" WHERE "group_id" = ?1 AND "user_id" IN (SELECT value FROM json_each(?2))
    "#]]);
    user.groups().clear(&db).await?;
    are(&expect![[r#"
        DELETE FROM "user_groups" WHERE "user_id" = ?1
    "#]]);
    user.friends().add(&db, [user.id]).await?;
    user.friends().remove(&db, [user.id]).await?;
    user.friends().clear(&db).await?;
    are(&expect![[r#"
        INSERT INTO "user_friends" ("from_user_id", "to_user_id") SELECT ?1, value FROM json_each(?2) WHERE true UNION ALL SELECT value, ?1 FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING
        DELETE FROM "user_friends" WHERE "from_user_id" = ?1 AND "to_user_id" IN (SELECT value FROM json_each(?2)) OR "to_user_id" = ?1 AND "from_user_id" IN (SELECT value FROM json_each(?2))
        DELETE FROM "user_friends" WHERE "from_user_id" = ?1 OR "to_user_id" = ?1
    "#]]);
    user.groups().set(&db, [one.id]).await?;
    user.groups().set(&db, [one.id]).await?;
    are(&expect![[r#"
        BEGIN IMMEDIATE
        SELECT "group_id" FROM "user_groups" WHERE "user_id" = ?1 ORDER BY "group_id"
        INSERT INTO "user_groups" ("user_id", "group_id") SELECT ?1, value FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING
        COMMIT
        BEGIN IMMEDIATE
        SELECT "group_id" FROM "user_groups" WHERE "user_id" = ?1 ORDER BY "group_id"
        COMMIT
    "#]]);
    user.groups().all(&db).await?;
    one.user_set().ids(&db).await?;
    user.groups().count(&db).await?;
    user.groups().contains(&db, two.id).await?;
    are(&expect![[r#"
        SELECT r."id" FROM "user_groups" AS t INNER JOIN "groups" AS r ON r."id" = t."group_id" WHERE t."user_id" = ?1 ORDER BY r."id"
        SELECT "user_id" FROM "user_groups" WHERE "group_id" = ?1 ORDER BY "user_id"
        SELECT count(*) FROM "user_groups" WHERE "user_id" = ?1
        SELECT 1 FROM "user_groups" WHERE "user_id" = ?1 AND "group_id" = ?2 LIMIT 1
    "#]]);
    user.watched().add(&db, [one.id]).await?;
    user.watched().add(&db, [one.id]).await?;
    user.watched().remove(&db, [one.id]).await?;
    are(&expect![[r#"
        BEGIN IMMEDIATE
        SELECT "group_id" FROM "user_watched" WHERE "user_id" = ?1 AND "group_id" IN (SELECT value FROM json_each(?2))
        INSERT INTO "user_watched" ("user_id", "group_id") SELECT ?1, value FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING
        COMMIT
        BEGIN IMMEDIATE
        SELECT "group_id" FROM "user_watched" WHERE "user_id" = ?1 AND "group_id" IN (SELECT value FROM json_each(?2))
        COMMIT
        BEGIN IMMEDIATE
        DELETE FROM "user_watched" WHERE "user_id" = ?1 AND "group_id" IN (SELECT value FROM json_each(?2))
        COMMIT
    "#]]);
    user.delete(&db).await?;
    are(&expect![[r#"
        BEGIN IMMEDIATE
        DELETE FROM "user_friends" WHERE "from_user_id" = ?1
        DELETE FROM "user_friends" WHERE "to_user_id" = ?1
        DELETE FROM "user_groups" WHERE "user_id" = ?1
        DELETE FROM "user_watched" WHERE "user_id" = ?1
        DELETE FROM "users" WHERE "id" = ?1
        COMMIT
    "#]]);
    Ok(())
}
