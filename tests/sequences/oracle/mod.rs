//! The model in memory: what each operation must do, by the rules of the library (`docs/behaviour.md`).
//!
//! Here are transactions and signals; each kind of operation has a file.

use std::collections::{BTreeMap, VecDeque};

mod bulk;
mod delete;
mod relate;
mod save;

pub(crate) use relate::Change;
pub(crate) use save::Save;

use crate::levels::{AtEnd, End, Level};
use crate::rows::{Failure, Kind, Row, Rows, Value, set_of};
use crate::stage::{Trap, springs};

type Outcome<T = ()> = Result<T, Failure>;

/// Where an operation is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// On the database, in a transaction of its own.
    Db,
    /// In the transaction or savepoint that is open.
    Tx,
}

/// Whether the signals of single rows are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signals {
    OfEach,
    OfAll,
}

#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) rows: Rows,
    levels: Vec<Level>,
    log: Vec<String>,
    trap: Option<Trap>,
    clock: i64,
    /// The keys that the database has assigned in this step, as receivers saw them.
    assigned: VecDeque<(&'static str, Value)>,
    last: BTreeMap<Kind, i64>,
}

impl Oracle {
    /// Prepares for a step that the library has done already.
    pub(crate) fn step(&mut self, trap: Option<Trap>, clock: i64, assigned: Vec<(&'static str, Value)>) {
        (self.trap, self.clock, self.assigned) = (trap, clock, assigned.into());
    }

    /// The lines that the step must have noted.
    pub(crate) fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.levels.iter().any(|level| level.is_broken)
    }

    /// The rows that other connections see.
    pub(crate) fn committed(&self) -> &Rows {
        self.levels.first().map_or(&self.rows, |level| &level.before)
    }

    pub(crate) fn begin(&mut self) {
        self.levels.push(Level::new(self.rows.clone()));
    }

    pub(crate) fn commit(&mut self) -> Outcome {
        if self.is_broken() {
            self.roll_back();
            return Err("Broken".to_owned());
        }
        let sent = self.levels.pop().map(|level| level.at_end(End::Commit, &self.rows));
        self.send_at_end(sent.unwrap_or_default());
        Ok(())
    }

    pub(crate) fn roll_back(&mut self) {
        let sent = self.undo();
        self.send_at_end(sent);
    }

    /// Ends a savepoint, which is to be kept or not.
    pub(crate) fn end_savepoint(&mut self, body: Outcome) -> Outcome {
        let body = match body {
            Ok(()) if self.is_broken() => Err("Swallowed".to_owned()),
            body => body,
        };
        if body.is_err() {
            let due = self.undo();
            self.innermost(|level| level.undone(due));
        } else if let Some(savepoint) = self.levels.pop() {
            self.innermost(|level| level.release(savepoint));
        }
        body
    }

    /// Undoes the innermost level; what is sent because of it.
    fn undo(&mut self) -> Vec<AtEnd> {
        let Some(mut level) = self.levels.pop() else { return Vec::new() };
        let rows = std::mem::replace(&mut self.rows, std::mem::take(&mut level.before));
        level.at_end(End::Rollback, &rows)
    }

    fn send_at_end(&mut self, sent: Vec<AtEnd>) {
        for sent in sent {
            match sent {
                AtEnd::Hook(number) => {
                    if self.receive("hook", &number.to_string()).is_err() {
                        self.log.push("reported hook".to_owned());
                    }
                }
                AtEnd::Signal { end, row, created, previous } => {
                    self.send_of_row(end, &row, created, previous.as_ref());
                }
                AtEnd::Related { link, from, row, added, removed } => {
                    let (reverse, model) = (from == 1, link.sides()[1 - from].name());
                    let what = format!("{} {row} reverse {reverse}, {model} +{added:?} -{removed:?}", link.name());
                    if self.receive("m2m_commit", &what).is_err() {
                        self.log.push("reported m2m_commit".to_owned());
                    }
                }
                AtEnd::Deleted { end, row } => {
                    let signal = match end {
                        End::Commit => "post_delete_commit",
                        End::Rollback => "post_delete_rollback",
                    };
                    if self.tell(row.kind, signal, &row.to_string()).is_err() {
                        self.log.push(format!("reported {signal}"));
                    }
                }
            }
        }
    }

