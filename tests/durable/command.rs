//! The command for the terminal.

use expect_test::expect;
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    calls_are_looked_after_from_a_terminal,
}

#[model]
#[derive(Debug, Default)]
struct Ticket {
    #[key]
    id: Id<Ticket>,
}

#[receiver(post_commit, sender = Ticket, durable, id = "command::ticket")]
fn ticket(delivery: &Delivery) -> Result<()> {
    Err(delivery.give_up("no printer").into())
}

/// Rule 95.
async fn calls_are_looked_after_from_a_terminal(database: &Database) -> TestResult {
    let db = database.connect_with::<(Ticket, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    let run = async |line: &str| durable::command(&db, line.split_whitespace().map(str::to_owned)).await;
    for _ in 0..3 {
        Ticket::default().save(&db).await?;
    }
    assert_eq!(run("dead").await?, "there are no dead calls\n");
    let status = run("status").await?;
    let line = status.lines().find(|line| line.starts_with("command::ticket")).unwrap_or_default();
    let columns: Vec<&str> = line.split_whitespace().take(5).collect();
    assert_eq!(columns, ["command::ticket", "3", "0", "0", "0"], "waiting, running, late and dead of\n{status}");
    Worker::new(&db).run_due().await?;
    expect![[r#"
        1  command::ticket (event 1, key `1`), after 1 attempt
            receiver `command::ticket` (tests/durable/command.rs) failed on `post_commit` of `Ticket`: the receiver gave up: no printer
        2  command::ticket (event 2, key `2`), after 1 attempt
            receiver `command::ticket` (tests/durable/command.rs) failed on `post_commit` of `Ticket`: the receiver gave up: no printer
        3  command::ticket (event 3, key `3`), after 1 attempt
            receiver `command::ticket` (tests/durable/command.rs) failed on `post_commit` of `Ticket`: the receiver gave up: no printer
    "#]]
    .assert_eq(&crate::log::without_lines(&run("dead").await?));
    assert_eq!(run("retry 1").await?, "1 call due again\n");
    assert_eq!(run("discard 2").await?, "1 call discarded\n");
    assert_eq!(run("retry all").await?, "1 call due again\n");
    assert_eq!(run("discard 2").await.unwrap_err().to_string(), "the call 2 is not dead: see `dead`");
    for _ in 0..3 {
        Ticket::default().save(&db).await?;
    }
    assert_eq!(Worker::new(&db).run_due().await?.failed, 5);
    assert_eq!(run("discard all").await?, "5 calls discarded\n");
    assert_eq!(run("dead").await?, "there are no dead calls\n");
    Worker::new(&db).run_due().await?;
    assert_eq!(crate::count::<Event>(&db).await?, 0, "a worker deletes events that no call needs");
    let mut errors = String::new();
    for line in ["retry", "discard 1 2", "retry one", "forget", "status all"] {
        errors += &run(line).await.unwrap_err().to_string();
        errors += "\n";
    }
    expect![[r#"
        `retry` takes the number of one dead call, which `dead` prints, or `all`
        `discard` takes the number of one dead call, which `dead` prints, or `all`
        `one` is not the number of a call: see `dead`
        `forget` takes the id of one receiver, which `status` prints
        `status` takes nothing more
    "#]]
    .assert_eq(&errors);
    assert!(run("help").await?.starts_with("status "));
    let error = run("purge").await.unwrap_err().to_string();
    assert!(error.starts_with("there is no command `purge`; there are\nstatus "), "{error}");
    Ok(())
}
