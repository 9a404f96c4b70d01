//! Rows, written as a program that has sqlx writes them. Each write ends with its signal.

use signals_core::BoxError;

use crate::adapter::{Deleted, Tx, saved};

#[derive(Debug, Clone)]
pub struct User {
    pub id: i64,
    pub name: String,
}

impl User {
    pub async fn create(name: &str, tx: &mut Tx) -> Result<Self, BoxError> {
        let insert = sqlx::query_scalar("INSERT INTO users (name) VALUES (?) RETURNING id").bind(name);
        let user = Self { id: insert.fetch_one(&mut **tx).await?, name: name.to_owned() };
        saved(&user, true, tx).await?;
        Ok(user)
    }

    pub async fn update(&self, tx: &mut Tx) -> Result<(), BoxError> {
        let update = sqlx::query("UPDATE users SET name = ? WHERE id = ?").bind(&self.name).bind(self.id);
        update.execute(&mut **tx).await?;
        saved(self, false, tx).await?;
        Ok(())
    }

    pub async fn delete(self, tx: &mut Tx) -> Result<(), BoxError> {
        sqlx::query("DELETE FROM users WHERE id = ?").bind(self.id).execute(&mut **tx).await?;
        Deleted { instance: &self, tx }.send().await?;
        Ok(())
    }
}

/// The profile of a user. It sends no signals.
pub struct Profile;

impl Profile {
    pub async fn create(user_id: i64, tx: &mut Tx) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO profiles (user_id) VALUES (?)").bind(user_id).execute(&mut **tx).await?;
        Ok(())
    }
}
