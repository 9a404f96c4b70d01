//! Two durable receivers with one name: a program of its own, because none of its workers can begin.
#![allow(missing_docs, reason = "a test")]

#[path = "it/databases.rs"]
#[allow(unused, reason = "it is shared with another test")]
mod databases;
#[path = "it/log.rs"]
#[allow(unused, reason = "it is shared with another test")]
mod log;

use databases::{Database, TestResult, on_each_database};
use signals::durable::{Event, Todo, Worker};
use signals::prelude::*;

on_each_database! {
    two_receivers_with_one_name_are_an_error,
}

#[model]
#[derive(Debug, Default)]
struct Member {
    #[key]
    id: Id<Member>,
    #[unique]
    email: String,
}

#[receiver(post_commit, sender = Member, durable, id = "welcome")]
async fn send_mail() {}

#[receiver(post_commit, sender = Member, durable, id = "welcome")]
async fn send_letter() {}

/// Rule 91. The error is not that of the unique index of the calls, which looks like a mistake in the member.
async fn two_receivers_with_one_name_are_an_error(database: &Database) -> TestResult {
    let db = database.with_tables::<(Member, Event, Todo)>().await?;
    let saved = Member::default().save(&db).await.expect_err("the calls cannot be told apart");
    let began = Worker::new(&db).run_due().await.expect_err("nor can the receivers");
    for error in [&saved, &began] {
        let text = error.to_string();
        assert!(text.starts_with("two receivers are called `welcome`: tests/durable_names.rs:"), "{text}");
    }
    assert_eq!(saved.to_string(), began.to_string());
    assert!(Member::all(&db).await?.is_empty());
    Ok(())
}
