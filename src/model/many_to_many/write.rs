//! Changing a relation: the pre signal, the statement, the post signal, in one transaction.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::pin::pin;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::history::{self, Done};
use super::read::{among, ids as related_ids};
use super::related::loaded;
use super::relation::{Relation, Subject};
use super::rows::Rows;
use super::sql::as_list;
use super::{M2mAction, M2mChanged, Through};
use crate::db::{DbOrTx, Dialect, Exec, Statement, Tx};
use crate::error::Result;
use crate::model::cascade::{can_skip_loading, note_database_cascade};
use crate::model::draft::Draft;
use crate::model::names::WrittenModel;
use crate::model::sql::quoted;
use crate::model::{AnyModel, ModelInternals, delete, load, save};
use crate::value::ValueRef;

/// A change of a relation.
#[derive(Clone, Copy)]
pub(super) enum RelationChange {
    Add,
    Remove,
    Clear,
    Set,
    ClearAndAdd,
}

/// Changes a relation by these ids, some of which may be unset.
pub(super) async fn change(
    subject: Subject<'_>,
    exec: Exec<'_>,
    what: RelationChange,
    ids: Vec<Option<i64>>,
) -> Result<()> {
    let subject = &subject;
    // Before any SQL and any signal.
    let checked = subject.id().and_then(|id| Ok((id, distinct(&subject.relation, ids)?)));
    match exec.target {
        DbOrTx::Tx(tx) => {
            tx.whole(async {
                let (id, ids) = checked?;
                Change { subject, id, exec }.make(what, ids).await
            })
            .await
        }
        DbOrTx::Db(db) => {
            let (id, ids) = checked?;
            if is_one_statement(&subject.relation, what) {
                return Change { subject, id, exec }.make(what, ids).await;
            }
            let mut tx = db.begin_at(exec.at).await?;
            let made = Change { subject, id, exec: Exec::within(&tx) }.make(what, ids).await;
            tx.end(made).await
        }
    }
}

/// Inserts a row of the other side and relates the two.
pub(super) async fn create<M: ModelInternals>(subject: Subject<'_>, exec: Exec<'_>, row: &mut M) -> Result<()> {
    // Its save sets the key, and may be undone by a later failure.
    let draft = Draft::new(row);
    let checked = subject.id();
    match exec.target {
        DbOrTx::Tx(tx) => tx.whole(create_in(&subject, checked, exec, draft.row)).await?,
        DbOrTx::Db(db) => {
            let id = checked?;
            let mut tx = db.begin_at(exec.at).await?;
            let created = create_in(&subject, Ok(id), Exec::within(&tx), draft.row).await;
            tx.end(created).await?;
        }
    }
    draft.keep();
    Ok(())
}

async fn create_in<M: ModelInternals>(
    subject: &Subject<'_>,
    id: Result<i64>,
    exec: Exec<'_>,
    row: &mut M,
) -> Result<()> {
    let id = id?;
    save::save(row, exec.executor(), exec.at, &save::SaveMode::Insert).await?;
    let row: &dyn AnyModel = row;
    let ValueRef::Integer(created) = row.key() else { return Err(subject.relation.unset(subject.relation.far)) };
    Change { subject, id, exec }.add(vec![created]).await
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
    let ids = ids.iter().copied().map(Some).collect();
    Box::pin(change(loaded::<T>(row), Exec::within(tx), RelationChange::Set, ids))
}

/// Whether it must be known which ids are added and removed.
fn has_receivers(relation: &Relation) -> bool {
    relation.both.changed.has_receivers() || relation.both.committed.has_receivers()
}

/// Whether a change needs no transaction around it.
fn is_one_statement(relation: &Relation, what: RelationChange) -> bool {
    !has_receivers(relation)
        && match what {
            RelationChange::Add => relation.through.automatic,
            RelationChange::Remove | RelationChange::Clear => can_skip_loading(relation.through),
            RelationChange::Set | RelationChange::ClearAndAdd => false,
        }
}

/// The ids without duplicates. An unset id is an error.
fn distinct(relation: &Relation, ids: impl IntoIterator<Item = Option<i64>>) -> Result<Vec<i64>> {
    let ids = ids.into_iter();
    let mut seen = HashSet::with_capacity(ids.size_hint().0);
    let mut distinct = Vec::with_capacity(ids.size_hint().0);
    for id in ids {
        let id = id.ok_or_else(|| relation.unset(relation.far))?;
        if seen.insert(id) {
            distinct.push(id);
        }
    }
    Ok(distinct)
}

