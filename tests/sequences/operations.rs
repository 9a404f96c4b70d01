//! Each of these does an operation with the library, then in memory, and compares what both answer.

use signals::Executor;

use crate::compare::{Mismatch, count, same, same_lines};
use crate::models;
use crate::oracle::{At, Change, Save, Signals};
use crate::rows::{Kind, Link, Role, Row, Value};
use crate::run::Run;
use crate::stage;
use crate::steps::{Instance, Relate, Which};
use crate::values::{Missing, fields_of, pick};

/// Where an operation is done.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) executor: &'a dyn Executor,
    pub(crate) at: At,
}

impl Run<'_> {
    pub(super) async fn save(&mut self, place: Place<'_>, instance: Instance, how: &Save) -> Result<(), Mismatch> {
        let (actor, row) = self.instance(instance, Missing::New);
        let is_new = actor.key() == Value::Null;
        let answer = match how {
            Save::InsertOrUpdate => actor.save_all(place.executor).await,
            Save::Insert => actor.insert(place.executor).await,
            Save::Update(fields) => actor.save_some(place.executor, fields).await,
        };
        let mut row = row.clone();
        let inserted = (is_new && actor.key() != Value::Null).then(|| actor.key());
        let noted = self.observe_with(instance.kind, inserted);
        let expected = self.oracle.save(place.at, &mut row, how);
        self.compare(answer.map(|()| String::new()), &expected.map(|()| String::new()), &noted)?;
        self.compare_instance(instance, row)
    }

    pub(super) async fn delete(&mut self, place: Place<'_>, instance: Instance) -> Result<(), Mismatch> {
        let (actor, row) = self.instance(instance, Missing::Stored);
        let mut row = row.clone();
        let answer = actor.remove(place.executor).await;
        let noted = self.observe();
        let expected = self.oracle.delete(place.at, &mut row);
        self.compare(answer.map(|counts| count(&counts)), &expected.map(|counts| count(&counts)), &noted)?;
        self.compare_instance(instance, row)
    }

    pub(super) async fn refresh(&mut self, place: Place<'_>, instance: Instance) -> Result<(), Mismatch> {
        let (actor, row) = self.instance(instance, Missing::Stored);
        let mut row = row.clone();
        let answer = actor.read_again(place.executor).await;
        let noted = self.observe();
        let expected = self.oracle.refresh(place.at, &mut row);
        self.compare(answer.map(|()| String::new()), &expected.map(|()| String::new()), &noted)?;
        self.compare_instance(instance, row)
    }

    /// Reads a row into an instance, so that there may be several of it.
    pub(super) async fn get(&mut self, place: Place<'_>, instance: Instance) -> Result<(), Mismatch> {
        let Some(row) = pick(&self.oracle.rows, instance.kind, instance.edits[0]).cloned() else { return Ok(()) };
        let answer = models::get(row.kind, place.executor, row.key()).await;
        let noted = self.observe();
        let expected = self.oracle.fetch(place.at, &row);
        if answer.is_ok() {
            self.instances.insert((row.kind, instance.slot), (models::actor(&row), row.clone()));
        }
        self.compare(answer, &expected.map(|()| row.to_string()), &noted)
    }

    pub(super) async fn get_or_create(
        &mut self,
        place: Place<'_>,
        instance: Instance,
        fields: u8,
    ) -> Result<(), Mismatch> {
        let by = fields_of(instance.kind, fields, |role| {
            !matches!(role, Role::Id | Role::Code | Role::Clock | Role::Version)
        });
        let (actor, row) = self.instance(instance, Missing::New);
        let mut row = row.clone();
        let answer = actor.find_or_insert(place.executor, &by).await;
        let inserted = matches!(answer, Ok(true)).then(|| actor.key());
        let noted = self.observe_with(instance.kind, inserted);
        let expected = self.oracle.get_or_create(place.at, &mut row, &by);
        self.compare(answer.map(|created| created.to_string()), &expected.map(|created| created.to_string()), &noted)?;
        self.compare_instance(instance, row)
    }

    pub(super) async fn update_or_create(
        &mut self,
        place: Place<'_>,
        instance: Instance,
        by: u8,
        fields: u8,
    ) -> Result<(), Mismatch> {
        let is_plain = |role| !matches!(role, Role::Id | Role::Code | Role::Clock | Role::Version);
        let (by, mut write) = (fields_of(instance.kind, by, is_plain), fields_of(instance.kind, fields, is_plain));
        write.retain(|field| !by.contains(field));
        let (actor, row) = self.instance(instance, Missing::New);
        let mut row = row.clone();
        let answer = actor.update_or_insert(place.executor, &by, &write).await;
        let inserted = matches!(answer, Ok(true)).then(|| actor.key());
        let noted = self.observe_with(instance.kind, inserted);
        let expected = self.oracle.update_or_create(place.at, &mut row, &by, &write);
        self.compare(answer.map(|created| created.to_string()), &expected.map(|created| created.to_string()), &noted)?;
        self.compare_instance(instance, row)
    }

    pub(super) async fn upsert(&mut self, place: Place<'_>, values: Instance, fields: u8) -> Result<(), Mismatch> {
        let kind = values.kind;
        let is_unique = |field: &&(&'static str, Role)| matches!(field.1, Role::UniqueText | Role::Code);
        let Some(&(unique, role)) = kind.fields().iter().find(is_unique) else { return Ok(()) };
        let is_written = |role| !matches!(role, Role::Id | Role::Code | Role::UniqueText | Role::Clock | Role::Version);
        let write = fields_of(kind, fields, is_written);
        // No field at all is the key.
        let by = if role == Role::Code { Vec::new() } else { vec![unique] };
        let mut row = self.new_row(kind, values.edits);
        let mut actor = models::actor(&row);
        let answer = actor.insert_or_update(place.executor, &by, &write).await;
        let (noted, mut inserted) = stage::take();
        inserted.push((kind.name(), actor.key()));
        self.oracle.step(self.trap, self.clock, inserted);
        let expected = self.oracle.upsert(place.at, &mut row, unique, &write);
        self.compare(answer.map(|()| actor.shown()), &expected.map(|()| row.to_string()), &noted)
    }

    pub(super) async fn create_many(
        &mut self,
        place: Place<'_>,
        (kind, rows): (Kind, &[[u8; 6]]),
        signals: Signals,
    ) -> Result<(), Mismatch> {
        let mut rows: Vec<Row> = rows.iter().map(|edits| self.new_row(kind, *edits)).collect();
        let (answer, made, keys) = models::create_many(kind, place.executor, &rows, signals).await;
        let (noted, mut inserted) = stage::take();
        let is_silent = |key: &Value| *key != Value::Null && !kind.has_receivers();
        inserted.extend(keys.into_iter().filter(is_silent).map(|key| (kind.name(), key)));
        self.oracle.step(self.trap, self.clock, inserted);
        let expected = self.oracle.create_many(place.at, &mut rows, signals);
        self.compare(answer.map(|()| String::new()), &expected.map(|()| String::new()), &noted)?;
        let rows: Vec<String> = rows.iter().map(Row::to_string).collect();
        same_lines("the rows in memory", &made, &rows)
    }

    pub(super) async fn update_where(
        &mut self,
        place: Place<'_>,
        (values, fields): (Instance, u8),
        which: Which,
        signals: Signals,
    ) -> Result<(), Mismatch> {
        let kind = values.kind;
        let fields = fields_of(kind, fields, |role| !matches!(role, Role::Id | Role::Code | Role::Version));
        let (values, condition) = (self.new_row(kind, values.edits), self.condition(kind, which));
        let answer = models::update_where(place.executor, (&fields, &values), &condition, signals).await;
        let noted = self.observe();
        let expected = self.oracle.update_where(place.at, (&fields, &values), &condition.keys, signals);
        self.compare(answer.map(|count| count.to_string()), &expected.map(|count| count.to_string()), &noted)
    }

    pub(super) async fn delete_where(
        &mut self,
        place: Place<'_>,
        (kind, which): (Kind, Which),
        signals: Signals,
    ) -> Result<(), Mismatch> {
        let condition = self.condition(kind, which);
        let answer = models::delete_where(kind, place.executor, &condition, signals).await;
        let noted = self.observe();
        let expected = self.oracle.delete_where(place.at, kind, &condition.keys, signals);
        self.compare(answer.map(|counts| count(&counts)), &expected.map(|counts| count(&counts)), &noted)
    }

    pub(super) async fn relate(
        &mut self,
        place: Place<'_>,
        (link, side): (Link, usize),
        instance: Instance,
        (what, ids): (Relate, &[u8]),
    ) -> Result<(), Mismatch> {
        let far = link.sides()[1 - side];
        let values = ids.iter().map(|&id| self.id(far, id)).collect();
        let mut new = self.new_row(far, instance.edits);
        let change = match what {
            Relate::Add => Some(Change::Add(values)),
            Relate::Remove => Some(Change::Remove(values)),
            Relate::Clear => Some(Change::Clear),
            Relate::Set => Some(Change::Set(values)),
            Relate::ClearAndAdd => Some(Change::ClearAndAdd(values)),
            Relate::Create => None,
        };
        let (actor, row) = self.instance(instance, Missing::Stored);
        let row = row.clone();
        let mut created = models::actor(&new);
        let answer = models::relate(&**actor, place.executor, (link, side), change.as_ref(), &mut *created).await;
        let noted = self.observe_with(far, None);
        let expected = match &change {
            Some(change) => self.oracle.change(place.at, &row, (link, side), change),
            None => self.oracle.create_related(place.at, &row, (link, side), &mut new),
        };
        self.compare(answer.map(|()| String::new()), &expected.map(|()| String::new()), &noted)?;
        same("the row in memory", &created.shown(), &new.to_string())?;
        self.compare_instance(instance, row)
    }
}
