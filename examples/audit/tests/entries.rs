//! What is in the log after each way to write, on both databases. Rule 84 of docs/behaviour.md.

#[allow(unused, reason = "it is there for other tests as well")]
#[path = "../../../tests/it/databases.rs"]
mod databases;
#[allow(unused, reason = "it is there for other tests as well")]
#[path = "../../../tests/it/log.rs"]
mod log;

use audit::AuditEntry;
use expect_test::{Expect, expect};
use signals::auth::{Actor, AuthUser, Credentials, MemorySession, PasswordHash, authenticate, login, logout};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    a_save_has_the_old_and_the_new_values,
    many_rows_are_listed_or_counted,
    a_delete_lists_its_cascade,
    relations_are_listed,
    logins_are_listed_without_passwords,
    what_is_undone_is_listed_after_the_rollback,
);

#[model]
#[derive(Debug, Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    name: String,
    password: PasswordHash,
    last_login: Option<i64>,
}

impl AuthUser for User {
    const USERNAME: FieldSet<Self> = Self::fields().name;

    fn password(&self) -> &PasswordHash {
        &self.password
    }

    fn password_mut(&mut self) -> &mut PasswordHash {
        &mut self.password
    }

    fn set_last_login(&mut self) {
        self.last_login = Some(1);
    }
}

#[model]
#[derive(Debug, Default, Clone)]
struct Post {
    #[key]
    id: Id<Post>,
    title: String,
    #[foreign_key(on_delete = cascade)]
    author: Id<User>,
    #[foreign_key(on_delete = set_null, related_name = "reviews")]
    reviewer: Option<Id<User>>,
    #[many_to_many]
    tags: ManyToMany<Tag>,
}

#[model]
#[derive(Debug, Default)]
struct Tag {
    #[key]
    id: Id<Tag>,
    name: String,
}

/// Who acts, and in which request, without a web server.
async fn connect(database: &Database) -> Result<(Db, User)> {
    let (db, ann) = without_an_actor(database).await?;
    Ok((db.with(Actor::of(&ann)), ann))
}

async fn without_an_actor(database: &Database) -> Result<(Db, User)> {
    let db = database.with_tables::<(User, Post, Tag, AuditEntry)>().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.set_password("correct horse".to_owned()).await?;
    ann.save(&db).await?;
    forget(&db).await?;
    Ok((db, ann))
}

async fn forget(db: &Db) -> Result<()> {
    AuditEntry::filter(|_| true).delete(db).await?;
    Ok(())
}

/// Compares the entries since the last call.
async fn entries_are(db: &Db, expected: &Expect) -> Result<()> {
    let mut lines = Vec::new();
    for entry in AuditEntry::order_by(|entry| entry.id.asc()).all(db).await? {
        let AuditEntry { actor, action, model, row, changes, .. } = entry;
        let (row, actor) = (row.unwrap_or_default(), actor.as_deref().unwrap_or("no user"));
        lines.push(format!("{action:?} {model} {row} by {actor}: {changes}\n"));
    }
    let lines = lines.concat();
    assert!(!lines.contains("argon2") && !lines.contains("horse"), "{lines}");
    expected.assert_eq(&lines);
    forget(db).await
}