/// A change that is being made.
struct Change<'a> {
    subject: &'a Subject<'a>,
    id: i64,
    exec: Exec<'a>,
}

impl Change<'_> {
    fn relation(&self) -> &Relation {
        &self.subject.relation
    }

    async fn make(&self, what: RelationChange, ids: Vec<i64>) -> Result<()> {
        match what {
            RelationChange::Add => self.add(ids).await,
            RelationChange::Remove => self.remove(ids).await,
            RelationChange::Clear => self.clear().await,
            RelationChange::Set => {
                let before = related_ids(self.subject, self.exec).await?;
                self.remove(without(&before, &ids)).await?;
                self.add(without(&ids, &before)).await
            }
            RelationChange::ClearAndAdd => {
                self.clear().await?;
                self.add(ids).await
            }
        }
    }

    async fn add(&self, ids: Vec<i64>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        if self.relation().through.automatic && !has_receivers(self.relation()) {
            return self.insert(&ids).await;
        }
        let missing = self.missing(&ids).await?;
        let mut wanted = self.send(M2mAction::PreAdd, &missing).await?;
        if wanted.iter().any(|id| !missing.contains(id)) {
            // A receiver added ids.
            wanted = self.missing(&wanted).await?;
        }
        let added = self.insert_missing(wanted).await?;
        self.note(Done::Added, added.iter().map(|far| (self.id, *far)));
        self.send(M2mAction::PostAdd, &added).await.map(drop)
    }

    async fn remove(&self, ids: Vec<i64>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids = self.send(M2mAction::PreRemove, &ids).await?;
        if !ids.is_empty() {
            let statements = self.relation().statements(self.exec.dialect());
            let list = as_list(&ids, self.exec.dialect());
            let params = [ValueRef::Integer(self.id), ValueRef::Text(&list)];
            self.delete(&statements.remove, &statements.removed, &params).await?;
        }
        self.send(M2mAction::PostRemove, &ids).await.map(drop)
    }

    async fn clear(&self) -> Result<()> {
        self.send(M2mAction::PreClear, &[]).await?;
        let statements = self.relation().statements(self.exec.dialect());
        self.delete(&statements.clear, &statements.cleared, &[ValueRef::Integer(self.id)]).await?;
        self.send(M2mAction::PostClear, &[]).await.map(drop)
    }

    /// The ids of this list that the row is not related to.
    async fn missing(&self, ids: &[i64]) -> Result<Vec<i64>> {
        Ok(without(ids, &among(self.subject, self.exec, ids).await?))
    }

    /// Calls the receivers, and returns the ids that they leave, without duplicates.
    async fn send(&self, action: M2mAction, ids: &[i64]) -> Result<Vec<i64>> {
        let Subject { relation, row, raw, .. } = *self.subject;
        let tx = match self.exec.target {
            DbOrTx::Tx(tx) if relation.both.changed.has_receivers() => tx,
            _ => return Ok(ids.to_vec()),
        };
        let mut typed = (relation.typed)(ids);
        let event = M2mChanged::<dyn AnyModel> {
            action,
            reverse: relation.is_reverse,
            instance: row,
            model: relation.far_model,
            through: relation.through,
            ids: &mut *typed,
            raw,
            tx: &mut tx.handle(),
            context: tx.context(),
            sender: PhantomData,
        };
        tx.inside(pin!(send(&relation.both.changed, event))).await?;
        match action {
            M2mAction::PreAdd | M2mAction::PreRemove => {
                distinct(&relation, (0..typed.count()).map(|index| typed.number(index)))
            }
            // It is done: what receivers leave changes nothing.
            M2mAction::PostAdd | M2mAction::PostRemove | M2mAction::PreClear | M2mAction::PostClear => Ok(Vec::new()),
        }
    }

    /// Inserts the rows that relate the row to these, and returns which were inserted: in PostgreSQL, another transaction may
    /// have related some of them since they were found to be missing. SQLite has one writer.
    async fn insert_missing(&self, ids: Vec<i64>) -> Result<Vec<i64>> {
        let (relation, id, exec) = (self.relation(), self.id, self.exec);
        if !relation.through.automatic || ids.is_empty() || exec.dialect() == Dialect::Sqlite {
            self.insert(&ids).await?;
            return Ok(ids);
        }
        let list = as_list(&ids, exec.dialect());
        let params = [ValueRef::Integer(id), ValueRef::Text(&list)];
        let mut added = HashSet::new();
        let each = &mut |row: &crate::db::Row<'_>| {
            // A symmetrical relation also inserts the row of the opposite direction.
            if row.get::<i64>(0)? == id {
                added.insert(row.get::<i64>(1)?);
            }
            Ok(())
        };
        let sql = &relation.statements(exec.dialect()).add_and_return;
        let names = WrittenModel::new(relation.through, &[]);
        exec.run(Statement::query(sql, &params, each).names(&names)).await?;
        Ok(ids.into_iter().filter(|id| added.contains(id)).collect())
    }

    /// Inserts the rows that relate the row to these.
    async fn insert(&self, ids: &[i64]) -> Result<()> {
        let (relation, id, exec) = (self.relation(), self.id, self.exec);
        if ids.is_empty() {
            return Ok(());
        }
        if let Some(make_row) = &self.subject.make_row {
            return Rows::of(relation, id, ids, &**make_row)?.insert(exec).await;
        }
        let list = as_list(ids, exec.dialect());
        let params = [ValueRef::Integer(id), ValueRef::Text(&list)];
        let sql = &relation.statements(exec.dialect()).add;
        exec.run(Statement::new(sql, &params).names(&WrittenModel::new(relation.through, &[]))).await?;
        Ok(())
    }

    /// Deletes rows of the through model, without loading them if possible.
    async fn delete(&self, delete: &str, select: &str, params: &[ValueRef<'_>]) -> Result<()> {
        let (through, exec) = (self.relation().through, self.exec);
        match exec.target {
            DbOrTx::Tx(tx) if !can_skip_loading(through) => {
                let rows = load::read_any(exec, through, select, &params).await?;
                let rows: Vec<&dyn AnyModel> = rows.iter().map(|row| &**row).collect();
                delete::cascade_of(through, &rows, tx).await?;
                self.note(Done::Removed, rows.iter().filter_map(|row| self.pair_of(*row)));
            }
            DbOrTx::Tx(tx) if self.relation().both.committed.has_receivers() => {
                let column = |field: usize| quoted(through.fields[field].column);
                let Relation { near, far, .. } = *self.relation();
                let sql = format!("{delete} RETURNING {}, {}", column(near), column(far));
                let mut pairs = Vec::new();
                let each = &mut |row: &crate::db::Row<'_>| {
                    pairs.push((row.get(0)?, row.get(1)?));
                    Ok(())
                };
                exec.run(Statement::query(&sql, &params, each).names(through)).await?;
                note_database_cascade(through, tx);
                self.note(Done::Removed, pairs);
            }
            _ => {
                exec.run(Statement::new(delete, &params).names(through)).await?;
                if let DbOrTx::Tx(tx) = exec.target {
                    note_database_cascade(through, tx);
                }
            }
        }
        Ok(())
    }
}

impl Change<'_> {
    /// Notes pairs of the near and the far side for `m2m_commit`.
    fn note(&self, done: Done, pairs: impl IntoIterator<Item = (i64, i64)>) {
        if let DbOrTx::Tx(tx) = self.exec.target
            && self.relation().both.committed.has_receivers()
        {
            history::note((self.subject, self.id), done, pairs, (tx, self.exec.at));
        }
    }

    /// The ids of the near and the far side in a row of the through model.
    fn pair_of(&self, row: &dyn AnyModel) -> Option<(i64, i64)> {
        let Relation { near, far, .. } = *self.relation();
        match (row.column_value(near), row.column_value(far)) {
            (ValueRef::Integer(near), ValueRef::Integer(far)) => Some((near, far)),
            _ => None,
        }
    }
}

/// The ids of this list that are not in the other.
fn without(ids: &[i64], others: &[i64]) -> Vec<i64> {
    let others: HashSet<_> = others.iter().collect();
    ids.iter().copied().filter(|id| !others.contains(id)).collect()
}
