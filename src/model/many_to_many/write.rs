//! Changing a relation: the pre signal, the statement, the post signal, in one transaction.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::read::{among, ids as related_ids, unset};
use super::rows::Rows;
use super::sql::as_list;
use super::{Direction, Forward, M2mAction, M2mChanged, Related, Through};
use crate::column::Column;
use crate::db::{DbOrTx, Dialect, Exec, Statement, Tx};
use crate::error::Result;
use crate::model::cascade::{can_skip_loading, note_database_cascade};
use crate::model::draft::Draft;
use crate::model::names::WrittenModel;
use crate::model::{AnyModel, Id, Key, ModelInternals, delete, load, save};
use crate::value::ValueRef;

/// A change of a relation.
pub(super) enum RelationChange<'a, M> {
    Add(&'a [Id<M>]),
    Remove(&'a [Id<M>]),
    Clear,
    Set(&'a [Id<M>]),
    ClearAndAdd(&'a [Id<M>]),
}

impl<M> RelationChange<'_, M> {
    fn ids(&self) -> &[Id<M>] {
        match self {
            Self::Add(ids) | Self::Remove(ids) | Self::Set(ids) | Self::ClearAndAdd(ids) => ids,
            Self::Clear => &[],
        }
    }
}

pub(super) async fn change<T, D>(
    related: Related<'_, T, D>,
    exec: Exec<'_>,
    what: RelationChange<'_, D::Far>,
) -> Result<()>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    // Before any SQL and any signal.
    let checked = related.id().and_then(|id| Ok((id, distinct::<T, D>(what.ids())?)));
    match exec.target {
        DbOrTx::Tx(tx) => {
            tx.whole(async {
                let (id, ids) = checked?;
                Change { related, id, exec }.make(&what, ids).await
            })
            .await
        }
        DbOrTx::Db(db) => {
            let (id, ids) = checked?;
            if is_one_statement::<T, _>(&what) {
                return Change { related, id, exec }.make(&what, ids).await;
            }
            let mut tx = db.begin_at(exec.at).await?;
            let made = Change { related, id, exec: Exec::within(&tx) }.make(&what, ids).await;
            tx.end(made).await
        }
    }
}

/// Inserts a row of the other side and relates the two.
pub(super) async fn create<T, D>(related: Related<'_, T, D>, exec: Exec<'_>, row: &mut D::Far) -> Result<()>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    let checked = related.id();
    // Its save sets the key, and may be undone by a later failure.
    let draft = Draft::new(row);
    match exec.target {
        DbOrTx::Tx(tx) => {
            let created = async {
                let id = checked?;
                Change { related, id, exec }.create(draft.row).await
            };
            tx.whole(created).await?;
        }
        DbOrTx::Db(db) => {
            let id = checked?;
            let mut tx = db.begin_at(exec.at).await?;
            let created = Change { related, id, exec: Exec::within(&tx) }.create(draft.row).await;
            tx.end(created).await?;
        }
    }
    draft.keep();
    Ok(())
}

/// Relates a row of the model with the field to exactly these rows, for a fixture.
pub(in crate::model) fn load_related<'a, T>(
    tx: &'a Tx,
    row: &'a dyn AnyModel,
    ids: &'a [i64],
) -> BoxFuture<'a, Result<()>>
where
    T: Through + ModelInternals,
    T::Source: ModelInternals,
    T::Target: ModelInternals,
{
    Box::pin(async move {
        // It is the row that was just loaded, so it is of this model.
        let Some(row) = row.downcast_ref::<T::Source>() else { return Err(T::MODEL.not_inserted()) };
        let ids: Vec<Id<T::Target>> = ids.iter().copied().map(Id::new).collect();
        let mut related = Related::<T, Forward>::new(row);
        related.raw = true;
        change(related, Exec::within(tx), RelationChange::Set(&ids)).await
    })
}

