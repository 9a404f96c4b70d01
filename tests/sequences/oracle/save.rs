//! Saves, and looking for rows.

use super::{At, Oracle, Outcome, next, shown};
use crate::levels::End;
use crate::rows::{Kind, Role, Row, Value, set_of, unset};

/// What a save writes.
#[derive(Debug, Clone)]
pub(crate) enum Save {
    InsertOrUpdate,
    Insert,
    Update(Vec<&'static str>),
}

impl Save {
    fn writes(&self, field: &str) -> bool {
        match self {
            Self::InsertOrUpdate | Self::Insert => true,
            Self::Update(fields) => fields.contains(&field),
        }
    }

    /// What receivers get as `update_fields`.
    fn shown(&self) -> String {
        match self {
            Self::InsertOrUpdate | Self::Insert => "all".to_owned(),
            Self::Update(fields) => set_of(fields),
        }
    }
}

impl Oracle {
    pub(crate) fn save(&mut self, at: At, row: &mut Row, how: &Save) -> Outcome {
        if matches!(how, Save::Update(fields) if fields.is_empty()) {
            return Ok(());
        }
        let before = row.clone();
        self.touch(row, how);
        let saved = match check(row, how) {
            Err(failure) => {
                if at == At::Tx {
                    self.innermost(|level| level.is_broken = true);
                }
                Err(failure)
            }
            Ok(()) => self.whole(at, |this| this.save_in(row, how)),
        };
        if saved.is_err() {
            row.copy(&before, is_automatic);
        }
        saved
    }

    /// Sets `#[update]`.
    pub(super) fn touch(&self, row: &mut Row, how: &Save) {
        for (index, field) in row.kind.fields().iter().enumerate() {
            if field.1 == Role::Clock && how.writes(field.0) {
                row.values[index] = Value::Integer(self.clock);
            }
        }
    }

    fn save_in(&mut self, row: &mut Row, how: &Save) -> Outcome {
        let kind = row.kind;
        self.before_save(row, how)?;
        check(row, how)?;
        let previous = match how {
            Save::Insert => None,
            _ => self.rows.get(kind, row.key()).cloned(),
        };
        let created = self.write(row, how)?;
        self.written(row, created, previous.clone());
        self.after_save(row, how, created, previous.as_ref())?;
        self.innermost(|level| level.queue(End::Commit, kind, row.key()));
        Ok(())
    }

    pub(super) fn before_save(&mut self, row: &mut Row, how: &Save) -> Outcome {
        if row.kind == Kind::Author && row.values[2] == Value::Text("loud".to_owned()) {
            row.values[2] = Value::Text("LOUD".to_owned());
        }
        let mut what = format!("{row} of {}", how.shown());
        if row.kind.knows_previous() {
            let adding = match how {
                Save::Insert => true,
                Save::Update(_) => false,
                Save::InsertOrUpdate => self.rows.get(row.kind, row.key()).is_none(),
            };
            what = format!("{what}, adding {adding}");
        }
        self.tell(row.kind, "pre_save", &what)
    }

    /// Remembers a row for the end of the transaction.
    pub(super) fn written(&mut self, row: &Row, created: bool, previous: Option<Row>) {
        let (kind, key) = (row.kind, row.key());
        let Some(stored) = self.rows.get(kind, key).cloned().filter(|_| kind.has_receivers()) else { return };
        self.innermost(|level| {
            level.saved(&stored, created, previous);
            level.queue(End::Rollback, kind, key);
        });
    }

    pub(super) fn after_save(&mut self, row: &Row, how: &Save, created: bool, previous: Option<&Row>) -> Outcome {
        if self.is_broken() && row.kind.has_receivers() {
            // The receiver cannot read.
            return Err("Receiver".to_owned());
        }
        let mut changes = row.changes(previous);
        changes.retain(|field| how.writes(field));
        let (fields, stored) = (how.shown(), shown(self.rows.get(row.kind, row.key())));
        let (before, set) = (shown(previous), set_of(&changes));
        let before =
            if row.kind.knows_previous() { format!(", previous {before}, changes {set}") } else { String::new() };
        let what = format!("{row} of {fields}, created {created}{before}, stored {stored}");
        self.tell(row.kind, "post_save", &what)?;
        match row.kind {
            Kind::Author if changes.contains(&"credits") => self.log.push(format!("new credits {}", row.values[3])),
            Kind::Chapter if created => self.chapter_changed(row, "z", "longer")?,
            Kind::Tag if created => self.tag_created(row),
            _ => {}
        }
        if row.kind == Kind::Author && created && row.values[2] == Value::Text("welcome".to_owned()) {
            let mut visit = Row::blank(Kind::Visit);
            (visit.values[1], visit.values[2]) = (Value::Text("door".to_owned()), row.key().clone());
            self.save(At::Tx, &mut visit, &Save::InsertOrUpdate).map_err(|_| "Receiver".to_owned())?;
        }
        Ok(())
    }

