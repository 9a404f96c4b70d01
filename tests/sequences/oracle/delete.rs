//! Deletes, and the rows that are deleted with a row.

use std::collections::{BTreeSet, VecDeque};

use super::{At, Counts, Oracle, Outcome, next, shown, without_zeros};
use crate::levels::Level;
use crate::rows::{DEFAULT_COUNTRY, Kind, Link, OnDelete, Role, Row, Value, unset};

impl Oracle {
    pub(crate) fn delete(&mut self, at: At, row: &mut Row) -> Outcome<Counts> {
        let is_unset = *row.key() == Value::Null;
        let failure = unset(row.kind.name(), row.kind.fields()[0].0);
        if at == At::Db && is_unset {
            return Err(failure);
        }
        let counts =
            self.whole(at, |this| if is_unset { Err(failure) } else { this.cascade(row.kind, vec![row.clone()]) })?;
        if at == At::Db && row.kind.fields()[0].1 == Role::Id {
            row.values[0] = Value::Null;
        }
        Ok(without_zeros(counts))
    }

    pub(super) fn cascade(&mut self, kind: Kind, origins: Vec<Row>) -> Outcome<Counts> {
        let mut cascade = self.collect(kind, origins)?;
        sort(&mut cascade.groups);
        for (kind, going) in &cascade.groups {
            for Going { row, origin } in going {
                let stored = shown(self.rows.get(*kind, row.key()));
                self.tell(*kind, "pre_delete", &format!("{row} from {origin}, stored {stored}"))?;
            }
        }
        let mut counts = Counts::new();
        for (kind, keys) in &cascade.unseen {
            let deleted = keys.iter().filter(|key| self.rows.delete(*kind, key)).count();
            *counts.entry(kind.name()).or_default() += deleted as u64;
        }
        for (link, side, keys) in &cascade.separated {
            let is_gone = |(source, target)| keys.contains(&Value::Integer(if *side == 0 { source } else { target }));
            *counts.entry(link.name()).or_default() += self.rows.separate(*link, is_gone);
        }
        for (kind, field, keys, value) in &cascade.set {
            let pointing: Vec<Row> = self.rows.pointing(*kind, *field, keys).cloned().collect();
            for mut row in pointing {
                row.values[*field] = value.clone();
                if let Some(version) = kind.position(Role::Version) {
                    row.values[version] = next(&row.values[version]);
                }
                self.rows.replace(&[row])?;
            }
        }
        self.delete_groups(&cascade.groups, &mut counts)?;
        Ok(counts)
    }

    fn delete_groups(&mut self, groups: &[(Kind, Vec<Going>)], counts: &mut Counts) -> Outcome {
        for (kind, going) in groups {
            self.refuse_defaults(*kind, going)?;
            let mut existed = Vec::new();
            for Going { row, .. } in going {
                if self.rows.delete(*kind, row.key()) {
                    existed.push(row.key());
                }
            }
            *counts.entry(kind.name()).or_default() += existed.len() as u64;
            for Going { row, origin } in going.iter().rev() {
                let is_new = |level: &Level| level.is_replaced(*kind, row.key());
                let is_sent = kind.knows_deletes() && existed.contains(&row.key()) && !self.levels.iter().any(is_new);
                self.innermost(|level| level.deleting((*kind, row.key()), is_sent.then_some(row)));
                let stored = shown(self.rows.get(*kind, row.key()));
                self.tell(*kind, "post_delete", &format!("{row} from {origin}, stored {stored}"))?;
                if *kind == Kind::Chapter {
                    self.chapter_changed(row, "y", "shorter")?;
                }
                self.innermost(|level| level.deleted(*kind, row.key()));
            }
        }
        Ok(())
    }

    /// Rows may have been set to a default that is deleted itself.
    fn refuse_defaults(&self, kind: Kind, going: &[Going]) -> Outcome {
        let keys: Vec<Value> = going.iter().map(|going| going.row.key().clone()).collect();
        for (child, field, on_delete) in kind.pointed_to_by() {
            if on_delete == OnDelete::SetDefault && self.rows.pointing(child, field, &keys).next().is_some() {
                return Err("ForeignKey".to_owned());
            }
        }
        Ok(())
    }

