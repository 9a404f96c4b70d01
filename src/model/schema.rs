//! Tables for models.

use std::collections::{BTreeMap, HashSet};
use std::panic::Location;

use signals_core::__private::declared;

use super::meta::Meta;
use super::tables::Piece;
use super::{Model, tables};
use crate::db::{Db, Dialect, Executor};
use crate::error::{Error, Result};
use crate::migrate::{Plan, between_signals, is_received, one_at_a_time};

/// Every model that is linked into this program, by its table.
pub fn registered_models() -> Vec<&'static Meta> {
    let mut models: Vec<_> = declared::<Meta>().collect();
    models.sort_by_key(|meta| (meta.table, meta.module, meta.place));
    models
}

/// Models named as a type: one, or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor a tuple of models",
    label = "expected a model, or a tuple such as `(User, Profile)`"
)]
pub trait ModelSet {
    #[doc(hidden)]
    fn metas() -> Vec<&'static Meta>;
}

impl<M: Model> ModelSet for M {
    fn metas() -> Vec<&'static Meta> {
        vec![M::META]
    }
}

macro_rules! tuples {
    ($($model:ident)*) => {
        impl<$($model: Model),*> ModelSet for ($($model,)*) {
            fn metas() -> Vec<&'static Meta> {
                vec![$($model::META),*]
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);

impl Db {
    /// Makes the tables and indexes of all models that are linked into this program, all of them or none. Tables that
    /// exist are left as they are.
    ///
    /// The database is asked first what is missing. If nothing is, no lock is taken, so that a program can call this at every
    /// start while others read and write. To add an index to a table that exists, the database waits until the transactions
    /// that write to it have ended.
    ///
    /// It is safe to call from several processes at a time: one waits for the other. The signals
    /// [`pre_migrate`](crate::pre_migrate) and [`post_migrate`](crate::post_migrate) are sent round it, in its transaction, also
    /// when all of the tables exist.
    ///
    /// # Errors
    /// [`Error::SameTable`] if two models have one table; [`Error::Receiver`] from a receiver; [`Error::Miswired`] if the linker
    /// has dropped models.
    #[track_caller]
    pub fn create_tables(&self) -> impl Future<Output = Result<()>> + Send {
        create(self, registered_models(), Location::caller())
    }

    /// As [`create_tables`](Self::create_tables), for the models named: `db.create_tables_of::<(User, Profile)>()`. What
    /// `#[many_to_many]` makes between two of them is made as well.
    #[track_caller]
    pub fn create_tables_of<M: ModelSet>(&self) -> impl Future<Output = Result<()>> + Send + use<'_, M> {
        let mut named = M::metas();
        named.extend(between(&named));
        create(self, named, Location::caller())
    }
}

/// The models that `#[many_to_many]` made between two of these, and that are not among them.
fn between(named: &[&'static Meta]) -> Vec<&'static Meta> {
    let is_named = |meta: &'static Meta| named.iter().any(|other| std::ptr::eq(*other, meta));
    let targets = |meta: &'static Meta| meta.fields.iter().filter_map(|field| field.relation.as_ref());
    let is_between = |meta: &&'static Meta| {
        meta.automatic && !is_named(meta) && targets(meta).all(|relation| is_named(relation.target()))
    };
    registered_models().into_iter().filter(is_between).collect()
}

async fn create(db: &Db, models: Vec<&'static Meta>, place: &'static Location<'static>) -> Result<()> {
    if let Some(error) = incomplete(&models).or_else(|| same_tables(&models).into_iter().next()) {
        return Err(error);
    }
    let models = in_order(&models);
    let pieces = tables::create(&models, db.dialect());
    // A program does this whenever it starts. If there is nothing to do, it waits for no lock: every CREATE, `IF NOT EXISTS`
    // included, waits for the transactions that write to its table, and keeps all that come after them waiting.
    if !is_received() && Missing::ask(&models, &pieces, db, place).await?.pieces.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin_at(place).await?;
    let made = async {
        one_at_a_time(&tx).await?;
        let Missing { tables, pieces } = Missing::ask(&models, &pieces, &tx, place).await?;
        let plan = Plan::Tables(tables);
        let sql: String = pieces.into_iter().map(|piece| piece.sql.as_str()).collect();
        between_signals(&tx, &plan, async { if sql.is_empty() { Ok(()) } else { tx.batch(&sql).await } }).await
    }
    .await;
    tx.end(made).await
}

/// What the linker dropped: then models are missing that this program has.
fn incomplete(models: &[&'static Meta]) -> Option<Error> {
    let modules = models.iter().map(|meta| Some(meta.module));
    let missing = modules.chain([None]).find_map(signals_core::__private::incomplete);
    missing.map(|error| Error::Miswired(Box::new(error)))
}

/// What is not there.
struct Missing<'a> {
    tables: Vec<&'static Meta>,
    /// What makes them and their indexes.
    pieces: Vec<&'a Piece>,
}

impl<'a> Missing<'a> {
    async fn ask(
        models: &[&'static Meta],
        pieces: &'a [Piece],
        executor: &dyn Executor,
        place: &'static Location<'static>,
    ) -> Result<Self> {
        let exec = executor.exec();
        let dialect = exec.dialect();
        // SQLite does not tell `User` from `user`.
        let comparable = |name: &str| match dialect {
            Dialect::Sqlite => name.to_ascii_lowercase(),
            Dialect::Postgres => name.to_owned(),
        };
        let mut names = HashSet::new();
        exec.query(place, tables::names(dialect), &(), &mut |row| {
            names.insert(comparable(&row.get::<String>(0)?));
            Ok(())
        })
        .await?;
        let is_missing = |name: &str| !names.contains(&comparable(name));
        Ok(Self {
            tables: models.iter().copied().filter(|meta| is_missing(meta.table)).collect(),
            pieces: pieces.iter().filter(|piece| is_missing(&piece.name)).collect(),
        })
    }
}

/// The pairs of models that have one table. SQLite does not tell `User` from `user`, so neither does this.
pub(crate) fn same_tables(models: &[&'static Meta]) -> Vec<Error> {
    let mut tables: BTreeMap<String, Vec<&'static Meta>> = BTreeMap::new();
    for &meta in models {
        tables.entry(meta.table.to_lowercase()).or_default().push(meta);
    }
    let pairs = tables.values().flat_map(|same| same.iter().zip(same.iter().skip(1)));
    pairs.map(|(&first, &second)| Error::SameTable { first, second }).collect()
}

/// What is pointed to comes first; models that point to each other stay in the order given.
pub(super) fn in_order(models: &[&'static Meta]) -> Vec<&'static Meta> {
    fn visit(
        meta: &'static Meta,
        given: &[&'static Meta],
        seen: &mut HashSet<&'static str>,
        sorted: &mut Vec<&'static Meta>,
    ) {
        if !given.iter().any(|known| known.table == meta.table) || !seen.insert(meta.table) {
            return;
        }
        for relation in meta.fields.iter().filter_map(|field| field.relation.as_ref()) {
            visit(relation.target(), given, seen, sorted);
        }
        sorted.push(meta);
    }
    let (mut seen, mut sorted) = (HashSet::new(), Vec::new());
    for &meta in models {
        visit(meta, models, &mut seen, &mut sorted);
    }
    sorted
}
