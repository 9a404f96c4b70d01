//! Receivers that need a value that no context has: rule 87. It checks the whole program, so this is a separate binary.

use expect_test::expect;
use signals::db::ConnectOptions;
use signals::prelude::*;
use signals::{Context, check_context};

#[path = "it/log.rs"]
#[expect(dead_code, reason = "this binary uses a part of it")]
mod log;

struct Mailer;
struct Actor;
struct Request;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[signal]
struct OrderPaid<'a> {
    context: &'a Context,
}

#[receiver([post_save, post_commit], sender = User)]
fn welcome(#[context] mailer: &Mailer, #[context] actor: &Actor, #[context] request: Option<&Request>) {
    let _ = (mailer, actor, request);
}

#[receiver(OrderPaid)]
fn receipt(#[context] mailer: &Mailer) {
    let _ = mailer;
}

fn message(result: Result<()>) -> String {
    result.err().map(|error| log::without_lines(&error.to_string())).unwrap_or_default()
}

#[test]
fn rule_87_check_context_lists_each_receiver_and_each_value_that_it_lacks() {
    assert_eq!(message(check_context::<(Mailer, Actor)>()), "");
    assert_eq!(message(check_context::<(Actor, Request, Mailer)>()), "");
    expect!["receiver `check_context::welcome` (tests/check_context.rs) needs `Actor` in its context: put one there with `ConnectOptions::with`, or name its type in `check_context` if callers add it with `db.with(..)`; a receiver that works without it takes an `Option<&Actor>`"].assert_eq(&message(check_context::<(Mailer,)>()));
    expect![[r#"
        receiver `check_context::receipt` (tests/check_context.rs) needs `Mailer` in its context: put one there with `ConnectOptions::with`, or name its type in `check_context` if callers add it with `db.with(..)`; a receiver that works without it takes an `Option<&Mailer>`
        receiver `check_context::welcome` (tests/check_context.rs) needs `Actor` in its context: put one there with `ConnectOptions::with`, or name its type in `check_context` if callers add it with `db.with(..)`; a receiver that works without it takes an `Option<&Actor>`
        receiver `check_context::welcome` (tests/check_context.rs) needs `Mailer` in its context: put one there with `ConnectOptions::with`, or name its type in `check_context` if callers add it with `db.with(..)`; a receiver that works without it takes an `Option<&Mailer>`"#]].assert_eq(&message(check_context::<()>()));
}

#[tokio::test]
async fn rule_87_connect_refuses_a_program_that_needs_more_than_the_options_and_the_callers_have() -> Result<()> {
    let options = || ConnectOptions::new("sqlite::memory:");
    let refused = options().with(Mailer).check_context::<()>().connect().await;
    expect!["receiver `check_context::welcome` (tests/check_context.rs) needs `Actor` in its context: put one there with `ConnectOptions::with`, or name its type in `check_context` if callers add it with `db.with(..)`; a receiver that works without it takes an `Option<&Actor>`"].assert_eq(&message(refused.map(|_| ())));
    let db = options().with(Mailer).check_context::<(Actor,)>().connect().await?;
    db.create_tables_of::<User>().await?;
    User::default().save(&db.with(Actor)).await?;
    options().with(Mailer).with(Actor).check_context::<()>().connect().await?;
    // A program that does not ask is not refused.
    let plain = options().connect().await?;
    let context = Context::new().with(Mailer);
    assert!(OrderPaid { context: plain.context() }.send().is_err());
    assert!(OrderPaid { context: &context }.send().is_ok());
    Ok(())
}
