//! A program that has SeaORM: `insert`, `update` and `delete` send signals, and what receivers write is in the same transaction.

mod adapter;
mod entities;

use adapter::{Committed, Conn, Deleted, Saved, transaction};
use entities::{profile, user};
use sea_orm::{
    ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, EntityTrait,
    IntoActiveModel, ModelTrait, PaginatorTrait, Set,
};
use signals_core::{AfterCommit, receiver};

#[receiver(Saved, sender = user::Model, created = true)]
async fn create_profile(instance: &user::Model, conn: &Conn<'_>) -> Result<(), DbErr> {
    profile::ActiveModel { user_id: Set(instance.id) }.insert(conn).await?;
    Ok(())
}

#[receiver(Saved, sender = user::Model, after = [create_profile])]
fn check_name(instance: &user::Model) -> Result<(), &'static str> {
    if instance.name.is_empty() { Err("a user has a name") } else { Ok(()) }
}

#[receiver(Saved, sender = user::Model, created = false)]
fn note_change(instance: &user::Model) {
    println!("in the transaction: user {} is now {}", instance.id, instance.name);
}

#[receiver(Deleted, sender = user::Model)]
fn say_goodbye(instance: &user::Model, after_commit: &AfterCommit) {
    let name = instance.name.clone();
    after_commit.push(move || println!("after the commit: goodbye, {name}"));
}

#[receiver(Committed, sender = user::Model, created = true)]
async fn welcome(instance: &user::Model) {
    println!("after the commit: welcome, {}", instance.name);
}

#[tokio::main]
async fn main() -> Result<(), DbErr> {
    let db = connect().await?;

    let ann = transaction(&db, async |tx| new_user("ann").insert(tx).await).await?;
    println!("users and profiles: {:?}", count(&db).await?);

    // A failing receiver rolls back.
    println!("{}", transaction(&db, async |tx| new_user("").insert(tx).await).await.unwrap_err());
    println!("users and profiles: {:?}", count(&db).await?);

    let mut ann = ann.into_active_model();
    ann.name = Set("anna".to_owned());
    let anna = transaction(&db, async |tx| ann.update(tx).await).await?;

    transaction(&db, async |tx| anna.delete(tx).await).await?;
    println!("users and profiles: {:?}", count(&db).await?);
    Ok(())
}

fn new_user(name: &str) -> user::ActiveModel {
    user::ActiveModel { name: Set(name.to_owned()), ..Default::default() }
}

async fn connect() -> Result<DatabaseConnection, DbErr> {
    // Each connection to `sqlite::memory:` is a database of its own.
    let db = Database::connect(ConnectOptions::new("sqlite::memory:").max_connections(1).to_owned()).await?;
    db.execute_unprepared("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)").await?;
    let profiles = "CREATE TABLE profiles (user_id INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE)";
    db.execute_unprepared(profiles).await?;
    Ok(db)
}

async fn count(db: &DatabaseConnection) -> Result<(u64, u64), DbErr> {
    Ok((user::Entity::find().count(db).await?, profile::Entity::find().count(db).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_receiver_that_fails_leaves_no_row() -> Result<(), DbErr> {
        let db = connect().await?;
        let failed = transaction(&db, async |tx| new_user("").insert(tx).await).await;
        assert!(failed.is_err_and(|error| error.to_string().contains("a user has a name")));
        assert_eq!(count(&db).await?, (0, 0));
        Ok(())
    }

    #[tokio::test]
    async fn a_savepoint_is_undone_by_itself() -> Result<(), DbErr> {
        let db = connect().await?;
        transaction(&db, async |tx| {
            new_user("ann").insert(tx).await?;
            assert!(transaction(tx, async |savepoint| new_user("").insert(savepoint).await).await.is_err());
            transaction(tx, async |savepoint| new_user("bob").insert(savepoint).await).await
        })
        .await?;
        assert_eq!(count(&db).await?, (2, 2));
        Ok(())
    }

    #[tokio::test]
    async fn a_save_outside_of_a_transaction_is_refused() -> Result<(), DbErr> {
        let db = connect().await?;
        let refused = new_user("ann").insert(&db).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("signals are sent in a transaction")));
        assert_eq!(count(&db).await?, (0, 0));
        Ok(())
    }

    /// The future of a request moves between threads.
    #[tokio::test]
    async fn a_task_saves() -> Result<(), DbErr> {
        let db = connect().await?;
        let own = db.clone();
        let task = tokio::spawn(async move { transaction(&own, async |tx| new_user("ann").insert(tx).await).await });
        assert!(task.await.is_ok_and(|saved| saved.is_ok()));
        assert_eq!(count(&db).await?, (1, 1));
        Ok(())
    }
}
