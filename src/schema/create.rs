//! `db.create_tables()`: tables from models.

use std::collections::HashSet;
use std::panic::Location;

use signals_core::BoxFuture;

use super::ddl::{self, CreateStatement, IfThere};
use super::migrate::{Plan, between_signals, is_received, one_at_a_time};
use super::table::Table;
use crate::db::{Db, Dialect, Exec, Row, Statement};
use crate::error::{Result, WiringMistake};
use crate::model::{Meta, ModelSet, in_order, registered_models, same_tables};

impl Db {
    /// Creates the tables and indexes of all models that are linked into this program, all of them or none. Existing tables
    /// are left unchanged.
    ///
    /// The database is asked first what is missing. If nothing is missing, no lock is taken, so a program can call this at every
    /// start while others read and write. To add an index to an existing table, the database waits for the transactions that
    /// write to it.
    ///
    /// Several processes may call it at once: one waits for the other. The signals
    /// [`pre_migrate`](crate::migrate::pre_migrate) and [`post_migrate`](crate::migrate::post_migrate) are sent before and after it,
    /// in its transaction, also when all of the tables exist.
    ///
    /// # Errors
    /// [`ErrorKind::Wiring`](crate::ErrorKind::Wiring) if two models have the same table; [`ErrorKind::Receiver`](crate::ErrorKind::Receiver) from a receiver; [`ErrorKind::Wiring`](crate::ErrorKind::Wiring) if the linker
    /// has dropped models.
    #[track_caller]
    pub fn create_tables(&self) -> impl Future<Output = Result<()>> + Send {
        create(self, registered_models(), Location::caller())
    }

    /// The SQL with which [`create_tables`](Self::create_tables) creates the tables and indexes of all linked models in an empty
    /// database of this kind: to read it, or to create tables with another program.
    ///
    /// ```rust,standalone_crate
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// use signals::prelude::*;
    ///
    /// #[model]
    /// struct User { #[key] id: Id<User>, #[unique] name: String }
    ///
    /// let db = Db::connect("sqlite::memory:").await?;
    /// assert_eq!(
    ///     db.create_tables_sql()?,
    ///     r#"CREATE TABLE IF NOT EXISTS "users" (
    ///     "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    ///     "name" TEXT NOT NULL UNIQUE
    /// ) STRICT;
    /// "#,
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Wiring`](crate::ErrorKind::Wiring) if two models have the same table, or if the linker has dropped models.
    pub fn create_tables_sql(&self) -> Result<String> {
        let models = fitting(&registered_models())?;
        let statements = ddl::create(&Table::all_of(&models), IfThere::Skip, self.dialect());
        Ok(statements.into_iter().map(|statement| statement.sql).collect())
    }

    /// Like [`create_tables`](Self::create_tables), for these models only: `db.create_tables_of::<(User, Profile)>()`. The through
    /// tables of `#[many_to_many]` fields between two of them are created as well.
    #[track_caller]
    pub fn create_tables_of<M: ModelSet>(&self) -> BoxFuture<'_, Result<()>> {
        let models = with_through_models(M::metas());
        Box::pin(create(self, models, Location::caller()))
    }
}

/// These models, and the through models that `#[many_to_many]` generated between two of them.
pub(super) fn with_through_models(mut models: Vec<&'static Meta>) -> Vec<&'static Meta> {
    models.extend(through_models_between(&models));
    models
}

fn through_models_between(models: &[&'static Meta]) -> Vec<&'static Meta> {
    let is_given = |meta: &'static Meta| models.iter().any(|given| std::ptr::eq(*given, meta));
    let relations = |meta: &'static Meta| meta.fields.iter().filter_map(|field| field.relation.as_ref());
    let is_between = |meta: &&'static Meta| {
        meta.automatic && !is_given(meta) && relations(meta).all(|relation| is_given(relation.target()))
    };
    registered_models().into_iter().filter(is_between).collect()
}

async fn create(db: &Db, models: Vec<&'static Meta>, at: &'static Location<'static>) -> Result<()> {
    let models = fitting(&models)?;
    let statements = ddl::create(&Table::all_of(&models), IfThere::Skip, db.dialect());
    // A program calls this at every start. If nothing is missing, it waits for no lock: every CREATE, `IF NOT EXISTS` included,
    // waits for the transactions that write to its table, and blocks all that come after it.
    if !is_received() && Missing::find(&models, &statements, db.exec(at)).await?.statements.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin_at(at).await?;
    let created = async {
        one_at_a_time(&tx).await?;
        let Missing { tables, statements } = Missing::find(&models, &statements, tx.exec(at)).await?;
        let plan = Plan::Tables(tables);
        let sql: String = statements.into_iter().map(|statement| statement.sql.as_str()).collect();
        between_signals(&tx, &plan, async { if sql.is_empty() { Ok(()) } else { tx.batch(&sql).await } }).await
    }
    .await;
    tx.end(created).await
}

/// The models in the order in which their tables can be created, unless two have the same table or the linker dropped some.
pub(super) fn fitting(models: &[&'static Meta]) -> Result<Vec<&'static Meta>> {
    match incomplete(models).or_else(|| same_tables(models).into_iter().next()) {
        Some(mistake) => Err(mistake.into()),
        None => Ok(in_order(models)),
    }
}

/// The mistake if the linker dropped models, or something else that this program declares.
fn incomplete(models: &[&'static Meta]) -> Option<WiringMistake> {
    let modules = models.iter().map(|meta| Some(meta.module));
    let missing = modules.chain([None]).find_map(signals_core::__private::incomplete);
    missing.map(WiringMistake::Signal)
}

/// What the database does not have yet.
struct Missing<'a> {
    tables: Vec<&'static Meta>,
    /// The statements that create these tables and the missing indexes.
    statements: Vec<&'a CreateStatement>,
}

impl<'a> Missing<'a> {
    async fn find(models: &[&'static Meta], statements: &'a [CreateStatement], exec: Exec<'_>) -> Result<Self> {
        let dialect = exec.dialect();
        // To SQLite, `User` and `user` are the same name.
        let comparable = |name: &str| match dialect {
            Dialect::Sqlite => name.to_ascii_lowercase(),
            Dialect::Postgres => name.to_owned(),
        };
        let mut names = HashSet::new();
        let each = &mut |row: &Row<'_>| {
            names.insert(comparable(&row.get::<String>(0)?));
            Ok(())
        };
        exec.run(Statement::query(ddl::existing_names(dialect), &(), each)).await?;
        let is_missing = |name: &str| !names.contains(&comparable(name));
        Ok(Self {
            tables: models.iter().copied().filter(|meta| is_missing(meta.table)).collect(),
            statements: statements.iter().filter(|statement| is_missing(&statement.name)).collect(),
        })
    }
}
