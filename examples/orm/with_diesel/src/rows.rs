//! Rows, written as a program that has Diesel writes them. Each write ends with its signal.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use signals_core::{AfterCommit, BoxError};

use crate::adapter::{Deleted, saved};

diesel::table! {
    users (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    profiles (user_id) {
        user_id -> Integer,
    }
}

#[derive(Debug, Clone, Queryable, Identifiable, AsChangeset)]
pub struct User {
    pub id: i32,
    pub name: String,
}

impl User {
    pub fn create(name: &str, conn: &mut SqliteConnection, after_commit: &AfterCommit) -> Result<Self, BoxError> {
        let insert = diesel::insert_into(users::table).values(users::name.eq(name));
        let user: Self = insert.returning(users::all_columns).get_result(conn)?;
        saved(&user, true, conn, after_commit)?;
        Ok(user)
    }

    pub fn update(&self, conn: &mut SqliteConnection, after_commit: &AfterCommit) -> Result<(), BoxError> {
        diesel::update(self).set(self).execute(conn)?;
        saved(self, false, conn, after_commit)?;
        Ok(())
    }

    pub fn delete(self, conn: &mut SqliteConnection, after_commit: &AfterCommit) -> Result<(), BoxError> {
        diesel::delete(&self).execute(conn)?;
        Deleted { instance: &self, conn, after_commit }.send()?;
        Ok(())
    }
}