    /// What a receiver writes when a chapter comes or goes.
    pub(super) fn chapter_changed(&mut self, chapter: &Row, text: &str, title: &str) -> Outcome {
        if chapter.values[1] != Value::Text(text.to_owned()) {
            return Ok(());
        }
        let Some(mut book) = self.rows.get(Kind::Book, &chapter.values[2]).cloned() else { return Ok(()) };
        book.values[1] = Value::Text(title.to_owned());
        self.save(At::Tx, &mut book, &Save::Update(vec!["title"])).map_err(|_| "Receiver".to_owned())
    }

    /// What a receiver tries when a tag comes: it goes on if that fails.
    fn tag_created(&mut self, tag: &Row) {
        let mut other = Row::blank(Kind::Tag);
        other.values[1] = Value::Text("a".to_owned());
        if tag.values[1] == Value::Text("f".to_owned()) {
            self.begin();
            let saved = self.save(At::Tx, &mut other, &Save::InsertOrUpdate);
            drop(self.end_savepoint(saved));
        } else if tag.values[1] == Value::Text("g".to_owned()) {
            drop(self.save(At::Tx, &mut other, &Save::InsertOrUpdate));
        }
    }

    /// Writes a row, and says whether it was inserted.
    fn write(&mut self, row: &mut Row, how: &Save) -> Outcome<bool> {
        let (kind, version) = (row.kind, row.kind.position(Role::Version));
        let is_there = |there: &&Row| version.is_none_or(|version| there.values[version] == row.values[version]);
        let there = self.rows.get(kind, row.key()).filter(is_there).filter(|_| !matches!(how, Save::Insert)).cloned();
        if let Some(mut there) = there {
            there.copy(row, |field| how.writes(field.0));
            if let Some(version) = version {
                there.values[version] = next(&row.values[version]);
            }
            self.rows.replace(&[there.clone()])?;
            if let Some(version) = version {
                row.values[version] = there.values[version].clone();
            }
            return Ok(false);
        }
        match how {
            Save::Update(_) if version.is_some() => return Err(format!("Stale {}", kind.name())),
            Save::Update(_) => return Err(format!("NotFound {}", kind.name())),
            Save::InsertOrUpdate
                if *row.key() != Value::Null
                    && version.is_some_and(|version| row.values[version] != Value::Integer(0)) =>
            {
                return Err(format!("Stale {}", kind.name()));
            }
            Save::InsertOrUpdate | Save::Insert => {}
        }
        self.insert(std::slice::from_mut(row), None)?;
        Ok(true)
    }

    /// Inserts rows with one statement, after a row with this key.
    pub(super) fn insert(&mut self, rows: &mut [Row], mut after: Option<i64>) -> Outcome {
        for row in &mut *rows {
            if let Some(version) = row.kind.position(Role::Version) {
                row.values[version] = Value::Integer(1);
            }
            if *row.key() == Value::Null {
                row.values[0] = self.assigned(row.kind, after);
                after = id(row);
            } else {
                self.assigned.retain(|(model, key)| *model != row.kind.name() || key != row.key());
            }
        }
        self.rows.insert(rows)
    }

