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
    fields: (FieldSet<M>, FieldSet<M>),
    create_defaults: Option<CreateDefaults<'a>>,
}

/// Sets fields of a row that is created.
type CreateDefaults<'a> = Box<dyn FnOnce(&mut dyn AnyModel) + Send + 'a>;

impl<'a, M: ModelInternals> UpdateOrCreate<'a, M> {
    pub(super) fn new(instance: &'a mut M, exec: Exec<'a>, fields: (FieldSet<M>, FieldSet<M>)) -> Self {
        Self { instance, exec, fields, create_defaults: None }
    }

    /// Sets fields of a row that is created, and only of such a row: Django's `create_defaults`.
    ///
    /// It is called when the row was not found, before `pre_save`: `ann.update_or_create(&db, fields.name,
    /// fields.mail).create_defaults(|user| user.invited_by = None)`.
    pub fn create_defaults(mut self, set: impl FnOnce(&mut M) + Send + 'a) -> Self {
        self.create_defaults = Some(Box::new(move |row| {
            if let Some(row) = row.downcast_mut() {
                set(row);
            }
        }));
        self
    }
}

impl<'a, M: ModelInternals> IntoFuture for UpdateOrCreate<'a, M> {
    type Output = Result<bool>;
    type IntoFuture = BoxFuture<'a, Result<bool>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { instance, exec, fields: (find, write), create_defaults } = self;
        let write = FindAndWrite { exec, find: find.of_any(), write: write.of_any() };
        Box::pin(write.run(instance, create_defaults))
    }
}

impl<M: ModelInternals> fmt::Debug for UpdateOrCreate<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (find, write) = &self.fields;
        f.debug_struct("UpdateOrCreate").field("find", find).field("write", write).finish_non_exhaustive()
    }
}

/// The fields by which the row is found, and those that are written to an existing row.
#[derive(Clone, Copy)]
struct FindAndWrite<'a> {
    exec: Exec<'a>,
    find: FieldSet<dyn AnyModel>,
    write: FieldSet<dyn AnyModel>,
}

impl FindAndWrite<'_> {
    async fn run(self, instance: &mut dyn AnyModel, create_defaults: Option<CreateDefaults<'_>>) -> Result<bool> {
        let mut restored = Restored::new(instance);
        let created = match self.exec.target {
            DbOrTx::Tx(tx) => tx.whole(self.write(&mut restored, create_defaults)).await?,
            DbOrTx::Db(db) => {
                let mut tx = db.begin_at(self.exec.at).await?;
                let within = FindAndWrite { exec: Exec::within(&tx), ..self };
                let created = within.write(&mut restored, create_defaults).await;
                tx.end(created).await?
            }
        };
        restored.before = None;
        Ok(created)
    }

    async fn write(self, restored: &mut Restored<'_>, create_defaults: Option<CreateDefaults<'_>>) -> Result<bool> {
        let Self { exec, find: by, write } = self;
        check_write(write, &given(restored.instance, by)?)?;
        let Some(row) = self.find_or_create(restored, create_defaults).await? else { return Ok(true) };
        let (instance, meta) = (&mut *restored.instance, write.meta);
        if write.is_empty() {
            return become_row(instance, row, exec);
        }
        let is_in =
            |fields: FieldSet<dyn AnyModel>| move |index| fields.has_index(index) && Some(index) != meta.version;
        let is_given = is_in(write);
        instance.copy_columns(&*row, &|index| !is_given(index));
        let write = write | FieldSet::set_by_saves_of(meta);
        save::save_any(instance, exec, &SaveMode::Update(write)).await?;
        // Changes of a receiver in other fields were not written. The version is that of the save.
        let is_written = is_in(write | FieldSet::read_only_of(meta));
        instance.copy_columns(&*row, &|index| !is_written(index) && Some(index) != meta.version);
        Ok(false)
    }

    /// The row, or `None` if it was created.
    async fn find_or_create(
        self,
        restored: &mut Restored<'_>,
        create_defaults: Option<CreateDefaults<'_>>,
    ) -> Result<Option<Box<dyn AnyModel>>> {
        if let Some(row) = self.find(restored.instance).await? {
            return Ok(Some(row));
        }
        if let Some(set) = create_defaults {
            set(restored.instance);
        }
        match create(restored.instance, self.exec).await {
            // Another transaction has created it, or another unique field has a value that is taken.
            Err(lost) if is_duplicate(restored.instance, &lost) => {
                restored.restore();
                self.find(restored.instance).await?.map_or(Err(lost), |row| Ok(Some(row)))
            }
            created => created.map(|()| None),
        }
    }

    async fn find(self, instance: &dyn AnyModel) -> Result<Option<Box<dyn AnyModel>>> {
        // A row that is not written needs no lock.
        let lock = if self.write.is_empty() { Lock::None } else { Lock::ForUpdate };
        find(instance, self.exec, self.find, lock).await
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
struct Restored<'a> {
    instance: &'a mut dyn AnyModel,
    before: Option<Box<dyn AnyModel>>,
}

impl<'a> Restored<'a> {
    fn new(instance: &'a mut dyn AnyModel) -> Self {
        let before = Some(instance.boxed_columns());
        Self { instance, before }
    }

    fn restore(&mut self) {
        if let Some(before) = &self.before {
            self.instance.copy_columns(&**before, &|_| true);
        }
    }
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        self.restore();
    }
}