    /// Everything that a delete reaches, in the order in which it is reached.
    fn collect(&self, kind: Kind, origins: Vec<Row>) -> Outcome<Cascade> {
        let mut cascade = Cascade::default();
        let origins = origins.into_iter().map(|row| Going { origin: row.clone(), row });
        let mut waiting = VecDeque::from([(kind, cascade.add(kind, origins))]);
        let mut refused: Vec<(OnDelete, Kind, Value)> = Vec::new();
        while let Some((parent, keys)) = waiting.pop_front() {
            let rows_of = |child, field| self.rows.pointing(child, field, &keys);
            for (child, field, on_delete) in parent.pointed_to_by() {
                match on_delete {
                    OnDelete::DbCascade => {}
                    OnDelete::Cascade if !child.has_receivers() => {
                        let keys = rows_of(child, field).map(|row| row.key().clone()).collect();
                        cascade.unseen.push((child, keys));
                    }
                    OnDelete::Cascade => {
                        let going: Vec<Going> = rows_of(child, field)
                            .map(|row| Going { row: row.clone(), origin: cascade.origin(parent, &row.values[field]) })
                            .collect();
                        let added = cascade.add(child, going);
                        if !added.is_empty() {
                            waiting.push_back((child, added));
                        }
                    }
                    OnDelete::Protect | OnDelete::Restrict => {
                        refused.extend(rows_of(child, field).map(|row| (on_delete, child, row.key().clone())));
                    }
                    OnDelete::SetNull => cascade.set.push((child, field, keys.clone(), Value::Null)),
                    OnDelete::SetDefault => {
                        let default = Value::Text(DEFAULT_COUNTRY.to_owned());
                        cascade.set.push((child, field, keys.clone(), default));
                    }
                }
            }
            for link in Link::ALL {
                let sides = (0..2).filter(|&side| link.sides()[side] == parent);
                cascade.separated.extend(sides.map(|side| (link, side, keys.clone())));
            }
        }
        let is_forgiven = |kind, key: &Value| {
            cascade.groups.iter().any(|group| group.0 == kind && group.1.iter().any(|going| going.row.key() == key))
        };
        let refused: BTreeSet<String> = refused
            .into_iter()
            .filter(|(on_delete, kind, key)| *on_delete == OnDelete::Protect || !is_forgiven(*kind, key))
            .map(|(_, kind, key)| format!("`{}` {key}", kind.name()))
            .collect();
        if refused.is_empty() { Ok(cascade) } else { Err(format!("Protected {} {refused:?}", kind.name())) }
    }
}

/// What a delete reaches.
#[derive(Default)]
struct Cascade {
    groups: Vec<(Kind, Vec<Going>)>,
    /// Rows without receivers.
    unseen: Vec<(Kind, Vec<Value>)>,
    /// Pairs of a relation, by the keys of one side.
    separated: Vec<(Link, usize, Vec<Value>)>,
    /// Rows that point to something else or nothing afterwards.
    set: Vec<(Kind, usize, Vec<Value>, Value)>,
}

/// A row that is deleted, and the one that it is deleted with.
#[derive(Clone)]
struct Going {
    row: Row,
    origin: Row,
}

impl Cascade {
    /// Adds rows that are not known yet, and gives their keys.
    fn add(&mut self, kind: Kind, going: impl IntoIterator<Item = Going>) -> Vec<Value> {
        let index = self.groups.iter().position(|group| group.0 == kind).unwrap_or_else(|| {
            self.groups.push((kind, Vec::new()));
            self.groups.len() - 1
        });
        let group = &mut self.groups[index].1;
        let mut added = Vec::new();
        for going in going {
            if group.iter().all(|known| known.row.key() != going.row.key()) {
                added.push(going.row.key().clone());
                group.push(going);
            }
        }
        added
    }

    /// The row that the row with this key is deleted with.
    fn origin(&self, kind: Kind, key: &Value) -> Row {
        let mut rows = self.groups.iter().filter(|group| group.0 == kind).flat_map(|group| &group.1);
        rows.find(|going| going.row.key() == key).map_or_else(|| Row::blank(kind), |going| going.origin.clone())
    }
}

/// Children before the parents that they cannot be without; rows by the key.
fn sort(groups: &mut Vec<(Kind, Vec<Going>)>) {
    for (_, going) in &mut *groups {
        going.sort_by(|one, other| one.row.key().cmp(other.row.key()));
    }
    let mut waiting = std::mem::take(groups);
    while !waiting.is_empty() {
        let is_free = |parent: &(Kind, Vec<Going>)| !waiting.iter().any(|child| child.0.needs(parent.0));
        let free = waiting.iter().position(is_free).unwrap_or(0);
        groups.push(waiting.remove(free));
    }
}
