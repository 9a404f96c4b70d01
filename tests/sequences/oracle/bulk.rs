//! Many rows at once.

use std::collections::BTreeMap;

use super::save::{Save, check_all, check_values, id, is_automatic};
use super::{At, Counts, Oracle, Outcome, Signals, next, without_zeros};
use crate::levels::End;
use crate::rows::{Kind, Link, OnDelete, Role, Row, Value, set_of};

impl Oracle {
    pub(crate) fn create_many(&mut self, at: At, rows: &mut [Row], signals: Signals) -> Outcome {
        let Some(first) = rows.first() else { return Ok(()) };
        let (kind, before) = (first.kind, rows.to_vec());
        for row in &mut *rows {
            self.touch(row, &Save::Insert);
        }
        let created = if let Err(failure) = check_all(rows)
            && at == At::Db
        {
            Err(failure)
        } else {
            self.whole(at, |this| this.create_many_in(kind, rows, signals))
        };
        if created.is_err() {
            for (row, before) in rows.iter_mut().zip(&before) {
                row.copy(before, is_automatic);
            }
        }
        created
    }

    fn create_many_in(&mut self, kind: Kind, rows: &mut [Row], signals: Signals) -> Outcome {
        check_all(rows)?;
        if signals == Signals::OfEach {
            for row in &mut *rows {
                self.before_save(row, &Save::Insert)?;
            }
            check_all(rows)?;
        }
        // Some with each statement.
        let (mut left, mut last) = (&mut *rows, None);
        while !left.is_empty() {
            let (chunk, rest) = left.split_at_mut(1 << left.len().ilog2());
            self.insert(chunk, last)?;
            last = chunk.last().and_then(id);
            left = rest;
        }
        if signals == Signals::OfEach {
            for row in &*rows {
                self.written(row, true, None);
            }
            for row in &*rows {
                self.after_save(row, &Save::Insert, true, None)?;
            }
            for row in &*rows {
                self.innermost(|level| level.queue(End::Commit, kind, row.key()));
            }
        }
        if signals == Signals::OfAll {
            for row in &*rows {
                self.innermost(|level| level.inserted(kind, row.key()));
            }
        }
        let shown: Vec<String> = rows.iter().map(Row::to_string).collect();
        self.tell(kind, "post_bulk_create", &shown.join(" "))
    }

    pub(crate) fn update_where(
        &mut self,
        at: At,
        (fields, values): (&[&'static str], &Row),
        keys: &[Value],
        signals: Signals,
    ) -> Outcome<u64> {
        if fields.is_empty() {
            return Ok(0);
        }
        self.whole(at, |this| {
            let (kind, how) = (values.kind, Save::Update(fields.to_vec()));
            let set = |field: &(&str, Role)| fields.contains(&field.0) && field.1 != Role::Version;
            match signals {
                Signals::OfEach => {
                    for key in keys {
                        let Some(mut row) = this.rows.get(kind, key).cloned() else { continue };
                        row.copy(values, set);
                        this.save(At::Tx, &mut row, &how)?;
                    }
                }
                Signals::OfAll => {
                    let mut values = values.clone();
                    this.touch(&mut values, &how);
                    check_values(&values, &how)?;
                    let mut rows: Vec<Row> = keys.iter().filter_map(|key| this.rows.get(kind, key).cloned()).collect();
                    for row in &mut rows {
                        row.copy(&values, set);
                        if let Some(version) = kind.position(Role::Version) {
                            row.values[version] = next(&row.values[version]);
                        }
                    }
                    this.rows.replace(&rows)?;
                }
            }
            let count = keys.len() as u64;
            if count > 0 {
                let what = format!("{count} {} of {}", kind.name(), set_of(fields));
                this.tell(kind, "post_bulk_update", &what)?;
            }
            Ok(count)
        })
    }

    pub(crate) fn delete_where(&mut self, at: At, kind: Kind, keys: &[Value], signals: Signals) -> Outcome<Counts> {
        self.whole(at, |this| {
            let counts = match signals {
                Signals::OfEach => {
                    let rows: Vec<Row> = this.rows.of(kind).filter(|row| keys.contains(row.key())).cloned().collect();
                    this.cascade(kind, rows)?
                }
                Signals::OfAll => {
                    this.refuse_pointing(kind, keys)?;
                    let mut count = 0;
                    for key in keys {
                        if this.rows.delete(kind, key) {
                            count += 1;
                            this.innermost(|level| level.deleted(kind, key));
                        }
                    }
                    BTreeMap::from([(kind.name(), count)])
                }
            };
            let count = counts.get(kind.name()).copied().unwrap_or(0);
            if count > 0 {
                this.tell(kind, "post_bulk_delete", &format!("{count} {}", kind.name()))?;
            }
            Ok(counts)
        })
        .map(without_zeros)
    }

    /// What the database says to rows that other rows point to.
    fn refuse_pointing(&self, kind: Kind, keys: &[Value]) -> Outcome {
        for (child, field, on_delete) in kind.pointed_to_by() {
            let is_left = |row: &Row| child != kind || !keys.contains(row.key());
            if on_delete != OnDelete::DbCascade && self.rows.pointing(child, field, keys).any(is_left) {
                return Err("ForeignKey".to_owned());
            }
        }
        for link in Link::ALL {
            let is_key = |side: usize, id| link.sides()[side] == kind && keys.contains(&Value::Integer(id));
            if self.rows.pairs(link).any(|(source, target)| is_key(0, source) || is_key(1, target)) {
                return Err("ForeignKey".to_owned());
            }
        }
        Ok(())
    }
}
