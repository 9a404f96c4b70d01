//! Many-to-many relations.

use super::save::{Save, is_automatic};
use super::{At, Oracle, Outcome};
use crate::rows::{Link, NO_ROW, Row, Value, unset};

/// A change of a relation.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Add(Vec<Value>),
    Remove(Vec<Value>),
    Clear,
    Set(Vec<Value>),
    ClearAndAdd(Vec<Value>),
}

impl Change {
    fn ids(&self) -> &[Value] {
        match self {
            Self::Add(ids) | Self::Remove(ids) | Self::Set(ids) | Self::ClearAndAdd(ids) => ids,
            Self::Clear => &[],
        }
    }
}

impl Oracle {
    /// Changes the rows that a row is related to, from one of the sides of the relation.
    pub(crate) fn change(&mut self, at: At, row: &Row, (link, side): (Link, usize), change: &Change) -> Outcome {
        let check = || {
            if *row.key() == Value::Null {
                return Err(unset(link.name(), link.fields()[side]));
            }
            distinct(link, side, change.ids())
        };
        if at == At::Db {
            check()?;
        }
        self.whole(at, |this| {
            let ids = check()?;
            let side = Side { row, link, from: side };
            match change {
                Change::Add(_) => this.add(side, ids),
                Change::Remove(_) => this.remove(side, &ids),
                Change::Clear => this.clear(side),
                Change::Set(_) => {
                    let before = this.related(side);
                    let gone: Vec<i64> = before.iter().copied().filter(|id| !ids.contains(id)).collect();
                    this.remove(side, &gone)?;
                    this.add(side, ids.into_iter().filter(|id| !before.contains(id)).collect())
                }
                Change::ClearAndAdd(_) => {
                    this.clear(side)?;
                    this.add(side, ids)
                }
            }
        })
    }

    /// Inserts a row of the other side and relates the two.
    pub(crate) fn create_related(&mut self, at: At, row: &Row, (link, side): (Link, usize), new: &mut Row) -> Outcome {
        let failure = || unset(link.name(), link.fields()[side]);
        if at == At::Db && *row.key() == Value::Null {
            return Err(failure());
        }
        let before = new.clone();
        let created = self.whole(at, |this| {
            if *row.key() == Value::Null {
                return Err(failure());
            }
            this.save(At::Tx, new, &Save::Insert)?;
            let Value::Integer(id) = *new.key() else { unreachable!() };
            this.add(Side { row, link, from: side }, vec![id])
        });
        if created.is_err() {
            new.copy(&before, is_automatic);
        }
        created
    }

    fn add(&mut self, side: Side<'_>, ids: Vec<i64>) -> Outcome {
        if ids.is_empty() {
            return Ok(());
        }
        if self.is_broken() {
            return Err("Broken".to_owned());
        }
        let related = self.related(side);
        let mut missing: Vec<i64> = ids.into_iter().filter(|id| !related.contains(id)).collect();
        self.tell_change(side, "PreAdd", &missing)?;
        self.veto(&mut missing);
        for &id in &missing {
            let pair = side.pair(id);
            self.rows.relate(side.link, pair)?;
            if side.link.is_symmetrical() {
                self.rows.relate(side.link, (pair.1, pair.0))?;
            }
        }
        let pairs = missing.iter().map(|id| side.pair(*id)).collect();
        self.innermost(|level| level.related(side.link, (side.from, side.row), pairs, false));
        self.tell_change(side, "PostAdd", &missing)
    }

    fn remove(&mut self, side: Side<'_>, ids: &[i64]) -> Outcome {
        if ids.is_empty() {
            return Ok(());
        }
        self.tell_change(side, "PreRemove", ids)?;
        let ids = &mut ids.to_vec();
        self.veto(ids);
        self.separate(side, ids);
        self.tell_change(side, "PostRemove", ids)
    }

    /// Takes out what a receiver takes out.
    fn veto(&self, ids: &mut Vec<i64>) {
        if self.clock % 4 == 0 {
            ids.retain(|id| id % 2 == 0);
        }
    }

    fn clear(&mut self, side: Side<'_>) -> Outcome {
        self.tell_change(side, "PreClear", &[])?;
        let related = self.related(side);
        self.separate(side, &related);
        self.tell_change(side, "PostClear", &[])
    }

    fn separate(&mut self, side: Side<'_>, ids: &[i64]) {
        let is_gone = |pair| ids.iter().any(|&id| side.relates(pair, id));
        let gone = self.rows.pairs(side.link).filter(|pair| is_gone(*pair)).collect();
        self.rows.separate(side.link, is_gone);
        self.innermost(|level| level.related(side.link, (side.from, side.row), gone, true));
    }

    /// The ids that a row is related to, in ascending order.
    fn related(&self, side: Side<'_>) -> Vec<i64> {
        let mut ids: Vec<i64> = self.rows.pairs(side.link).filter_map(|pair| side.other(pair)).collect();
        ids.sort_unstable();
        ids
    }

    fn tell_change(&mut self, side: Side<'_>, action: &str, ids: &[i64]) -> Outcome {
        let (relation, model) = (side.link.name(), side.link.sides()[1 - side.from].name());
        let reverse = side.from == 1;
        self.receive("m2m_changed", &format!("{relation} {action} {} reverse {reverse}, {model} {ids:?}", side.row))
    }
}

/// One side of a relation, of one row.
#[derive(Clone, Copy)]
struct Side<'a> {
    row: &'a Row,
    link: Link,
    /// 0 for the side with the field.
    from: usize,
}

impl Side<'_> {
    fn id(self) -> i64 {
        let Value::Integer(id) = *self.row.key() else { return NO_ROW };
        id
    }

    fn pair(self, other: i64) -> (i64, i64) {
        if self.from == 0 { (self.id(), other) } else { (other, self.id()) }
    }

    /// The other end of a pair, if this row is the one end.
    fn other(self, (source, target): (i64, i64)) -> Option<i64> {
        let (near, far) = if self.from == 0 { (source, target) } else { (target, source) };
        (near == self.id()).then_some(far)
    }

    fn relates(self, pair: (i64, i64), id: i64) -> bool {
        let there = self.pair(id);
        pair == there || (self.link.is_symmetrical() && pair == (there.1, there.0))
    }
}

/// Each of the ids once.
fn distinct(link: Link, side: usize, ids: &[Value]) -> Outcome<Vec<i64>> {
    let mut distinct = Vec::new();
    for id in ids {
        let Value::Integer(id) = *id else { return Err(unset(link.name(), link.fields()[1 - side])) };
        if !distinct.contains(&id) {
            distinct.push(id);
        }
    }
    Ok(distinct)
}