async fn a_save_has_the_old_and_the_new_values(database: &Database) -> TestResult {
    let (db, mut ann) = connect(database).await?;
    let mut post = Post { title: "one".to_owned(), author: ann.id, ..Post::default() };
    post.save(&db).await?;
    "two".clone_into(&mut post.title);
    post.save(&db).await?;
    "three".clone_into(&mut post.title);
    post.save_fields(&db, Post::fields().title).await?;
    ann.set_password("another horse".to_owned()).await?;
    ann.save(&db).await?;
    let mut found = Post { title: "four".to_owned(), author: ann.id, ..Post::default() };
    found.get_or_create(&db, Post::fields().title).await?;
    found.reviewer = Some(ann.id);
    db.transaction(async |tx| tx.savepoint(async |tx| found.save(tx).await).await).await?;
    entries_are(
        &db,
        &expect![[r#"
            Created Post 1 by User 1: {"author":[null,1],"id":[null,1],"title":[null,"one"]}
            Updated Post 1 by User 1: {"title":["one","two"]}
            Updated Post 1 by User 1: {"title":["two","three"]}
            Updated User 1 by User 1: {"password":"secret"}
            Created Post 2 by User 1: {"author":[null,1],"id":[null,2],"title":[null,"four"]}
            Updated Post 2 by User 1: {"reviewer":[null,1]}
        "#]],
    )
    .await?;
    Ok(())
}

async fn many_rows_are_listed_or_counted(database: &Database) -> TestResult {
    let (db, ann) = connect(database).await?;
    let post = |title: &str| Post { title: title.to_owned(), author: ann.id, ..Post::default() };
    Post::create_many(&db, &mut [post("a"), post("b")]).await?;
    Post::filter(|post| post.title.eq("a")).update(&db, |post| post.title.set("c")).await?;
    Post::filter(|post| post.title.eq("c")).update(&db, |post| post.title.set("d")).with_signals().await?;
    Post::filter(|post| post.title.eq("b")).delete(&db).await?;
    Post::filter(|post| post.title.eq("d")).delete(&db).with_signals().await?;
    entries_are(
        &db,
        &expect![[r#"
            Created Post 1 by User 1: {"author":[null,1],"id":[null,1],"title":[null,"a"]}
            Created Post 2 by User 1: {"author":[null,1],"id":[null,2],"title":[null,"b"]}
            BulkUpdated Post  by User 1: {"count":1,"fields":["title"]}
            Updated Post 1 by User 1: {"title":["c","d"]}
            BulkUpdated Post  by User 1: {"count":1,"fields":["title"]}
            BulkDeleted Post  by User 1: {"count":1}
            Deleted Post 1 by User 1: {"author":[1,null],"id":[1,null],"title":["d",null]}
            BulkDeleted Post  by User 1: {"count":1}
        "#]],
    )
    .await?;
    Ok(())
}

/// The pointer that becomes NULL has no signal, as in Django.
async fn a_delete_lists_its_cascade(database: &Database) -> TestResult {
    let (db, mut ann) = connect(database).await?;
    let mut bob = User { name: "bob".to_owned(), ..User::default() };
    bob.save(&db).await?;
    Post { title: "hers".to_owned(), author: ann.id, ..Post::default() }.save(&db).await?;
    Post { title: "his".to_owned(), author: bob.id, reviewer: Some(ann.id), ..Post::default() }.save(&db).await?;
    forget(&db).await?;
    ann.delete(&db).await?;
    entries_are(
        &db,
        &expect![[r#"
            Deleted Post 1 by User 1: {"author":[1,null],"id":[1,null],"title":["hers",null]}
            Deleted User 1 by User 1: {"id":[1,null],"name":["ann",null],"password":"secret"}
        "#]],
    )
    .await?;
    Ok(())
}

async fn relations_are_listed(database: &Database) -> TestResult {
    let (db, ann) = connect(database).await?;
    let mut post = Post { title: "one".to_owned(), author: ann.id, ..Post::default() };
    post.save(&db).await?;
    let (mut red, mut blue) = (Tag { name: "red".to_owned(), ..Tag::default() }, Tag::default());
    red.save(&db).await?;
    blue.save(&db).await?;
    forget(&db).await?;
    post.tags().add(&db, [red.id, blue.id]).await?;
    post.tags().remove(&db, red.id).await?;
    post.tags().clear(&db).await?;
    entries_are(
        &db,
        &expect![[r#"
        Related PostTags Post 1 by User 1: {"Tag":[1,2]}
        Unrelated PostTags Post 1 by User 1: {"Tag":[1]}
        Cleared PostTags Post 1 by User 1: {"Tag":[]}
    "#]],
    )
    .await?;
    Ok(())
}

async fn logins_are_listed_without_passwords(database: &Database) -> TestResult {
    let (plain, _) = without_an_actor(database).await?;
    let session = MemorySession::new();
    assert!(authenticate::<User>(&plain, Credentials::new("ann", "wrong horse")).await?.is_none());
    let mut ann = authenticate::<User>(&plain, Credentials::new("ann", "correct horse")).await?.expect("her password");
    login(&plain, &session, &mut ann).await?;
    logout::<User>(&plain, &session).await?;
    entries_are(
        &plain,
        &expect![[r#"
        LoginFailed User  by no user: {"username":"ann"}
        Updated User 1 by User 1: {"last_login":[null,1]}
        LoggedIn User 1 by User 1: {}
        LoggedOut User 1 by User 1: {}
    "#]],
    )
    .await?;
    Ok(())
}

async fn what_is_undone_is_listed_after_the_rollback(database: &Database) -> TestResult {
    let (db, ann) = connect(database).await?;
    let (mut post, mut tag) = (Post { title: "one".to_owned(), author: ann.id, ..Post::default() }, Tag::default());
    post.save(&db).await?;
    tag.save(&db).await?;
    forget(&db).await?;
    let failed: Result<()> = db
        .transaction(async |tx| {
            "two".clone_into(&mut post.title);
            post.save(tx).await?;
            Post { title: "new".to_owned(), author: ann.id, ..Post::default() }.save(tx).await?;
            tag.delete(tx).await?;
            Err(Error::other("no"))
        })
        .await;
    assert!(failed.is_err());
    entries_are(
        &db,
        &expect![[r#"
            UpdateUndone Post 1 by User 1: {"title":["one","two"]}
            CreateUndone Post 2 by User 1: {"author":[null,1],"id":[null,2],"title":[null,"new"]}
            DeleteUndone Tag 1 by User 1: {}
        "#]],
    )
    .await?;
    Ok(())
}
