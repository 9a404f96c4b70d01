//! "The row with these values, and if there is none, a new one", and its relatives.

use std::panic::Location;

use super::draft::{Draft, Fields, of_field};
use super::save::{self, How};
use super::sql::{self, Lock};
use super::{FieldSet, Key, Model, commit, load};
use crate::db::{Exec, Tx};
use crate::error::{Error, Result};
use crate::value::ValueRef;

/// Makes the instance the row that has its values in these fields, or creates it; says whether it was created.
pub(super) async fn get_or_create<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    fields: FieldSet<M>,
    place: &'static Location<'static>,
) -> Result<bool> {
    if let Some(row) = find(instance, exec, fields, Lock::None, place).await? {
        return become_row(instance, row);
    }
    let lost = match create(instance, exec, place).await {
        Err(error) if is_duplicate::<M>(&error) => error,
        created => return created.map(|()| true),
    };
    // Somebody else was faster, or another field is unique and taken.
    match find(instance, exec, fields, Lock::None, place).await? {
        Some(row) => become_row(instance, row),
        None => Err(lost),
    }
}

/// Saves the instance over the row that has its values in these fields, or creates it; says whether it was created.
pub(super) async fn update_or_create<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    fields: FieldSet<M>,
    place: &'static Location<'static>,
) -> Result<bool> {
    match exec {
        Exec::Tx(tx) => tx.whole(update_or_create_in(instance, tx, fields, place)).await,
        Exec::Db(db) => {
            let mut tx = db.begin_at(place).await?;
            let created = update_or_create_in(instance, &tx, fields, place).await;
            tx.end(created).await
        }
    }
}

async fn update_or_create_in<M: Model>(
    instance: &mut M,
    tx: &Tx,
    fields: FieldSet<M>,
    place: &'static Location<'static>,
) -> Result<bool> {
    let exec = Exec::Tx(tx);
    let (found, lost) = match find(instance, exec, fields, Lock::ForUpdate, place).await? {
        Some(row) => (Some(row), None),
        None => match create(instance, exec, place).await {
            Err(error) if is_duplicate::<M>(&error) => {
                (find(instance, exec, fields, Lock::ForUpdate, place).await?, Some(error))
            }
            created => return created.map(|()| true),
        },
    };
    let Some(row) = found else { return Err(lost.unwrap_or_else(|| M::META.not_found())) };
    // What this sets is put back if the save fails.
    let mut draft = Draft::new(instance, &|_| false);
    draft.copy_fields(&row, &|index| index == M::META.key || Some(index) == M::META.version);
    save::save(&mut *draft, exec, &How::InsertOrUpdate, place).await?;
    draft.keep();
    Ok(false)
}

/// Inserts the instance, or updates the row that has its values in these fields, with one statement and no signals.
pub(super) async fn upsert<M: Model>(
    instance: &mut M,
    exec: Exec<'_>,
    unique: FieldSet<M>,
    place: &'static Location<'static>,
) -> Result<()> {
    let mut draft = Draft::new(instance, &|_| true);
    let checked = save::check(&*draft, &How::Insert).map_err(Error::from).and_then(|()| given(&*draft, unique));
    let row = match exec {
        Exec::Tx(tx) => tx.whole(async { upsert_in(&mut draft, tx, &checked?, place).await }).await?,
        Exec::Db(db) => {
            let unique = checked?;
            let mut tx = db.begin_at(place).await?;
            let row = upsert_in(&mut draft, &tx, &unique, place).await;
            tx.end(row).await?
        }
    };
    draft.assign(row);
    draft.keep();
    Ok(())
}

async fn upsert_in<M: Model>(
    draft: &mut Draft<'_, M>,
    tx: &Tx,
    unique: &[usize],
    place: &'static Location<'static>,
) -> Result<M> {
    let exec = Exec::Tx(tx);
    if let Some(version) = draft.version() {
        version.start();
    }
    let has_key = !draft.key().is_unset();
    let fields = (0..M::COLUMNS).filter(|index| has_key || *index != M::META.key).collect();
    let statement = sql::upsert(M::META, fields, unique, exec.dialect());
    let fields = Fields { instance: &**draft, fields: &statement.fields };
    let rows = load::read::<M>(exec, &statement.sql, &fields, place).await;
    let rows = rows.map_err(|error| of_field::<M>(error, 0, &statement.fields))?;
    commit::changed::<M>(tx);
    rows.into_iter().next().ok_or_else(|| M::META.not_found())
}

/// The row with the values that the instance has in these fields.
async fn find<M: Model>(
    instance: &M,
    exec: Exec<'_>,
    fields: FieldSet<M>,
    lock: Lock,
    place: &'static Location<'static>,
) -> Result<Option<M>> {
    let given = given(instance, fields)?;
    let is_null = |index: usize| instance.value(index) == ValueRef::Null;
    let statement = sql::find(M::META, &given, &is_null, lock, exec.dialect());
    let fields = Fields { instance, fields: &statement.fields };
    let rows = load::read::<M>(exec, &statement.sql, &fields, place).await;
    let rows = load::or_nothing(rows.map_err(Box::new), &fields);
    let mut rows = rows.map_err(|error| of_field::<M>(*error, 0, &statement.fields))?;
    if rows.len() > 1 {
        let fields = given.iter().map(|&index| M::META.fields[index].name.to_owned()).collect();
        return Err(Error::SeveralRows { model: M::META.name.to_owned(), fields });
    }
    Ok(rows.pop())
}

/// The places of these fields, or of the key if there are none. An id that is not set is an error.
fn given<M: Model>(instance: &M, fields: FieldSet<M>) -> Result<Vec<usize>> {
    let given = if fields.is_empty() { vec![M::META.key] } else { fields.indexes().collect() };
    for &index in &given {
        let field = &M::META.fields[index];
        if field.is_unset(instance.value(index)) {
            return Err(M::META.unset_id(field.name));
        }
    }
    Ok(given)
}

fn become_row<M: Model>(instance: &mut M, row: M) -> Result<bool> {
    instance.assign(row);
    load::loaded(std::slice::from_mut(instance))?;
    Ok(false)
}

/// Creates it in a transaction of its own, or in a savepoint: a duplicate does not end what the caller has begun.
async fn create<M: Model>(instance: &mut M, exec: Exec<'_>, place: &'static Location<'static>) -> Result<()> {
    match exec {
        Exec::Db(_) => save::save(instance, exec, &How::Insert, place).await,
        Exec::Tx(tx) => {
            tx.savepoint_at(place, async |tx| save::save(instance, Exec::Tx(tx), &How::Insert, place).await).await
        }
    }
}

/// Whether the row itself is there already, and not one that a receiver saves.
fn is_duplicate<M: Model>(error: &Error) -> bool {
    matches!(error, Error::Unique { model, .. } if model == M::META.name)
}
