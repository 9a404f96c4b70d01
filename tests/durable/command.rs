//! The command for the terminal.

use expect_test::expect;
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    calls_are_looked_after_from_a_terminal,
    dead_calls_are_read_in_parts,
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
        1  command::ticket (event 1, key `tickets:1`), after 1 attempt
            receiver `command::ticket` (tests/durable/command.rs) failed on `post_commit` of `Ticket`: the receiver gave up: no printer
        2  command::ticket (event 2, key `tickets:2`), after 1 attempt
            receiver `command::ticket` (tests/durable/command.rs) failed on `post_commit` of `Ticket`: the receiver gave up: no printer
        3  command::ticket (event 3, key `tickets:3`), after 1 attempt
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
    for line in ["retry", "discard 1 2", "retry one", "forget", "status all", "dead 1 2", "dead x"] {
        errors += &run(line).await.unwrap_err().to_string();
        errors += "\n";
    }
    expect![[r#"
        `retry` takes the number of one dead call, which `dead` prints, or `all`
        `discard` takes the number of one dead call, which `dead` prints, or `all`
        `one` is not the number of a call: see `dead`
        `forget` takes the id of one receiver, which `status` prints
        `status` takes nothing more
        `dead` takes nothing, or the number of the call after which it begins
        `x` is not the number of a call: see `dead`
    "#]]
    .assert_eq(&errors);
    assert!(run("help").await?.starts_with("status "));
    let error = run("purge").await.unwrap_err().to_string();
    assert!(error.starts_with("there is no command `purge`; there are\nstatus "), "{error}");
    Ok(())
}

/// Rule 95.
async fn dead_calls_are_read_in_parts(database: &Database) -> TestResult {
    let db = database.connect_with::<(Ticket, Event, Todo)>(|options| options.on_error(|_| {})).await?;
    Ticket::default().save(&db).await?;
    Worker::new(&db).run_due().await?;
    db.execute(
        "INSERT INTO signals_todo (event, receiver, key, due, attempts, error, dead) WITH RECURSIVE n (i) AS \
         (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 203) SELECT 1, t.receiver, CAST(i AS TEXT), t.due, 1, 'no paper', TRUE \
         FROM n, signals_todo t",
        &(),
    )
    .await?;
    let numbers = async |after: i64| {
        let dead = durable::dead_calls(&db, after).await?;
        Ok::<_, Error>((dead.len(), dead.first().map(|call| call.id), dead.last().map(|call| call.id)))
    };
    assert_eq!(numbers(0).await?, (100, Some(1), Some(100)));
    assert_eq!(numbers(100).await?, (100, Some(101), Some(200)));
    assert_eq!(numbers(200).await?, (3, Some(201), Some(203)));
    assert_eq!(numbers(203).await?, (0, None, None));
    let run = async |line: &str| durable::command(&db, line.split_whitespace().map(str::to_owned)).await;
    let (first, second, last) = (run("dead").await?, run("dead 100").await?, run("dead 200").await?);
    assert_eq!(first.lines().count(), 201);
    assert!(first.ends_with("\nthere are 103 more: `dead 100` prints the next ones\n"), "{first}");
    assert!(
        second.starts_with("101 ") && second.ends_with("\nthere are 3 more: `dead 200` prints the next ones\n"),
        "{second}"
    );
    assert_eq!(last.lines().count(), 6);
    assert_eq!(run("dead 203").await?, "there are no more dead calls\n");
    Ok(())
}
