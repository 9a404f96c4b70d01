//! A program that has sqlx: a user and the profile that a receiver makes are one transaction.

mod adapter;
mod rows;

use adapter::{Committed, Deleted, Saved, Tx};
use rows::{Profile, User};
use signals_core::{BoxError, receiver};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

#[receiver(Saved, sender = User, created = true)]
async fn create_profile(instance: &User, tx: &mut Tx) -> sqlx::Result<()> {
    Profile::create(instance.id, tx).await
}

#[receiver(Saved, sender = User, after = [create_profile])]
fn check_name(instance: &User) -> Result<(), &'static str> {
    if instance.name.is_empty() { Err("a user has a name") } else { Ok(()) }
}

#[receiver(Saved, sender = User, created = false)]
fn note_change(instance: &User) {
    println!("in the transaction: user {} is now {}", instance.id, instance.name);
}

#[receiver(Deleted, sender = User)]
fn say_goodbye(instance: &User, tx: &mut Tx) {
    let name = instance.name.clone();
    tx.after_commit.push(move || println!("after the commit: goodbye, {name}"));
}

#[receiver(Committed, sender = User, created = true)]
async fn welcome(instance: &User) {
    println!("after the commit: welcome, {}", instance.name);
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let db = connect().await?;

    let mut tx = Tx::begin(&db).await?;
    let mut ann = User::create("ann", &mut tx).await?;
    tx.commit().await?;
    println!("users and profiles: {:?}", count(&db).await?);

    // A failing receiver: `tx` is dropped, which rolls back.
    let mut tx = Tx::begin(&db).await?;
    println!("{}", User::create("", &mut tx).await.unwrap_err());
    drop(tx);
    println!("users and profiles: {:?}", count(&db).await?);

    let mut tx = Tx::begin(&db).await?;
    ann.name = "anna".to_owned();
    ann.update(&mut tx).await?;
    tx.commit().await?;

    let mut tx = Tx::begin(&db).await?;
    ann.delete(&mut tx).await?;
    tx.commit().await?;
    println!("users and profiles: {:?}", count(&db).await?);
    Ok(())
}

async fn connect() -> sqlx::Result<SqlitePool> {
    // Each connection to `sqlite::memory:` is a database of its own.
    let db = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    sqlx::raw_sql(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE profiles (user_id INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE)",
    )
    .execute(&db)
    .await?;
    Ok(db)
}

async fn count(db: &SqlitePool) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM profiles)").fetch_one(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_receiver_that_fails_leaves_no_row() -> Result<(), BoxError> {
        let db = connect().await?;
        let mut tx = Tx::begin(&db).await?;
        assert!(User::create("", &mut tx).await.is_err());
        drop(tx);
        assert_eq!(count(&db).await?, (0, 0));
        Ok(())
    }

    /// The future of a request moves between threads.
    #[tokio::test]
    async fn a_task_saves() -> Result<(), BoxError> {
        let db = connect().await?;
        let own = db.clone();
        tokio::spawn(async move {
            let mut tx = Tx::begin(&own).await?;
            User::create("ann", &mut tx).await?;
            tx.commit().await?;
            Ok::<_, BoxError>(())
        })
        .await??;
        assert_eq!(count(&db).await?, (1, 1));
        Ok(())
    }
}
