//! Rule 50: a future that is dropped at any of its awaits, for every operation that there is.

use std::fmt::Write;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use signals::ConnectOptions;
use signals::db::TransactionOptions;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_50_every_operation_dropped_at_any_await_is_done_as_a_whole_or_not_at_all,
    rule_50_a_save_dropped_in_a_savepoint_is_undone_alone
);

static LOG: Log = Log::new();

#[model]
#[derive(Debug, Default, Clone)]
struct Author {
    #[key]
    id: Id<Author>,
    name: String,
    #[update(7)]
    touched: i64,
}

#[model]
#[derive(Debug, Default, Clone)]
struct Book {
    #[key]
    id: Id<Book>,
    #[foreign_key(on_delete = cascade)]
    author: Id<Author>,
    title: String,
}

/// A model without receivers.
#[model]
#[derive(Debug, Default, Clone)]
struct Tag {
    #[key]
    id: Id<Tag>,
    #[unique]
    name: String,
}

#[receiver([pre_save, pre_delete, post_delete], sender = [Author, Book])]
async fn slowly() {
    tokio::task::yield_now().await;
}

#[receiver(post_save, sender = Author, created = true)]
async fn write_a_book(instance: &Author, tx: &mut Tx) -> Result<()> {
    tokio::task::yield_now().await;
    let mut book = Book { author: instance.id, title: format!("by {}", instance.name), ..Book::default() };
    book.save(tx).await?;
    tokio::task::yield_now().await;
    Ok(())
}

#[receiver(post_commit, sender = Author)]
async fn committed(instance: &Author) {
    LOG.note(format!("commit: {}", instance.name));
    tokio::task::yield_now().await;
}

#[receiver(post_commit, sender = Book)]
fn committed_book(instance: &Book) {
    LOG.note(format!("commit: {}", instance.title));
}

#[receiver(post_rollback, sender = Author)]
fn rolled_back(instance: &Author) {
    LOG.note(format!("rollback: {}", instance.name));
}

/// What an operation has to work with.
#[derive(Debug, Clone)]
struct Rows {
    /// In the database, with a book.
    saved: Author,
    /// Not saved yet.
    new: Author,
    /// In the database.
    tag: Tag,
}

impl Rows {
    /// The fields of each that the library sets, without the keys themselves: PostgreSQL gives none twice.
    fn fields(&self) -> [String; 3] {
        let Self { saved, new, tag } = self;
        let author = |author: &Author| format!("unset {}, touched {}", author.id.is_unset(), author.touched);
        [author(saved), author(new), format!("unset {}", tag.id.is_unset())]
    }
}

