//! The page of durable receivers.

use expect_test::expect;
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    a_page_shows_receivers_and_dead_calls,
    a_page_shows_the_first_dead_calls,
}

#[model]
#[derive(Debug, Default)]
struct Printout {
    #[key]
    id: Id<Printout>,
    owner: String,
    secret: String,
}

#[receiver(post_commit, sender = Printout, durable, key = owner, id = "page::print")]
fn print(delivery: &Delivery) -> Result<()> {
    Err(delivery.give_up("<b>no printer</b> & no paper").into())
}

fn printout(owner: &str) -> Printout {
    Printout { owner: owner.to_owned(), secret: "hunter2".to_owned(), ..Printout::default() }
}

type Tables = (Printout, Event, Todo);

/// The rows of the table that name a receiver of this file, and what follows the table.
fn shown(page: &str) -> String {
    let (table, after) = page.split_once("</table></div>").expect("a table");
    let rows = table.lines().filter(|line| line.contains("page::") || line.contains("<th>"));
    crate::log::without_lines(&(rows.collect::<Vec<_>>().join("\n") + after))
}

/// Rule 111.
async fn a_page_shows_receivers_and_dead_calls(database: &Database) -> TestResult {
    let db = database.connect_with::<Tables>(|options| options.on_error(|_| {})).await?;
    expect![[r#"
        <tr><th>receiver<th>waiting<th>running<th>late<th>dead<th>oldest
        <tr><td><code>page::print</code><td>0<td>0<td>0<td>0<td>
        <p>Late calls wait, and have failed at least once. Calls of receivers with <code>tx</code> count as waiting while they run.
        <h2>Dead calls</h2>
        <p>No call is dead.
        </html>"#]].assert_eq(&shown(&durable::page(&db).await?));
    for owner in ["<ann>", "bob", "bob"] {
        printout(owner).save(&db).await?;
    }
    db.execute("UPDATE signals_event SET at = at - 266400000000", &()).await?;
    Worker::new(&db).run_due().await?;
    db.execute("UPDATE signals_todo SET receiver = 'page::it''s old' WHERE event > 2", &()).await?;
    let page = durable::page(&db).await?;
    expect![[r#"
        <tr><th>receiver<th>waiting<th>running<th>late<th>dead<th>oldest
        <tr><td><code>page::it&#39;s old</code> <strong class="error">not linked into this program</strong>: <code>durable forget &#39;page::it&#39;\&#39;&#39;s old&#39;</code> deletes its calls<td>1<td>0<td>0<td>0<td>3 d 2 h
        <tr><td><code>page::print</code><td>0<td>0<td>0<td class="error">2<td>
        <p>Late calls wait, and have failed at least once. Calls of receivers with <code>tx</code> count as waiting while they run.
        <h2>Dead calls</h2>
        <p><code>durable retry all</code> makes all of them due again, and <code>durable discard all</code> deletes them.
        <h3><code>page::print</code> <small>call 1, event 1 of post_commit of printouts, key <code>&#60;ann&#62;</code></small></h3>
        <pre class="error">receiver `page::print` (tests/durable/page.rs) failed on `post_commit` of `Printout`: the receiver gave up: &#60;b&#62;no printer&#60;/b&#62; &#38; no paper</pre>
        <p>1 attempt, stored 3 d 2 h ago: <code>durable retry 1</code> or <code>durable discard 1</code>
        <h3><code>page::print</code> <small>call 2, event 2 of post_commit of printouts, key <code>bob</code></small></h3>
        <pre class="error">receiver `page::print` (tests/durable/page.rs) failed on `post_commit` of `Printout`: the receiver gave up: &#60;b&#62;no printer&#60;/b&#62; &#38; no paper</pre>
        <p>1 attempt, stored 3 d 2 h ago: <code>durable retry 2</code> or <code>durable discard 2</code>
        </html>"#]].assert_eq(&shown(&page));
    assert!(!page.contains("hunter2"), "it shows no payload");
    assert!(!page.contains("<b>") && !page.contains("<ann>"), "it is escaped");
    assert!(!page.contains("http") && !page.contains("<script"), "it needs no other file and no script");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    Ok(())
}

/// Rule 111.
async fn a_page_shows_the_first_dead_calls(database: &Database) -> TestResult {
    let db = database.connect_with::<Tables>(|options| options.on_error(|_| {})).await?;
    for owner in 0..102 {
        printout(&owner.to_string()).save(&db).await?;
    }
    Worker::new(&db).run_due().await?;
    let page = durable::page(&db).await?;
    assert_eq!(page.matches("<h3>").count(), 100);
    assert!(page.contains("event 100 of") && !page.contains("event 101 of"));
    assert!(page.contains("There are 2 more: <code>durable dead 100</code> prints the next ones."));
    Ok(())
}