    pub(crate) fn get_or_create(&mut self, at: At, row: &mut Row, by: &[&'static str]) -> Outcome<bool> {
        if at == At::Tx && self.is_broken() {
            find_check(row, by)?;
            return Err("Broken".to_owned());
        }
        if let Some(found) = self.find(row, by)? {
            return self.become_row(row, found);
        }
        let created = match at {
            At::Db => self.save(At::Db, row, &Save::Insert),
            At::Tx => {
                self.begin();
                let created = self.save(At::Tx, row, &Save::Insert);
                self.end_savepoint(created)
            }
        };
        match created {
            Err(failure) if failure.starts_with(&format!("Unique {} ", row.kind.name())) => {
                let found = self.find(row, by)?;
                found.map_or(Err(failure), |found| self.become_row(row, found))
            }
            created => created.map(|()| true),
        }
    }

    /// Writes some fields of the row that is found by others, or creates it.
    pub(crate) fn update_or_create(
        &mut self,
        at: At,
        row: &mut Row,
        by: &[&'static str],
        write: &[&'static str],
    ) -> Outcome<bool> {
        let before = row.clone();
        let created = self.whole(at, |this| this.update_or_create_in(row, by, write));
        if created.is_err() {
            *row = before;
        }
        created
    }

    fn update_or_create_in(&mut self, row: &mut Row, by: &[&'static str], write: &[&'static str]) -> Outcome<bool> {
        let before = row.clone();
        let found = if let Some(found) = self.find(row, by)? {
            found
        } else {
            self.begin();
            let created = self.save(At::Tx, row, &Save::Insert);
            match self.end_savepoint(created) {
                Err(failure) if failure.starts_with(&format!("Unique {} ", row.kind.name())) => {
                    *row = before;
                    self.find(row, by)?.ok_or(failure)?
                }
                created => return created.map(|()| true),
            }
        };
        if write.is_empty() {
            return self.become_row(row, found);
        }
        row.copy(&found, |field| !write.contains(&field.0));
        let written = written_with(row.kind, write);
        self.save(At::Tx, row, &Save::Update(written.clone()))?;
        row.copy(&found, |field| !written.contains(&field.0) && field.1 != Role::Version);
        Ok(false)
    }

    /// Inserts a row, or writes some fields of the one with the same value in a unique field, without signals.
    pub(crate) fn upsert(&mut self, at: At, row: &mut Row, unique: &'static str, write: &[&'static str]) -> Outcome {
        let before = row.clone();
        self.touch(row, &Save::Insert);
        let checked = check(row, &Save::Insert);
        let written = if let (At::Db, Err(failure)) = (at, &checked) {
            Err(failure.clone())
        } else {
            self.whole(at, |this| {
                checked?;
                let Some(mut found) = this.find(row, &[unique])? else {
                    return this.insert(std::slice::from_mut(row), None);
                };
                if !write.is_empty() {
                    let written = written_with(row.kind, write);
                    found.copy(row, |field| written.contains(&field.0));
                    if let Some(version) = row.kind.position(Role::Version) {
                        found.values[version] = next(&found.values[version]);
                    }
                    this.rows.replace(&[found.clone()])?;
                }
                *row = found;
                Ok(())
            })
        };
        if written.is_err() {
            row.copy(&before, is_automatic);
        }
        written
    }

    fn become_row(&mut self, row: &mut Row, found: Row) -> Outcome<bool> {
        *row = found;
        self.tell(row.kind, "post_load", &row.to_string())?;
        Ok(false)
    }

    /// The row with these values.
    fn find(&self, row: &Row, by: &[&'static str]) -> Outcome<Option<Row>> {
        let by = find_check(row, by)?;
        let is_it = |other: &&Row| by.iter().all(|&index| other.values[index] == row.values[index]);
        let mut found = self.rows.of(row.kind).filter(is_it);
        match (found.next(), found.next()) {
            (_, Some(_)) => {
                let names: Vec<&str> = by.iter().map(|&index| row.kind.fields()[index].0).collect();
                Err(format!("SeveralRows {} {names:?}", row.kind.name()))
            }
            (found, None) => Ok(found.cloned()),
        }
    }

    pub(crate) fn refresh(&mut self, at: At, row: &mut Row) -> Outcome {
        if at == At::Tx && self.is_broken() {
            return Err("Broken".to_owned());
        }
        let found = self.rows.get(row.kind, row.key()).cloned();
        let found = found.ok_or_else(|| format!("NotFound {}", row.kind.name()))?;
        self.become_row(row, found).map(drop)
    }

    /// What a transaction reads, if it can.
    pub(crate) fn fetch(&mut self, at: At, row: &Row) -> Outcome {
        if at == At::Tx && self.is_broken() {
            return Err("Broken".to_owned());
        }
        self.tell(row.kind, "post_load", &row.to_string())
    }
}

/// Whether a failed save puts a field back.
pub(super) fn is_automatic(field: &(&'static str, Role)) -> bool {
    matches!(field.1, Role::Id | Role::Code | Role::Clock | Role::Version)
}

/// Refuses ids that are not set.
pub(super) fn check(row: &Row, how: &Save) -> Outcome {
    let key = row.kind.fields()[0];
    if matches!(how, Save::Update(_)) && key.1 == Role::Id && *row.key() == Value::Null {
        return Err(unset(row.kind.name(), key.0));
    }
    check_values(row, how)
}

pub(super) fn check_values(row: &Row, how: &Save) -> Outcome {
    for (field, value) in row.kind.fields().iter().zip(&row.values) {
        if matches!(field.1, Role::To(..)) && *value == Value::Null && how.writes(field.0) {
            return Err(unset(row.kind.name(), field.0));
        }
    }
    Ok(())
}

pub(super) fn check_all(rows: &[Row]) -> Outcome {
    rows.iter().try_for_each(|row| check(row, &Save::Insert))
}

/// The places of the fields that a row is looked for by; the key if there are none.
fn find_check(row: &Row, by: &[&'static str]) -> Outcome<Vec<usize>> {
    let fields = row.kind.fields();
    let mut found: Vec<usize> = (0..fields.len()).filter(|&index| by.contains(&fields[index].0)).collect();
    if found.is_empty() {
        found.push(0);
    }
    for &index in &found {
        if matches!(fields[index].1, Role::Id | Role::To(..)) && row.values[index] == Value::Null {
            return Err(unset(row.kind.name(), fields[index].0));
        }
    }
    Ok(found)
}

/// These fields, and those with `#[update]`.
fn written_with(kind: Kind, fields: &[&'static str]) -> Vec<&'static str> {
    let is_written = |field: &&(&'static str, Role)| fields.contains(&field.0) || field.1 == Role::Clock;
    kind.fields().iter().filter(is_written).map(|field| field.0).collect()
}

pub(super) fn id(row: &Row) -> Option<i64> {
    if let Value::Integer(id) = row.key() { Some(*id) } else { None }
}