type Work = for<'a> fn(&'a Db, &'a mut Rows) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Every operation. A new one of the models' or the transactions' belongs here.
const OPERATIONS: &[(&str, Work)] = &[
    ("save, an insert", |db, rows| Box::pin(async move { rows.new.save(db).await })),
    ("save, an update", |db, rows| {
        Box::pin(async move {
            "ann b.".clone_into(&mut rows.saved.name);
            rows.saved.save(db).await
        })
    }),
    ("save_fields", |db, rows| {
        Box::pin(async move {
            "ann c.".clone_into(&mut rows.saved.name);
            rows.saved.save_fields(db, Author::fields().name).await
        })
    }),
    ("create", |db, rows| Box::pin(async move { rows.new.create(db).await })),
    ("save, without receivers", |db, _| {
        Box::pin(async move { Tag { name: "new".to_owned(), ..Tag::default() }.save(db).await })
    }),
    ("delete, with what goes with it", |db, rows| Box::pin(async move { rows.saved.delete(db).await.map(drop) })),
    ("delete, without receivers", |db, rows| Box::pin(async move { rows.tag.delete(db).await.map(drop) })),
    ("create_many", |db, _| {
        Box::pin(async move {
            let tag = |name: &str| Tag { name: name.to_owned(), ..Tag::default() };
            Tag::create_many(db, &mut [tag("many 1"), tag("many 2")]).await
        })
    }),
    ("create_many, with signals", |db, rows| {
        Box::pin(async move { Author::create_many(db, std::slice::from_mut(&mut rows.new)).with_signals().await })
    }),
    ("update_where, with signals", |db, rows| {
        Box::pin(async move {
            let values = Author { name: "ann d.".to_owned(), ..rows.saved.clone() };
            Author::update_where(db, Author::fields().name, &values, "true", &()).with_signals().await.map(drop)
        })
    }),
    ("delete_where, with signals", |db, _| {
        Box::pin(async move { Author::delete_where(db, "true", &()).with_signals().await.map(drop) })
    }),
    ("update of a query, with signals", |db, _| {
        Box::pin(async move {
            Author::query().update(db, |author| author.name.set("ann e.".to_owned())).with_signals().await.map(drop)
        })
    }),
    ("update of a query", |db, _| {
        Box::pin(async move { Tag::query().update(db, |tag| tag.name.set("updated".to_owned())).await.map(drop) })
    }),
    ("delete of a query, with signals", |db, _| {
        Box::pin(async move { Author::order_by(|author| author.id).limit(1).delete(db).with_signals().await.map(drop) })
    }),
    ("rows of a query with others", |db, _| {
        Box::pin(async move { Book::with(|book| book.author).all(db).await.map(drop) })
    }),
    ("a page and a stream of a query", |db, _| {
        Box::pin(async move {
            Tag::query().page(db, 1, 10).await?;
            let mut stream = Author::query().stream(db);
            while let Some(author) = stream.next().await {
                author?;
            }
            Ok(())
        })
    }),
    ("get_or_create", |db, rows| {
        Box::pin(async move { rows.new.get_or_create(db, Author::fields().name).await.map(drop) })
    }),
    ("update_or_create", |db, rows| {
        Box::pin(async move { rows.new.update_or_create(db, Author::fields().name, FieldSet::empty()).await.map(drop) })
    }),
    ("update_or_create of a row that is there", |db, rows| {
        Box::pin(async move {
            let write = Author::fields().name;
            rows.saved.update_or_create(db, FieldSet::empty(), write).await.map(drop)
        })
    }),
    ("upsert", |db, rows| Box::pin(async move { rows.tag.upsert(db, Tag::fields().name, FieldSet::empty()).await })),
    ("get", |db, rows| Box::pin(async move { Author::get(db, rows.saved.id).await.map(drop) })),
    ("all", |db, _| Box::pin(async move { Author::all(db).await.map(drop) })),
    ("refresh", |db, rows| Box::pin(async move { rows.saved.refresh(db).await })),
    ("following a relation", |db, rows| Box::pin(async move { rows.saved.book_set(db).await.map(drop) })),
    ("execute", |db, _| Box::pin(async move { db.execute("UPDATE tags SET name = 'executed'", &()).await.map(drop) })),
    ("batch", |db, _| {
        Box::pin(
            async move { db.batch("INSERT INTO tags (name) VALUES ('1'); INSERT INTO tags (name) VALUES ('2')").await },
        )
    }),
    ("a transaction", |db, rows| {
        Box::pin(async move {
            db.transaction(async |tx| {
                rows.new.save(tx).await?;
                tokio::task::yield_now().await;
                rows.saved.delete(tx).await?;
                Tag { name: "in it".to_owned(), ..Tag::default() }.save(tx).await
            })
            .await
        })
    }),
    ("a transaction with hooks", |db, rows| {
        Box::pin(async move {
            let tx = db.begin().await?;
            tx.on_commit(async |_| {
                LOG.note("commit: a hook");
                tokio::task::yield_now().await;
                Ok(())
            });
            tx.on_rollback(async |_| {
                LOG.note("rollback: a hook");
                Ok(())
            });
            rows.new.save(&tx).await?;
            tx.on_commit(async |db: Db| {
                Author::all(&db).await?;
                LOG.note("commit: a hook that reads");
                Ok(())
            });
            tx.commit().await
        })
    }),
    ("savepoints, one of which is undone", |db, rows| {
        Box::pin(async move {
            db.transaction(async |tx| {
                tx.savepoint(async |tx| {
                    rows.new.save(tx).await?;
                    tx.savepoint(async |tx| rows.saved.save(tx).await).await
                })
                .await?;
                let undone = tx.savepoint(async |tx| {
                    Author { name: "never".to_owned(), ..Author::default() }.save(tx).await?;
                    tokio::task::yield_now().await;
                    Err::<(), _>(Error::other("no"))
                });
                assert!(undone.await.is_err());
                Tag { name: "after it".to_owned(), ..Tag::default() }.save(tx).await
            })
            .await
        })
    }),
    ("rollback", |db, _| {
        Box::pin(async move {
            let tx = db.begin().await?;
            Author { name: "never".to_owned(), ..Author::default() }.save(&tx).await?;
            tx.rollback().await
        })
    }),
    ("a transaction that only reads", |db, _| {
        Box::pin(async move {
            let reads = TransactionOptions::new().read_only();
            db.transaction_with(reads, async |tx| Author::all(tx).await.map(drop)).await
        })
    }),
    ("the driver's connection", |db, _| {
        Box::pin(async move {
            db.transaction(async |tx| {
                let sql = "INSERT INTO tags (name) VALUES ('driver'); INSERT INTO tags (name) VALUES ('driver 2')";
                if is_sqlite(tx.db()) {
                    return tx.sqlite(|connection| connection.execute_batch(sql));
                }
                #[cfg(feature = "postgres")]
                tx.postgres(async |client| client.batch_execute(sql).await).await?;
                Ok(())
            })
            .await
        })
    }),
];

/// What the database holds.
async fn content(db: &Db) -> String {
    let mut content = String::new();
    for author in Author::all(db).await.unwrap() {
        write!(content, "{} {}, ", author.name, author.touched).unwrap();
    }
    for book in Book::all(db).await.unwrap() {
        write!(content, "{}, ", book.title).unwrap();
    }
    for tag in Tag::all(db).await.unwrap() {
        write!(content, "{} ", tag.name).unwrap();
    }
    content
}