    fn send_of_row(&mut self, end: End, row: &Row, created: bool, previous: Option<&Row>) {
        let signal = match end {
            End::Commit => "post_commit",
            End::Rollback => "post_rollback",
        };
        let changes = row.changes(previous);
        let mut what = format!("{row}, created {created}");
        if row.kind.knows_previous() {
            what = format!("{what}, previous {}, changes {}", shown(previous), set_of(&changes));
        }
        if self.tell(row.kind, signal, &what).is_err() {
            self.log.push(format!("reported {signal}"));
        }
        if end == End::Commit && row.kind == Kind::Author && !created && changes.contains(&"credits") {
            self.log.push(format!("committed credits {}", row.values[3]));
        }
        if end == End::Commit && row.kind == Kind::Visit && created {
            self.visited(row);
        }
    }

    /// What a receiver of `post_commit` writes.
    fn visited(&mut self, visit: &Row) {
        let mut note = Row::blank(Kind::Note);
        note.values[1] = Value::Text(format!("visit {}", visit.key()));
        note.values[2] = visit.values[2].clone();
        if self.save(At::Db, &mut note, &Save::InsertOrUpdate).is_err() {
            self.log.push("reported post_commit".to_owned());
        }
    }

    /// Queues a hook for an end of the transaction.
    pub(crate) fn hook(&mut self, end: End, number: i64) {
        self.innermost(|level| level.hook(end, number));
    }

    /// Inserts a tag that another connection commits meanwhile.
    pub(crate) fn meanwhile(&mut self, tag: &mut Row) -> Outcome {
        let levels = std::mem::take(&mut self.levels);
        let rows =
            std::mem::replace(&mut self.rows, levels.first().map_or_else(Rows::default, |level| level.before.clone()));
        let saved = self.save(At::Db, tag, &Save::InsertOrUpdate);
        (self.levels, self.rows) = (levels, rows);
        if saved.is_ok() {
            for rows in self.levels.iter_mut().map(|level| &mut level.before).chain([&mut self.rows]) {
                rows.insert(std::slice::from_ref(tag))?;
            }
        }
        saved
    }

    fn innermost(&mut self, work: impl FnOnce(&mut Level)) {
        if let Some(level) = self.levels.last_mut() {
            work(level);
        }
    }

    /// Does something that is done as a whole or fails.
    fn whole<T>(&mut self, at: At, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        match at {
            At::Db => {
                self.begin();
                let done = work(self);
                match done {
                    // A receiver went on after a failure.
                    Ok(done) => self.commit().map(|()| done).map_err(|_| "Swallowed".to_owned()),
                    Err(failure) => {
                        self.roll_back();
                        Err(if failure == "Broken" { "Swallowed".to_owned() } else { failure })
                    }
                }
            }
            At::Tx if self.is_broken() => Err("Broken".to_owned()),
            At::Tx => work(self).inspect_err(|_| self.innermost(|level| level.is_broken = true)),
        }
    }

    /// Sends a signal of a model.
    fn tell(&mut self, kind: Kind, signal: &'static str, what: &str) -> Outcome {
        if !kind.has_receivers() {
            return Ok(());
        }
        self.receive(signal, what)
    }

    fn receive(&mut self, signal: &'static str, what: &str) -> Outcome {
        self.log.push(format!("{signal} {what}"));
        if springs(&mut self.trap, signal) { Err("Receiver".to_owned()) } else { Ok(()) }
    }

    /// The key that the database has given to an inserted row: the next one that receivers saw, or the one after that of the row
    /// before it, if that was inserted by the same operation.
    fn assigned(&mut self, kind: Kind, after: Option<i64>) -> Value {
        let is_it = |key: &Value| after.is_none_or(|after| *key == Value::Integer(after + 1));
        let seen = self.assigned.iter().position(|(model, key)| *model == kind.name() && is_it(key));
        let key = seen.and_then(|index| self.assigned.remove(index)).map(|(_, key)| key);
        let next = after.or(self.last.get(&kind).copied()).unwrap_or(0) + 1;
        let is_free = |id: &i64| self.rows.get(kind, &Value::Integer(*id)).is_none();
        let key = key.or_else(|| (next..i64::MAX).find(is_free).map(Value::Integer)).unwrap_or(Value::Null);
        if let Value::Integer(id) = key {
            self.last.insert(kind, id);
        }
        key
    }
}

/// How many rows went, by the name of their model.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

fn without_zeros(mut counts: Counts) -> Counts {
    counts.retain(|_, count| *count > 0);
    counts
}

fn shown(row: Option<&Row>) -> String {
    row.map_or_else(|| "none".to_owned(), Row::to_string)
}

fn next(version: &Value) -> Value {
    let Value::Integer(version) = version else { return Value::Null };
    Value::Integer(version + 1)
}
