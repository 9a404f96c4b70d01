//! What signals need of SeaORM: hooks that send them, a connection that receivers can use, and a transaction with a queue.

use std::sync::Arc;

use sea_orm::entity::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, TransactionSession, TransactionTrait,
};
use signals_core::{AfterCommit, SignalError, signal};

/// Sent by `insert`, `update` and `save` of an `ActiveModel`, after the row was written. An error rolls back.
#[signal(async, sender)]
pub struct Saved<'a, M: ?Sized> {
    pub instance: &'a M,
    pub created: bool,
    pub conn: &'a Conn<'a>,
    pub after_commit: &'a AfterCommit,
}

/// Sent by `delete` of a `Model` or an `ActiveModel`, after the row was deleted.
#[signal(async, sender)]
pub struct Deleted<'a, M: ?Sized> {
    pub instance: &'a M,
    pub conn: &'a Conn<'a>,
    pub after_commit: &'a AfterCommit,
}

/// Sent after the commit, for each save.
#[signal(async, sender)]
pub struct Committed<'a, M: ?Sized> {
    pub instance: &'a M,
    pub created: bool,
}

/// Makes the hooks of these `ActiveModel`s send signals. An `ActiveModel` that has hooks calls the functions below in them.
#[macro_export]
macro_rules! sends_signals {
    ($($active_model:ty),+ $(,)?) => {$(
        #[sea_orm::entity::prelude::async_trait::async_trait]
        impl sea_orm::ActiveModelBehavior for $active_model {
            async fn before_save<C: sea_orm::ConnectionTrait>(self, _: &C, _: bool) -> Result<Self, sea_orm::DbErr> {
                $crate::adapter::in_transaction()?;
                Ok(self)
            }

            async fn after_save<C: sea_orm::ConnectionTrait>(
                model: <Self::Entity as sea_orm::EntityTrait>::Model,
                db: &C,
                insert: bool,
            ) -> Result<<Self::Entity as sea_orm::EntityTrait>::Model, sea_orm::DbErr> {
                $crate::adapter::saved(&model, insert, db).await?;
                Ok(model)
            }

            async fn before_delete<C: sea_orm::ConnectionTrait>(self, _: &C) -> Result<Self, sea_orm::DbErr> {
                $crate::adapter::in_transaction()?;
                Ok(self)
            }

            async fn after_delete<C: sea_orm::ConnectionTrait>(self, db: &C) -> Result<Self, sea_orm::DbErr> {
                let model = sea_orm::TryIntoModel::try_into_model(self.clone())?;
                $crate::adapter::deleted(&model, db).await?;
                Ok(self)
            }
        }
    )+};
}

tokio::task_local! {
    /// What waits for the commit of the transaction of this task. The hooks of SeaORM get the connection and nothing else.
    static AFTER_COMMIT: Arc<AfterCommit>;
}

/// Runs `body` in a transaction, or in a savepoint if `db` is a transaction. An error rolls back. After the commit, it runs what was
/// queued.
pub async fn transaction<Db, T, E>(db: &Db, body: impl AsyncFnOnce(&Db::Transaction) -> Result<T, E>) -> Result<T, E>
where
    Db: TransactionTrait<Transaction: 'static>,
    E: From<DbErr>,
{
    let (outer, own) = (queue().ok(), Arc::new(AfterCommit::new()));
    let tx = db.begin().await?;
    let value = AFTER_COMMIT.scope(Arc::clone(&own), body(&tx)).await?;
    if let Some(outer) = outer {
        tx.commit().await?;
        outer.append(Arc::into_inner(own).unwrap_or_default());
        return Ok(value);
    }
    // A task, because a web server drops the future of a request when the client disconnects.
    let committed = tokio::spawn(async move {
        tx.commit().await?;
        own.run(|error| eprintln!("{error}")).await;
        Ok(())
    });
    committed.await.unwrap_or_else(|panic| Err(DbErr::Custom(panic.to_string())))?;
    Ok(value)
}

/// Fails outside of [`transaction`]: receivers would be in another transaction than the row. Call it in `before_save` and `before_delete`.
pub fn in_transaction() -> Result<(), DbErr> {
    queue().map(drop)
}

/// What waits for the commit of this task's transaction.
fn queue() -> Result<Arc<AfterCommit>, DbErr> {
    let outside =
        |_| DbErr::Custom("signals are sent in a transaction: write rows in `transaction(&db, async |tx| ..)`".into());
    AFTER_COMMIT.try_with(Arc::clone).map_err(outside)
}

/// Sends the signals of a save: call it in `after_save`. The row is only copied if a receiver waits for the commit.
pub async fn saved<M: Clone + Send + Sync + 'static>(
    instance: &M,
    created: bool,
    db: &impl ConnectionTrait,
) -> Result<(), DbErr> {
    let after_commit = queue()?;
    Saved { instance, created, conn: &Conn(db), after_commit: &after_commit }.send().await.map_err(failed)?;
    if Committed::of::<M>().has_receivers() {
        let instance = instance.clone();
        after_commit.push_async(async move { Committed { instance: &instance, created }.send_robust().await });
    }
    Ok(())
}

/// Sends the signal of a delete: call it in `after_delete`.
pub async fn deleted<M: Send + Sync + 'static>(instance: &M, db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let after_commit = queue()?;
    Deleted { instance, conn: &Conn(db), after_commit: &after_commit }.send().await.map_err(failed)
}

fn failed(error: SignalError) -> DbErr {
    DbErr::Custom(error.to_string())
}

/// The connection of a save. A receiver passes it to SeaORM: `profile.insert(conn)`.
///
/// `ConnectionTrait` has generic methods, so that there is no `&dyn ConnectionTrait`. They all call the five methods below.
pub struct Conn<'a>(&'a dyn DynConnection);

#[async_trait]
trait DynConnection: Sync {
    fn backend(&self) -> DbBackend;
    async fn execute(&self, statement: Statement) -> Result<ExecResult, DbErr>;
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr>;
    async fn query_one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr>;
    async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr>;
}

#[async_trait]
impl<C: ConnectionTrait> DynConnection for C {
    fn backend(&self) -> DbBackend {
        self.get_database_backend()
    }

    async fn execute(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        ConnectionTrait::execute_unprepared(self, sql).await
    }

    async fn query_one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.query_one_raw(statement).await
    }

    async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.query_all_raw(statement).await
    }
}

#[async_trait]
impl ConnectionTrait for Conn<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.query_one(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.query_all(statement).await
    }
}
