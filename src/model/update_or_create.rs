//! Writing some fields of the row with these values, or creating it.

use std::fmt;

use signals_core::BoxFuture;

use super::lookup::{become_row, create, find, given, is_duplicate};
use super::save::{self, SaveMode};
use super::sql::Lock;
use super::{AnyModel, FieldSet, ModelInternals};
use crate::db::{DbOrTx, Exec};
use crate::error::Result;

/// The future of [`Model::update_or_create`](crate::model::Model::update_or_create): it writes the row, and returns whether it
/// was created.
#[must_use = "nothing is written before it is awaited"]
pub struct UpdateOrCreate<'a, M: ModelInternals> {
    instance: &'a mut M,
    exec: Exec<'a>,
    fields: Fields<M>,
    create_defaults: Option<CreateDefaults<'a, M>>,
}

/// Sets fields of a row that is created.
type CreateDefaults<'a, M> = Box<dyn FnOnce(&mut M) + Send + 'a>;

/// The fields by which the row is found, and those that are written to an existing row.
struct Fields<M: ModelInternals> {
    find: FieldSet<M>,
    write: FieldSet<M>,
}

impl<'a, M: ModelInternals> UpdateOrCreate<'a, M> {
    pub(super) fn new(instance: &'a mut M, exec: Exec<'a>, (find, write): (FieldSet<M>, FieldSet<M>)) -> Self {
        Self { instance, exec, fields: Fields { find, write }, create_defaults: None }
    }

    /// Sets fields of a row that is created, and only of such a row: Django's `create_defaults`.
    ///
    /// It is called when the row was not found, before `pre_save`: `ann.update_or_create(&db, fields.name,
    /// fields.mail).create_defaults(|user| user.invited_by = None)`.
    pub fn create_defaults(mut self, set: impl FnOnce(&mut M) + Send + 'a) -> Self {
        self.create_defaults = Some(Box::new(set));
        self
    }

    async fn run(self) -> Result<bool> {
        let Self { instance, exec, fields, create_defaults } = self;
        let mut restored = Restored::new(instance);
        let created = match exec.target {
            DbOrTx::Tx(tx) => tx.whole(write(&mut restored, exec, fields, create_defaults)).await?,
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(exec.at).await?;
                let created = write(&mut restored, Exec::within(&tx), fields, create_defaults).await;
                tx.end(created).await?
            }
        };
        restored.before = None;
        Ok(created)
    }
}

async fn write<M: ModelInternals>(
    restored: &mut Restored<'_, M>,
    exec: Exec<'_>,
    fields: Fields<M>,
    create_defaults: Option<CreateDefaults<'_, M>>,
) -> Result<bool> {
    let Fields { find: by, write } = fields;
    check_write(write.of_any(), &given(restored.instance, by.of_any())?)?;
    // A row that is not written needs no lock.
    let lock = if write.is_empty() { Lock::None } else { Lock::ForUpdate };
    let search = Search { exec, by, lock };
    let Some(row) = search.find_or_create(restored, create_defaults).await? else { return Ok(true) };
    let instance = &mut *restored.instance;
    if write.is_empty() {
        return become_row(instance, row);
    }
    let is_in =
        |fields: FieldSet<M>| move |index| fields.contains(FieldSet::of(index)) && Some(index) != M::MODEL.version;
    let is_given = is_in(write);
    instance.copy_columns(&row, &|index| !is_given(index));
    let write = write | FieldSet::set_by_saves_of(M::MODEL).of_model();
    save::save(instance, exec, &SaveMode::Update(write.of_any())).await?;
    // Changes of a receiver in other fields were not written. The version is that of the save.
    let is_written = is_in(write | FieldSet::read_only_of(M::MODEL).of_model());
    instance.copy_columns(&row, &|index| !is_written(index) && Some(index) != M::MODEL.version);
    Ok(false)
}

/// How the row is found.
struct Search<'a, M: ModelInternals> {
    exec: Exec<'a>,
    by: FieldSet<M>,
    lock: Lock,
}

impl<M: ModelInternals> Search<'_, M> {
    /// The row, or `None` if it was created.
    async fn find_or_create(
        &self,
        restored: &mut Restored<'_, M>,
        create_defaults: Option<CreateDefaults<'_, M>>,
    ) -> Result<Option<M>> {
        if let Some(row) = self.find(restored.instance).await? {
            return Ok(Some(row));
        }
        if let Some(set) = create_defaults {
            set(restored.instance);
        }
        match create(restored.instance, self.exec).await {
            // Another transaction has created it, or another unique field has a value that is taken.
            Err(lost) if is_duplicate::<M>(&lost) => {
                restored.restore();
                self.find(restored.instance).await?.map_or(Err(lost), |row| Ok(Some(row)))
            }
            created => created.map(|()| None),
        }
    }

    async fn find(&self, instance: &M) -> Result<Option<M>> {
        find(instance, self.exec, self.by, self.lock).await
    }
}

impl<M: ModelInternals> Clone for Fields<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: ModelInternals> Copy for Fields<M> {}

impl<'a, M: ModelInternals> IntoFuture for UpdateOrCreate<'a, M> {
    type Output = Result<bool>;
    type IntoFuture = BoxFuture<'a, Result<bool>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<M: ModelInternals> fmt::Debug for UpdateOrCreate<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fields { find, write } = &self.fields;
        f.debug_struct("UpdateOrCreate").field("find", find).field("write", write).finish_non_exhaustive()
    }
}

/// Refuses to write the key, fields that the database sets, and the fields by which the row is found.
pub(super) fn check_write(write: FieldSet<dyn AnyModel>, find: &[usize]) -> Result<()> {
    save::check_fields(write)?;
    match find.iter().copied().find(|&index| write.has_index(index)) {
        Some(index) => Err(write.meta.found_by(write.meta.fields[index].name)),
        None => Ok(()),
    }
}

/// An instance whose columns are restored when this is dropped, unless `before` is taken.
struct Restored<'a, M: ModelInternals> {
    instance: &'a mut M,
    before: Option<M>,
}

impl<'a, M: ModelInternals> Restored<'a, M> {
    fn new(instance: &'a mut M) -> Self {
        let before = Some(instance.clone_columns());
        Self { instance, before }
    }

    fn restore(&mut self) {
        if let Some(before) = &self.before {
            self.instance.copy_columns(before, &|_| true);
        }
    }
}

impl<M: ModelInternals> Drop for Restored<'_, M> {
    fn drop(&mut self) {
        self.restore();
    }
}