fn has_receivers<T: Through>() -> bool {
    T::LINK.changed.has_receivers()
}

/// Whether a change needs no transaction around it.
fn is_one_statement<T: Through + ModelInternals, M>(what: &RelationChange<'_, M>) -> bool {
    !has_receivers::<T>()
        && match what {
            RelationChange::Add(_) => T::IS_GENERATED,
            RelationChange::Remove(_) | RelationChange::Clear => can_skip_loading(T::MODEL),
            RelationChange::Set(_) | RelationChange::ClearAndAdd(_) => false,
        }
}

/// The ids without duplicates.
fn distinct<T: Through + ModelInternals, D: Direction<T>>(ids: &[Id<D::Far>]) -> Result<Vec<Id<D::Far>>> {
    let mut seen = HashSet::with_capacity(ids.len());
    let mut distinct = Vec::with_capacity(ids.len());
    for id in ids {
        if id.is_unset() {
            return Err(unset::<T>(D::far()));
        }
        if seen.insert(id) {
            distinct.push(*id);
        }
    }
    Ok(distinct)
}

/// A change that is being made.
struct Change<'a, T: Through, D: Direction<T>> {
    related: Related<'a, T, D>,
    id: i64,
    exec: Exec<'a>,
}

impl<T, D> Change<'_, T, D>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    async fn make(&self, what: &RelationChange<'_, D::Far>, ids: Vec<Id<D::Far>>) -> Result<()> {
        match what {
            RelationChange::Add(_) => self.add(ids).await,
            RelationChange::Remove(_) => self.remove(ids).await,
            RelationChange::Clear => self.clear().await,
            RelationChange::Set(_) => {
                let before = related_ids(self.related, self.exec).await?;
                self.remove(without(&before, &ids)).await?;
                self.add(without(&ids, &before)).await
            }
            RelationChange::ClearAndAdd(_) => {
                self.clear().await?;
                self.add(ids).await
            }
        }
    }

    async fn create(&self, row: &mut D::Far) -> Result<()> {
        save::save(row, self.exec, &save::SaveMode::Insert).await?;
        let ValueRef::Integer(id) = row.primary_key().to_value() else { return Err(unset::<T>(D::far())) };
        self.add(vec![Id::new(id)]).await
    }

    async fn add(&self, ids: Vec<Id<D::Far>>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        if T::IS_GENERATED && !has_receivers::<T>() {
            return self.insert(&ids).await;
        }
        let mut missing = self.missing(&ids).await?;
        let before = missing.clone();
        self.send(M2mAction::PreAdd, &mut missing).await?;
        if !without(&missing, &before).is_empty() {
            // A receiver added ids.
            missing = self.missing(&distinct::<T, D>(&missing)?).await?;
        }
        let mut added = self.insert_missing(missing).await?;
        self.send(M2mAction::PostAdd, &mut added).await
    }

    async fn remove(&self, mut ids: Vec<Id<D::Far>>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        self.send(M2mAction::PreRemove, &mut ids).await?;
        let mut ids = distinct::<T, D>(&ids)?;
        if !ids.is_empty() {
            let statements = T::LINK.statements::<D>(self.exec.dialect());
            let list = as_list(&ids, self.exec.dialect());
            let params = [ValueRef::Integer(self.id), ValueRef::Text(&list)];
            self.delete(&statements.remove, &statements.removed, &params).await?;
        }
        self.send(M2mAction::PostRemove, &mut ids).await
    }

    async fn clear(&self) -> Result<()> {
        self.send(M2mAction::PreClear, &mut Vec::new()).await?;
        let statements = T::LINK.statements::<D>(self.exec.dialect());
        self.delete(&statements.clear, &statements.cleared, &[ValueRef::Integer(self.id)]).await?;
        self.send(M2mAction::PostClear, &mut Vec::new()).await
    }

    /// The ids of this list that the row is not related to.
    async fn missing(&self, ids: &[Id<D::Far>]) -> Result<Vec<Id<D::Far>>> {
        Ok(without(ids, &among(self.related, self.exec, ids).await?))
    }

    async fn send(&self, action: M2mAction, ids: &mut Vec<Id<D::Far>>) -> Result<()> {
        let DbOrTx::Tx(tx) = self.exec.target else { return Ok(()) };
        if !has_receivers::<T>() {
            return Ok(());
        }
        let (reverse, instance, model, through) = (D::REVERSE, self.related.row, D::Far::MODEL, T::MODEL);
        let (raw, handle) = (self.related.raw, &mut tx.handle());
        let event = M2mChanged { action, reverse, instance, model, through, ids, raw, tx: handle, sender: PhantomData };
        Ok(tx.inside(pin!(send(&T::LINK.changed, event))).await?)
    }

    /// Inserts the rows that relate the row to these, and returns which were inserted: in PostgreSQL, another transaction may
    /// have related some of them since they were found to be missing. SQLite has one writer.
    async fn insert_missing(&self, ids: Vec<Id<D::Far>>) -> Result<Vec<Id<D::Far>>> {
        let Self { id, exec, .. } = *self;
        if !T::IS_GENERATED || ids.is_empty() || exec.dialect() == Dialect::Sqlite {
            self.insert(&ids).await?;
            return Ok(ids);
        }
        let list = as_list(&ids, exec.dialect());
        let params = [ValueRef::Integer(id), ValueRef::Text(&list)];
        let mut added = HashSet::new();
        let each = &mut |row: &crate::db::Row<'_>| {
            // A symmetrical relation also inserts the row of the opposite direction.
            if row.get::<i64>(0)? == id {
                added.insert(Some(row.get::<i64>(1)?));
            }
            Ok(())
        };
        let sql = &T::LINK.statements::<D>(exec.dialect()).add_and_return;
        let names = WrittenModel::new(T::MODEL, &[]);
        exec.run(Statement::query(sql, &params, each).names(&names)).await?;
        Ok(ids.into_iter().filter(|id| added.contains(&id.get())).collect())
    }

    /// Inserts the rows that relate the row to these.
    async fn insert(&self, ids: &[Id<D::Far>]) -> Result<()> {
        let Self { related, id, exec } = *self;
        if ids.is_empty() {
            return Ok(());
        }
        if !T::IS_GENERATED {
            return Rows::of::<D>(id, ids, related.defaults)?.insert(exec).await;
        }
        let list = as_list(ids, exec.dialect());
        let params = [ValueRef::Integer(id), ValueRef::Text(&list)];
        let sql = &T::LINK.statements::<D>(exec.dialect()).add;
        exec.run(Statement::new(sql, &params).names(&WrittenModel::new(T::MODEL, &[]))).await?;
        Ok(())
    }

    /// Deletes rows of the through model, without loading them if possible.
    async fn delete(&self, delete: &str, select: &str, params: &[ValueRef<'_>]) -> Result<()> {
        let exec = self.exec;
        match exec.target {
            DbOrTx::Tx(tx) if !can_skip_loading(T::MODEL) => {
                let rows = load::read::<T>(exec, select, &params).await?;
                let rows: Vec<&dyn AnyModel> = rows.iter().map(|row| row as &dyn AnyModel).collect();
                delete::cascade_of(T::MODEL, &rows, tx).await?;
            }
            _ => {
                exec.run(Statement::new(delete, &params).names(T::MODEL)).await?;
                if let DbOrTx::Tx(tx) = exec.target {
                    note_database_cascade(T::MODEL, tx);
                }
            }
        }
        Ok(())
    }
}

/// The ids of this list that are not in the other.
fn without<M>(ids: &[Id<M>], others: &[Id<M>]) -> Vec<Id<M>> {
    let others: HashSet<_> = others.iter().collect();
    ids.iter().copied().filter(|id| !others.contains(id)).collect()
}
