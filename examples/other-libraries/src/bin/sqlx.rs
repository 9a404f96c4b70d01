//! Signals next to sqlx: a member and its account, in one transaction.

use signals_core::{BoxError, receiver, signal};
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqlitePoolOptions};

#[signal(async)]
struct MemberJoined<'a> {
    id: i64,
    name: &'a str,
    tx: &'a mut SqliteConnection,
}

#[receiver(MemberJoined)]
async fn open_account(id: i64, tx: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO accounts (member_id) VALUES (?)").bind(id).execute(tx).await?;
    Ok(())
}

#[receiver(MemberJoined)]
fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() { Err("a member has a name") } else { Ok(()) }
}

async fn join(db: &SqlitePool, name: &str) -> Result<i64, BoxError> {
    let mut tx = db.begin().await?;
    let inserted = sqlx::query("INSERT INTO members (name) VALUES (?)").bind(name).execute(&mut *tx).await?;
    let id = inserted.last_insert_rowid();
    MemberJoined { id, name, tx: &mut tx }.send().await?; // an error drops `tx`, which rolls back
    tx.commit().await?;
    Ok(id)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // Each connection to `sqlite::memory:` is a database of its own.
    let db = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    sqlx::query("CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT NOT NULL)").execute(&db).await?;
    sqlx::query("CREATE TABLE accounts (member_id INTEGER PRIMARY KEY)").execute(&db).await?;

    join(&db, "Ann").await?;
    println!("{}", join(&db, "").await.unwrap_err());
    let (members, accounts): (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM members), (SELECT count(*) FROM accounts)").fetch_one(&db).await?;
    assert_eq!((members, accounts), (1, 1));
    Ok(())
}
