//! Signals next to Diesel: a member and its account, in one transaction.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use signals_core::{BoxError, receiver, signal};

diesel::table! {
    members (id) {
        id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    accounts (member_id) {
        member_id -> BigInt,
    }
}

#[signal]
struct MemberJoined<'a> {
    id: i64,
    name: &'a str,
    db: &'a mut SqliteConnection,
}

#[receiver(MemberJoined)]
fn open_account(id: i64, db: &mut SqliteConnection) -> QueryResult<()> {
    diesel::insert_into(accounts::table).values(accounts::member_id.eq(id)).execute(db)?;
    Ok(())
}

#[receiver(MemberJoined)]
fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() { Err("a member has a name") } else { Ok(()) }
}

fn join(db: &mut SqliteConnection, name: &str) -> Result<i64, BoxError> {
    db.transaction(|db| {
        let id =
            diesel::insert_into(members::table).values(members::name.eq(name)).returning(members::id).get_result(db)?;
        MemberJoined { id, name, db }.send()?; // an error rolls back
        Ok(id)
    })
}

fn main() -> Result<(), BoxError> {
    let mut db = SqliteConnection::establish(":memory:")?;
    db.batch_execute(
        "CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE accounts (member_id INTEGER PRIMARY KEY);",
    )?;

    join(&mut db, "Ann")?;
    println!("{}", join(&mut db, "").unwrap_err());
    assert_eq!(members::table.count().get_result::<i64>(&mut db)?, 1);
    assert_eq!(accounts::table.count().get_result::<i64>(&mut db)?, 1);
    Ok(())
}
