//! Entities of SeaORM, as `sea-orm-cli` writes them, and hooks that send signals.

use sea_orm::entity::prelude::*;

use crate::adapter::{in_transaction, saved};

pub mod user {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
}

pub mod profile {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "profiles")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
}

crate::sends_signals!(user::ActiveModel);

/// Hooks that a program has already call the adapter.
#[async_trait::async_trait]
impl ActiveModelBehavior for profile::ActiveModel {
    async fn before_save<C: ConnectionTrait>(self, _: &C, _: bool) -> Result<Self, DbErr> {
        in_transaction()?;
        Ok(self)
    }

    async fn after_save<C: ConnectionTrait>(
        profile: profile::Model,
        db: &C,
        insert: bool,
    ) -> Result<profile::Model, DbErr> {
        saved(&profile, insert, db).await?;
        Ok(profile)
    }
}
