//! Bodies of transactions and hooks, in each form that means one.
#![deny(warnings)]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use signals::db::{BodyKind, IsolationLevel, TransactionBody, TransactionOptions};
use signals::prelude::*;

#[model]
#[derive(Debug, Clone, Default)]
pub struct Line {
    #[key]
    pub id: Id<Line>,
    pub text: String,
}

fn line(text: &str) -> Line {
    Line { text: text.to_owned(), ..Line::default() }
}

async fn named(tx: &mut Tx) -> Result<u64> {
    tx.execute("DELETE FROM lines WHERE text = ?", &("named",)).await
}

fn boxed(tx: &mut Tx) -> Pin<Box<dyn Future<Output = Result<u64>> + Send + '_>> {
    Box::pin(async move { named(tx).await })
}

/// What a library does that adds something to each transaction.
async fn passed_on<T>(db: &Db, body: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
    db.transaction(async |tx| body(tx).await).await
}

async fn passed_on_unchanged<T, Kind: BodyKind<Output = Result<T>>>(
    db: &Db,
    body: impl TransactionBody<T, Kind>,
) -> Result<T> {
    db.transaction(body).await
}

fn returned<'a>(db: &'a Db, text: &'a str) -> impl Future<Output = Result<()>> + Send + 'a {
    db.transaction(async move |tx| line(text).save(tx).await)
}

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

async fn bodies(db: &Db, text: &str, seen: &mut Vec<u64>) -> Result<()> {
    let owned = text.to_owned();
    let borrowed = &owned;
    let count = is_send(db.transaction(async |tx| {
        line(text).save(tx).await?;
        line(borrowed).save(tx).await?;
        seen.push(2);
        Ok(seen.len())
    }))
    .await?;
    let _: usize = count;
    is_send(db.transaction(named)).await?;
    is_send(db.transaction(boxed)).await?;
    is_send(db.transaction(async |tx: &mut Tx| -> Result<u64> { named(tx).await })).await?;
    let none: Option<u8> = db.transaction(async |_| Ok(None)).await?;
    assert_eq!(none, None);
    is_send(db.transaction(async |tx| {
        let failed: Result<()> = tx
            .savepoint(async |tx| {
                line("undone").save(tx).await?;
                Err(Error::other("no"))
            })
            .await;
        tx.savepoint(named).await?;
        if failed.is_ok() {
            return Err(Error::other("it failed"));
        }
        Ok(())
    }))
    .await?;
    if text.is_empty() {
        db.transaction(async |tx| {
            named(tx).await?;
            unreachable!("there is a text")
        })
        .await?;
    }
    let again = async |tx: &mut Tx| named(tx).await;
    db.transaction(&again).await?;
    db.transaction(&again).await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    db.transaction_with(options, async move |tx| named(tx).await).await?;
    passed_on(db, async |tx| named(tx).await).await?;
    passed_on_unchanged(db, named).await?;
    passed_on_unchanged(db, async |tx| named(tx).await).await?;
    returned(db, text).await
}

fn hook(text: String) -> impl FnOnce(Db) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> {
    move |db| Box::pin(async move { line(&text).save(&db).await })
}

async fn named_hook(db: Db) -> Result<()> {
    line("hook").save(&db).await
}

async fn hooks(db: &Db) -> Result<()> {
    let text = "hook".to_owned();
    db.transaction(async |tx| {
        tx.on_commit(named_hook);
        tx.on_commit(hook(text.clone()));
        tx.on_commit(async move |db| line(&text).save(&db).await);
        tx.on_commit(|db| async move {
            named_hook(db).await?;
            Ok(())
        });
        tx.on_commit(async |db| {
            if db.url().is_empty() {
                return Err(Error::other("no URL"));
            }
            db.execute("DELETE FROM lines WHERE text = ?", &"none".to_owned()).await.map(drop)
        });
        tx.on_rollback(async |_| panic!("it is committed"));
        tx.on_rollback(async |db| {
            named_hook(db).await?;
            unreachable!("it is committed")
        });
        Ok(())
    })
    .await
}

/// Functions take any of these.
async fn executors(db: &Db) -> Result<()> {
    line("executor").save(&db).await?;
    let shared = Arc::new(db.clone());
    line("executor").save(&shared).await?;
    line("executor").save(&*shared).await?;
    db.transaction(async |tx| {
        line("executor").save(&tx).await?;
        let mut last = line("executor");
        last.save(tx).await?;
        tx.execute("DELETE FROM lines WHERE id = ?", &last.id).await?;
        Line::delete_where(tx, "text = ?", &("executor",)).await.map(drop)
    })
    .await
}

pub async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Line>().await?;
    let program = async move {
        let (text, mut seen) = ("text".to_owned(), Vec::new());
        bodies(&db, &text, &mut seen).await?;
        hooks(&db).await?;
        executors(&db).await?;
        assert_eq!(seen, [2]);
        db.query_one::<i64>("SELECT count(*) FROM lines WHERE text = 'hook'", &()).await
    };
    assert_eq!(tokio::spawn(program).await.map_err(Error::other)??, 4);
    Ok(())
}
