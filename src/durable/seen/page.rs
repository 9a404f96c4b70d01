//! The calls of durable receivers as a page of HTML.

use std::time::{Duration, SystemTime};

use askama::Template;

use super::age::short;
use crate::calendar::{DateOrTime, MICROS_PER_SECOND};
use crate::db::{Db, FromRow, Row, micros};
use crate::durable::claim::time;
use crate::durable::dead::{AT_ONCE, attempts};
use crate::durable::status::{ReceiverStatus, status};
use crate::error::Result;

/// The state of durable receivers as one page of HTML: what [`status`](crate::durable::status()) says of each, and the dead calls with their
/// errors and the commands that repeat or discard them, see [`command`](crate::durable::command()). It shows the first 100 of them.
///
/// The page needs no other file and no script. It shows no payloads, but errors and keys: require a login for it.
///
/// ```rust,standalone_crate
/// use signals::durable;
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
/// }
///
/// #[receiver(post_commit, sender = User, durable, id = "welcome")]
/// async fn welcome() {}
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<()> {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.create_tables().await?;
///     let html = durable::page(&db).await?;
///     assert!(html.contains("<code>welcome</code>"));
///     Ok(())
/// }
/// ```
///
/// The [guide](crate::guide::chapter_15#a-page) has a route of axum.
///
/// # Errors
/// Errors of the database.
pub async fn page(db: &Db) -> Result<String> {
    let status = status(db).await?;
    let dead = dead(db).await?;
    let all = status.iter().fold(0_u64, |all, status| all.saturating_add(status.dead));
    let shown = u64::try_from(dead.len()).unwrap_or_default();
    let page = Page {
        title: "Durable receivers",
        at: date(SystemTime::now()),
        receivers: status.iter().map(Receiver::of).collect(),
        dead,
        more: all.saturating_sub(shown),
    };
    match page.render() {
        Ok(html) => Ok(html),
        Err(error) => unreachable!("what the template prints does not fail: {error}"),
    }
}

#[derive(Template)]
#[template(path = "durable.html")]
struct Page<'a> {
    title: &'a str,
    at: String,
    receivers: Vec<Receiver<'a>>,
    dead: Vec<Dead>,
    /// How many dead calls are not shown.
    more: u64,
}

struct Receiver<'a> {
    name: &'a str,
    waiting: u64,
    running: u64,
    late: u64,
    dead: u64,
    oldest: String,
    /// The command that deletes its calls, if it is not linked.
    forget: Option<String>,
}

impl<'a> Receiver<'a> {
    fn of(status: &'a ReceiverStatus) -> Self {
        let ReceiverStatus { receiver, linked, waiting, running, late, dead, .. } = status;
        Self {
            name: receiver,
            waiting: *waiting,
            running: *running,
            late: *late,
            dead: *dead,
            oldest: status.oldest_age().map(short).unwrap_or_default(),
            forget: (!linked).then(|| format!("durable forget {}", quoted(receiver))),
        }
    }
}

/// A dead call, without its payload.
struct Dead {
    id: i64,
    receiver: String,
    key: String,
    event: i64,
    /// `post_commit of users`
    signal: String,
    /// `3 attempts`
    attempts: String,
    error: String,
    age: String,
}

impl FromRow for Dead {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let (signal, sender): (String, String) = (row.get(4)?, row.get(5)?);
        let at: SystemTime = time(row.get(8)?);
        Ok(Self {
            id: row.get(0)?,
            receiver: row.get(1)?,
            key: row.get(2)?,
            event: row.get(3)?,
            signal: if sender.is_empty() { signal } else { format!("{signal} of {sender}") },
            attempts: attempts(row.get(6)?),
            error: row.get::<Option<String>>(7)?.unwrap_or_default(),
            age: short(at.elapsed().unwrap_or(Duration::ZERO)),
        })
    }
}

/// The first dead calls, without their payloads.
async fn dead(db: &Db) -> Result<Vec<Dead>> {
    let sql = format!(
        "SELECT t.id, t.receiver, t.key, t.event, e.signal, e.sender, t.attempts, t.error, e.at FROM signals_todo t \
         JOIN signals_event e ON e.id = t.event WHERE t.dead ORDER BY t.id LIMIT {AT_ONCE}"
    );
    db.query_as(&sql, &()).await
}

/// The time in UTC, up to the second.
fn date(at: SystemTime) -> String {
    format!("{} UTC", DateOrTime::DateTime(micros(at) / MICROS_PER_SECOND * MICROS_PER_SECOND))
}

/// An argument of a command in a shell.
fn quoted(argument: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.,:/@%+=".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_one_word_of_a_shell() {
        for (argument, word) in
            [("shop::mail", "shop::mail"), ("", "''"), ("a b", "'a b'"), ("it's; rm", r"'it'\''s; rm'"), ("$x", "'$x'")]
        {
            assert_eq!(quoted(argument), word);
        }
    }

    #[test]
    fn a_time_has_seconds() {
        assert_eq!(date(SystemTime::UNIX_EPOCH + Duration::from_millis(86_399_999)), "1970-01-01 23:59:59 UTC");
    }
}
