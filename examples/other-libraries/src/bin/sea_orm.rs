//! Signals next to SeaORM: a member and its account, in one transaction.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectOptions, Database, DatabaseTransaction, Set, TransactionTrait};
use signals_core::{BoxError, receiver, signal};

mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "members")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[signal(async)]
struct MemberJoined<'a> {
    member: &'a member::Model,
    tx: &'a DatabaseTransaction,
}

#[receiver(MemberJoined)]
async fn open_account(member: &member::Model, tx: &DatabaseTransaction) -> Result<(), DbErr> {
    tx.execute_unprepared(&format!("INSERT INTO accounts (member_id) VALUES ({})", member.id)).await?;
    Ok(())
}

async fn join(db: &DatabaseConnection, name: &str) -> Result<member::Model, BoxError> {
    let tx = db.begin().await?;
    let member = member::ActiveModel { name: Set(name.to_owned()), ..Default::default() }.insert(&tx).await?;
    MemberJoined { member: &member, tx: &tx }.send().await?; // an error drops `tx`, which rolls back
    tx.commit().await?;
    Ok(member)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // Each connection to `sqlite::memory:` is a database of its own.
    let db = Database::connect(ConnectOptions::new("sqlite::memory:").max_connections(1).to_owned()).await?;
    db.execute_unprepared("CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT NOT NULL)").await?;
    db.execute_unprepared("CREATE TABLE accounts (member_id INTEGER PRIMARY KEY CHECK (member_id < 2))").await?;

    join(&db, "Ann").await?;
    println!("{}", join(&db, "Bob").await.unwrap_err());
    assert_eq!(member::Entity::find().all(&db).await?.len(), 1);
    Ok(())
}
