//! A program that has Diesel: a user and the profile that a receiver makes are one transaction.

mod adapter;
mod rows;

use adapter::{Committed, Deleted, Saved, transaction};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use rows::{User, profiles, users};
use signals_core::{AfterCommit, BoxError, receiver};

#[receiver(Saved, sender = User, created = true)]
fn create_profile(instance: &User, conn: &mut SqliteConnection) -> QueryResult<()> {
    diesel::insert_into(profiles::table).values(profiles::user_id.eq(instance.id)).execute(conn)?;
    Ok(())
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
fn say_goodbye(instance: &User, after_commit: &AfterCommit) {
    let name = instance.name.clone();
    after_commit.push(move || println!("after the commit: goodbye, {name}"));
}

#[receiver(Committed, sender = User, created = true)]
fn welcome(instance: &User) {
    println!("after the commit: welcome, {}", instance.name);
}

fn main() -> Result<(), BoxError> {
    let db = &mut connect()?;

    let mut ann = transaction(db, |conn, after_commit| User::create("ann", conn, after_commit))?;
    println!("users and profiles: {:?}", count(db)?);

    // A failing receiver rolls back.
    println!("{}", transaction(db, |conn, after_commit| User::create("", conn, after_commit)).unwrap_err());
    println!("users and profiles: {:?}", count(db)?);

    ann.name = "anna".to_owned();
    transaction(db, |conn, after_commit| ann.update(conn, after_commit))?;

    transaction(db, |conn, after_commit| ann.delete(conn, after_commit))?;
    println!("users and profiles: {:?}", count(db)?);
    Ok(())
}

fn connect() -> Result<SqliteConnection, BoxError> {
    let mut db = SqliteConnection::establish(":memory:")?;
    db.batch_execute(
        "PRAGMA foreign_keys = ON;
         CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE profiles (user_id INTEGER PRIMARY KEY REFERENCES users ON DELETE CASCADE)",
    )?;
    Ok(db)
}

fn count(db: &mut SqliteConnection) -> QueryResult<(i64, i64)> {
    Ok((users::table.count().get_result(db)?, profiles::table.count().get_result(db)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::savepoint;

    #[test]
    fn a_receiver_that_fails_leaves_no_row() -> Result<(), BoxError> {
        let db = &mut connect()?;
        let failed = transaction(db, |conn, after_commit| User::create("", conn, after_commit));
        assert!(failed.is_err_and(|error| error.to_string().contains("a user has a name")));
        assert_eq!(count(db)?, (0, 0));
        Ok(())
    }

    #[test]
    fn a_savepoint_is_undone_by_itself() -> Result<(), BoxError> {
        let db = &mut connect()?;
        transaction(db, |conn, after_commit| {
            let undone: Result<(), _> = savepoint(conn, after_commit, |_, own| {
                own.push(|| unreachable!("the savepoint is undone"));
                Err("undone".into())
            });
            assert!(undone.is_err() && after_commit.is_empty());
            User::create("ann", conn, after_commit)?;
            assert!(savepoint(conn, after_commit, |conn, own| User::create("", conn, own)).is_err());
            savepoint(conn, after_commit, |conn, own| User::create("bob", conn, own))
        })?;
        assert_eq!(count(db)?, (2, 2));
        Ok(())
    }
}
