//! The rows and values that the numbers of a step name.

use signals::prelude::*;

use crate::conditions::Condition;
use crate::models::{self, Actor, each_kind};
use crate::rows::{DEFAULT_COUNTRY, Kind, NO_ROW, Role, Row, Rows, Value};
use crate::run::Run;
use crate::steps::{Instance, Which};

impl Run<'_> {
    /// An instance, edited, and what it holds.
    pub(super) fn instance(&mut self, instance: Instance, missing: Missing) -> &mut (Box<dyn Actor>, Row) {
        let Instance { kind, slot, edits } = instance;
        let is_known = self.instances.contains_key(&(kind, slot));
        if missing == Missing::New && (!is_known || (200..230).contains(&edits[0])) {
            let row = self.new_row(kind, edits);
            self.instances.insert((kind, slot), (models::actor(&row), row));
        } else if !is_known {
            let stored = pick(&self.oracle.rows, kind, edits[0]).cloned();
            let row = stored.unwrap_or_else(|| self.new_row(kind, edits));
            self.instances.insert((kind, slot), (models::actor(&row), row));
        } else {
            for (index, field) in kind.fields().iter().enumerate() {
                let least = if index == 0 { 250 } else { 150 };
                if edits[index] >= least {
                    let value = match pick(&self.oracle.rows, kind, edits[index]) {
                        // As an instance of another row.
                        Some(row) if field.1 == Role::Id && edits[index] > 252 => row.key().clone(),
                        _ => self.value(field.1, edits[index]),
                    };
                    let Some((actor, row)) = self.instances.get_mut(&(kind, slot)) else { continue };
                    actor.set_field(field.0, &value);
                    row.values[index] = value;
                }
            }
        }
        let Some(instance) = self.instances.get_mut(&(kind, slot)) else { unreachable!() };
        instance
    }

    /// A new row with values of these numbers.
    pub(super) fn new_row(&self, kind: Kind, edits: [u8; 6]) -> Row {
        let mut row = Row::blank(kind);
        for (index, field) in kind.fields().iter().enumerate() {
            if !matches!(field.1, Role::Id | Role::Clock | Role::Version) {
                row.values[index] = self.value(field.1, edits[index]);
            }
        }
        row
    }

    /// A value for a field, of which there are few, so that they meet.
    pub(super) fn value(&self, role: Role, number: u8) -> Value {
        let text = |texts: &[&str]| Value::Text(texts[usize::from(number) % texts.len()].to_owned());
        match role {
            Role::Id => Value::Null,
            Role::Code => text(&[DEFAULT_COUNTRY, "be", "de"]),
            Role::Text => text(&["x", "y", "z", ""]),
            Role::UniqueText => text(&["a", "b", "c", "d", "e", "f", "g"]),
            Role::OptionalText if number.is_multiple_of(5) => Value::Null,
            Role::OptionalText => text(&["x", "welcome", "loud", "LOUD"]),
            Role::Number => Value::Integer([0, 7, 8][usize::from(number) % 3]),
            Role::Clock => Value::Integer(-i64::from(number)),
            Role::Version => Value::Integer(i64::from(number % 3)),
            Role::To(Kind::Country, _) if number % 16 == 1 => Value::Text("nowhere".to_owned()),
            Role::To(..) if number.is_multiple_of(16) => Value::Null,
            Role::MayPointTo(..) if !number.is_multiple_of(3) => Value::Null,
            Role::To(kind, _) | Role::MayPointTo(kind, _) if kind == Kind::Country => {
                let stored = pick(&self.oracle.rows, kind, number / 16);
                stored.map_or_else(|| Value::Text(DEFAULT_COUNTRY.to_owned()), |row| row.key().clone())
            }
            Role::To(kind, _) | Role::MayPointTo(kind, _) => self.id(kind, number),
        }
    }

    /// The id of a row, or one that no row has.
    pub(super) fn id(&self, kind: Kind, number: u8) -> Value {
        match pick(&self.oracle.rows, kind, number / 16) {
            Some(row) if number % 16 != 1 => row.key().clone(),
            _ => Value::Integer(NO_ROW),
        }
    }

    /// A condition, and the keys of the rows that it holds for.
    pub(super) fn condition(&self, kind: Kind, which: Which) -> Condition {
        let rows = &self.oracle.rows;
        let all = || rows.of(kind).map(|row| row.key().clone());
        let column = each_kind!(kind, key_column());
        let named = |number: u8| pick(rows, kind, number).map_or(Value::Integer(NO_ROW), |row| row.key().clone());
        match which {
            Which::One(number) if rows.of(kind).next().is_some() => {
                let key = named(number);
                Condition { sql: format!("{column} = ?"), keys: vec![key.clone()], parameter: Some(key) }
            }
            Which::UpTo(number) if rows.of(kind).next().is_some() => {
                let key = named(number);
                let keys = all().filter(|other| *other <= key).collect();
                Condition { sql: format!("{column} <= ?"), keys, parameter: Some(key) }
            }
            _ => Condition { sql: "true".to_owned(), keys: all().collect(), parameter: None },
        }
    }
}

/// What an instance is that is not in memory yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    New,
    Stored,
}

fn key_column<M: Model>() -> &'static str {
    M::META.fields[M::META.key].column
}

/// One of the rows of a model, if there are any.
pub(crate) fn pick(rows: &Rows, kind: Kind, number: u8) -> Option<&Row> {
    let count = rows.of(kind).count();
    rows.of(kind).nth(usize::from(number).checked_rem(count)?)
}

/// Some of the fields of a model that may be in the set.
pub(crate) fn fields_of(kind: Kind, bits: u8, may_be: impl Fn(Role) -> bool) -> Vec<&'static str> {
    let fields = kind.fields().iter().enumerate();
    fields.filter(|(index, field)| bits >> index & 1 == 1 && may_be(field.1)).map(|(_, field)| field.0).collect()
}