/// The same content for each attempt.
async fn fresh(db: &Db) -> Rows {
    db.batch(
        "DELETE FROM books; DELETE FROM authors; DELETE FROM tags;
         INSERT INTO authors (id, name, touched) VALUES (1000000, 'ann', 1);
         INSERT INTO books (id, author_id, title) VALUES (1000000, 1000000, 'first');
         INSERT INTO tags (id, name) VALUES (1000000, 'tag')",
    )
    .await
    .unwrap();
    let (saved, tag) = (Author::all(db).await.unwrap().remove(0), Tag::all(db).await.unwrap().remove(0));
    LOG.take();
    Rows { saved, tag, new: Author { name: "bob".to_owned(), ..Author::default() } }
}

/// Drops a future after so many polls; what it gave if it came to its end before.
async fn drop_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// The lines of the log that begin so.
fn lines(of: &str, log: &str) -> Vec<String> {
    log.lines().filter(|line| line.starts_with(of)).map(ToOwned::to_owned).collect()
}

async fn rule_50_every_operation_dropped_at_any_await_is_done_as_a_whole_or_not_at_all(
    database: &Database,
) -> TestResult {
    // One connection: what is on its way has come to its end before the next statement.

    let db = database.connect_with::<(Author, Book, Tag)>(|options: ConnectOptions| options.pool_size(1)).await?;
    for (name, work) in OPERATIONS {
        let name = format!("{name}, {}", if is_sqlite(&db) { "SQLite" } else { "PostgreSQL" });
        // Without dropping anything.
        let mut rows = fresh(&db).await;
        let (before, fields_before) = (content(&db).await, rows.fields());
        work(&db, &mut rows).await?;
        let (after, fields_after) = (content(&db).await, rows.fields());
        let log = LOG.take();

        let mut polls = 0;
        loop {
            polls += 1 + polls / 8;
            let mut rows = fresh(&db).await;
            let done = drop_after(polls, work(&db, &mut rows)).await;
            let name = format!("{name}, after {polls} polls");
            let now = content(&db).await;
            assert!(now == before || now == after, "{name}: {now}\nbefore {before}\nafter {after}");
            let fields = rows.fields();
            if done.is_some() {
                assert_eq!((&now, &fields), (&after, &fields_after), "{name}");
            }
            for (now, (before, after)) in fields.iter().zip(fields_before.iter().zip(&fields_after)) {
                assert!(now == before || now == after, "{name}: {now}, before {before}, after {after}");
            }
            // The hooks of a commit whose future is dropped run in a task.
            let is_committed = now == after && before != after;
            let expected = if is_committed { lines("commit", &log) } else { Vec::new() };
            let mut heard = String::new();
            for _ in 0..10_000 {
                heard += &LOG.take();
                if lines("commit", &heard).len() >= expected.len() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            heard += &LOG.take();
            assert_eq!(lines("commit", &heard), expected, "{name}");
            let rolled_back = lines("rollback", &heard);
            assert!(!is_committed || rolled_back == lines("rollback", &log), "{name}: {rolled_back:?}");

            // The pool works.
            let tx = db.begin().await?;
            Tag { name: "not kept".to_owned(), ..Tag::default() }.save(&tx).await?;
            tx.rollback().await?;
            Tag { name: "kept".to_owned(), ..Tag::default() }.save(&db).await?;
            if let Some(done) = done {
                done?;
                break;
            }
        }
    }
    Ok(())
}

/// Inside a transaction: what was dropped is undone with its savepoint, and the rest is committed.
async fn rule_50_a_save_dropped_in_a_savepoint_is_undone_alone(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Page {
        #[key]
        id: Id<Page>,
        #[unique]
        text: String,
    }

    #[receiver(post_save, sender = Page)]
    async fn slowly(tx: &mut Tx) -> Result<()> {
        tokio::task::yield_now().await;
        tx.execute("UPDATE pages SET text = text", &()).await.map(drop)
    }

    let db = database.connect_with::<Page>(|options| options.pool_size(1)).await?;
    let page = |text: &str| Page { text: text.to_owned(), ..Page::default() };
    let mut polls = 0;
    loop {
        polls += 1 + polls / 8;
        let mut tx = db.begin().await?;
        page("before").save(&tx).await?;
        let mut dropped = page("dropped");
        let done = drop_after(polls, tx.savepoint(async |tx| dropped.save(tx).await)).await;
        assert_eq!(dropped.id.is_unset(), done.is_none());
        page("after").save(&tx).await?;
        tx.commit().await?;
        let texts: Vec<_> = Page::all(&db).await?.into_iter().map(|page| page.text).collect();
        db.execute("DELETE FROM pages", &()).await?;
        if done.is_some() {
            assert_eq!(texts, ["before", "dropped", "after"]);
            break;
        }
        assert_eq!(texts, ["before", "after"], "after {polls} polls");
    }
    assert!(polls > 1);
    Ok(())
}
