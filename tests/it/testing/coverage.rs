//! The file with what a run of tests has called: each part of the run is a process of its own.

use std::env;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use expect_test::expect;
use signals::Context;
use signals::prelude::*;
use signals::testing::{assert_covered_except, coverage, mute};

use crate::databases::TestResult;

#[signal]
struct Sent {
    amount: u32,
    context: Context,
}

#[signal(async)]
struct NeverSent {}

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[receiver(Sent)]
fn is_called() {}

#[receiver(Sent, when = |event| event.amount > 100)]
fn is_filtered_out() {}

#[receiver(Sent)]
fn is_muted() {}

#[receiver(Sent, when = |event| event.amount > 100)]
#[receiver(NeverSent)]
fn is_called_by_one_process() {}

#[receiver([post_save, post_delete], sender = User)]
async fn is_called_for_a_save() {}

/// The part of the run in this process.
#[test]
fn one_process() -> TestResult {
    let context = Context::new();
    let _muted = mute::<is_muted>(&context);
    Ok(Sent { amount: 1, context }.send()?)
}

#[tokio::test]
async fn another_process() -> TestResult {
    let context = Context::new();
    let _muted = mute::<(is_muted, is_filtered_out)>(&context);
    Sent { amount: 101, context: context.clone() }.send()?;
    Sent { amount: 102, context }.send()?;
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<User>().await?;
    Ok(User::default().save(&db).await?)
}

#[test]
fn rule_81_processes_write_one_file_and_it_is_a_table_with_the_receivers_of_the_program() -> TestResult {
    let file = env::temp_dir().join(format!("signals-coverage-{}", std::process::id()));
    let (mut one, mut another) = (process("one_process", &file)?, process("another_process", &file)?);
    assert!(one.wait()?.success() && another.wait()?.success());
    let text = fs::read_to_string(&file)?;
    let mut covered = coverage(&file)?;
    let own = format!("{}::", module_path!());
    let others: Vec<&str> = covered
        .receivers
        .iter()
        .map(|covered| &*covered.receiver.id.name)
        .filter(|name| !name.starts_with(&own))
        .collect();
    let failed = catch_unwind(|| assert_covered_except(&file, &others)).expect_err("some are not called");
    covered.receivers.retain(|covered| covered.receiver.id.name.starts_with(&own));
    fs::remove_file(&file)?;

    expect![[r#"
        is_called                 Sent                 called
        is_filtered_out           Sent                 never called: its filters were never true
        is_muted                  Sent                 never called: its signal was sent, but an earlier receiver failed, or it was muted
        is_called_by_one_process  NeverSent            never called: its signal was never sent
        is_called_by_one_process  Sent                 called
        is_called_for_a_save      post_delete of User  never called: its signal was never sent
        is_called_for_a_save      post_save of User    called
    "#]].assert_eq(&covered.to_string().replace(&own, ""));
    let message = failed.downcast::<String>().map_err(|_| "the message is not formatted")?;
    expect![[r#"
        the tests do not call these receivers:
        is_filtered_out           Sent                 never called: its filters were never true
        is_muted                  Sent                 never called: its signal was sent, but an earlier receiver failed, or it was muted
        is_called_by_one_process  NeverSent            never called: its signal was never sent
        is_called_for_a_save      post_delete of User  never called: its signal was never sent
    "#]].assert_eq(&message.replace(&own, ""));
    // A process writes what happens again once.
    let called = |line: &&str| line.starts_with("called") && line.contains("::is_called\t");
    assert_eq!(text.lines().filter(called).count(), 2, "{text}");
    Ok(())
}

#[test]
fn rule_81_a_missing_file_is_an_error_that_says_how_to_write_it() {
    let error = coverage("no/such/file").expect_err("there is no file");
    assert!(error.to_string().ends_with("help: `SIGNALS_COVERAGE=no/such/file cargo test` writes it"), "{error}");
}

/// Runs one test of this program in a process that writes the file.
fn process(test: &str, file: &Path) -> std::io::Result<Child> {
    let (_, module) = module_path!().split_once("::").unwrap_or_default();
    Command::new(env::current_exe()?)
        .args(["--exact", &format!("{module}::{test}")])
        .env("SIGNALS_COVERAGE", file)
        .stdout(Stdio::null())
        .spawn()
}
