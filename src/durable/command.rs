//! A command for the terminal.

use std::fmt::Write as _;

use signals_core::BoxFuture;

use super::dead::{DISCARD, RETRY, attempts};
use super::seen::short;
use super::{dead_calls, discard, discard_all, retry, status};
use crate::db::Db;
use crate::error::{Error, Result};

/// What [`command`] understands.
const USAGE: &str = "\
status           the calls of each durable receiver
dead             the first 100 dead calls, with their errors
dead <call>      the next 100 after this one
retry <call>     makes a dead call due again; `all` for all of them
discard <call>   deletes a dead call; `all` for all of them
forget <id>      deletes the calls of a receiver that is no longer linked
";

/// Looks after durable receivers from a terminal: `status`, `dead`, `retry`, `discard` and `forget`. Returns what to print.
///
/// A program calls it for a command of its own:
///
/// ```no_run
/// use signals::durable;
/// use signals::prelude::*;
///
/// #[tokio::main]
/// async fn main() -> Result<()> {
///     let db = Db::connect("postgres://localhost/shop").await?;
///     let mut arguments = std::env::args().skip(1);
///     if arguments.next().as_deref() == Some("durable") {
///         // `shop durable status`, `shop durable retry 4711`
///         print!("{}", durable::command(&db, arguments).await?);
///         return Ok(());
///     }
///     // serve requests
///     Ok(())
/// }
/// ```
///
/// # Errors
/// There is no such command, with what there is; an argument is missing or wrong; errors of the database.
pub fn command(db: &Db, arguments: impl IntoIterator<Item = String>) -> BoxFuture<'_, Result<String>> {
    Box::pin(run(db, arguments.into_iter().collect()))
}

async fn run(db: &Db, arguments: Vec<String>) -> Result<String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["status"] | [] => print_status(db).await,
        ["dead"] => print_dead(db, 0).await,
        ["dead", call] => print_dead(db, number(call)?).await,
        ["retry", call] => Ok(format!("{} due again\n", calls(decide(db, call, Decision::Retry).await?))),
        ["discard", call] => Ok(format!("{} discarded\n", calls(decide(db, call, Decision::Discard).await?))),
        ["forget", receiver] => Ok(format!("{} deleted\n", calls(discard_all(db, receiver).await?))),
        ["help" | "--help" | "-h"] => Ok(USAGE.to_owned()),
        [known @ ("retry" | "discard"), ..] => {
            Err(Error::other(format!("`{known}` takes the number of one dead call, which `dead` prints, or `all`")))
        }
        ["forget", ..] => Err(Error::other("`forget` takes the id of one receiver, which `status` prints")),
        ["dead", ..] => Err(Error::other("`dead` takes nothing, or the number of the call after which it begins")),
        ["status", ..] => Err(Error::other("`status` takes nothing more")),
        _ => Err(Error::other(format!("there is no command `{}`; there are\n{USAGE}", arguments.join(" ")))),
    }
}

/// What becomes of a dead call.
#[derive(Clone, Copy)]
enum Decision {
    Retry,
    Discard,
}

async fn decide(db: &Db, call: &str, decision: Decision) -> Result<u64> {
    if call == "all" {
        return decide_all(db, decision).await;
    }
    let id = number(call)?;
    let is_changed = match decision {
        Decision::Retry => retry(db, id).await?,
        Decision::Discard => discard(db, id).await?,
    };
    if is_changed { Ok(1) } else { Err(Error::other(format!("the call {id} is not dead: see `dead`"))) }
}

fn number(call: &str) -> Result<i64> {
    call.parse().map_err(|_| Error::other(format!("`{call}` is not the number of a call: see `dead`")))
}

/// All dead calls at once: there may be many after a day without a mail server.
async fn decide_all(db: &Db, decision: Decision) -> Result<u64> {
    let sql = match decision {
        Decision::Retry => RETRY,
        Decision::Discard => DISCARD,
    };
    let count = db.execute(sql, &()).await?;
    db.events_were_stored();
    Ok(count)
}

fn calls(count: u64) -> String {
    if count == 1 { "1 call".to_owned() } else { format!("{count} calls") }
}

async fn print_status(db: &Db) -> Result<String> {
    let status = status(db).await?;
    let width =
        status.iter().map(|status| status.receiver.chars().count()).max().unwrap_or_default().max("receiver".len());
    let mut text = format!("{:width$}  waiting  running     late     dead  oldest\n", "receiver");
    for status in &status {
        let oldest = status.oldest_age().map(short).unwrap_or_default();
        let linked = if status.linked { "" } else { "  (not linked)" };
        let (name, waiting, running, late, dead) =
            (&status.receiver, status.waiting, status.running, status.late, status.dead);
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{name:width$}  {waiting:>7}  {running:>7}  {late:>7}  {dead:>7}  {oldest}{linked}");
    }
    Ok(text)
}

async fn print_dead(db: &Db, after: i64) -> Result<String> {
    let mut text = String::new();
    let dead = dead_calls(db, after).await?;
    for call in &dead {
        let attempts = attempts(call.attempts);
        let _ = writeln!(
            text,
            "{}  {} (event {}, key `{}`), after {attempts}",
            call.id, call.receiver, call.event, call.key
        );
        let _ = writeln!(text, "    {}", call.error);
    }
    let Some(last) = dead.last() else {
        return Ok(if after == 0 { "there are no dead calls\n" } else { "there are no more dead calls\n" }.to_owned());
    };
    let more: i64 = db.query_one("SELECT COUNT(*) FROM signals_todo WHERE dead AND id > ?", &(last.id,)).await?;
    if more > 0 {
        let _ = writeln!(text, "there are {more} more: `dead {}` prints the next ones", last.id);
    }
    Ok(text)
}
