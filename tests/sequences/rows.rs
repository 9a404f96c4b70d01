//! What the models are, told a second time: the model in memory takes nothing from the library.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How a step fails, in words that are compared with those of the library's error.
pub(crate) type Failure = String;

/// A model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Author,
    Book,
    Chapter,
    Country,
    Loan,
    Note,
    Tag,
    Visit,
}

/// A many-to-many relation, by its through model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Link {
    BookTags,
    TagRelated,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Text(String),
}

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A key that the database assigns.
    Id,
    /// A key that the application assigns.
    Code,
    Text,
    UniqueText,
    OptionalText,
    Number,
    /// `#[update]`.
    Clock,
    /// `#[version]`.
    Version,
    /// Points to a row, which it cannot be without.
    To(Kind, OnDelete),
    /// Points to a row or to none.
    MayPointTo(Kind, OnDelete),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDelete {
    Cascade,
    DbCascade,
    Protect,
    Restrict,
    SetNull,
    /// To the country [`DEFAULT_COUNTRY`].
    SetDefault,
}

pub(crate) const DEFAULT_COUNTRY: &str = "nl";

/// A key that no row has.
pub(crate) const NO_ROW: i64 = -1;

pub(crate) type Field = (&'static str, Role);

impl Kind {
    pub(crate) const ALL: [Self; 8] =
        [Self::Author, Self::Book, Self::Chapter, Self::Country, Self::Loan, Self::Note, Self::Tag, Self::Visit];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Author => "Author",
            Self::Book => "Book",
            Self::Chapter => "Chapter",
            Self::Country => "Country",
            Self::Loan => "Loan",
            Self::Note => "Note",
            Self::Tag => "Tag",
            Self::Visit => "Visit",
        }
    }

    /// The fields that are columns. The first is the key.
    pub(crate) fn fields(self) -> &'static [Field] {
        use OnDelete::{Cascade, DbCascade, Protect, Restrict, SetDefault, SetNull};
        use Role::{Clock, Code, Id, MayPointTo, Number, OptionalText, Text, To, UniqueText, Version};
        match self {
            Self::Author => &[
                ("id", Id),
                ("name", UniqueText),
                ("email", OptionalText),
                ("credits", Number),
                ("touched", Clock),
                ("country", To(Self::Country, SetDefault)),
            ],
            Self::Book => &[
                ("id", Id),
                ("title", Text),
                ("author", To(Self::Author, Cascade)),
                ("editor", MayPointTo(Self::Author, SetNull)),
                ("version", Version),
            ],
            Self::Chapter => &[
                ("id", Id),
                ("text", Text),
                ("book", To(Self::Book, Cascade)),
                ("parent", MayPointTo(Self::Chapter, Cascade)),
            ],
            Self::Country => &[("code", Code), ("name", Text)],
            Self::Loan => &[
                ("id", Id),
                ("book", To(Self::Book, Restrict)),
                ("reader", To(Self::Author, Cascade)),
                ("tag", MayPointTo(Self::Tag, Protect)),
            ],
            Self::Note => &[("id", Id), ("text", UniqueText), ("author", To(Self::Author, Cascade))],
            Self::Tag => &[("id", Id), ("name", UniqueText)],
            Self::Visit => &[("id", Id), ("place", Text), ("author", To(Self::Author, DbCascade))],
        }
    }

    /// Whether its signals have receivers.
    pub(crate) fn has_receivers(self) -> bool {
        self != Self::Note
    }

    /// Whether it has receivers of the signals after the transaction of a delete.
    pub(crate) fn knows_deletes(self) -> bool {
        !matches!(self, Self::Loan | Self::Note)
    }

    /// Whether its receivers ask what the row was before, so that it is read before it is written.
    pub(crate) fn knows_previous(self) -> bool {
        !matches!(self, Self::Loan | Self::Visit)
    }

    pub(crate) fn position(self, role: Role) -> Option<usize> {
        self.fields().iter().position(|field| field.1 == role)
    }

    /// The fields of all models that point to this one, by the name of the model.
    pub(crate) fn pointed_to_by(self) -> impl Iterator<Item = (Self, usize, OnDelete)> {
        let points_here = move |role: Role| match role {
            Role::To(target, on_delete) | Role::MayPointTo(target, on_delete) if target == self => Some(on_delete),
            _ => None,
        };
        Self::ALL.into_iter().flat_map(move |kind| {
            let fields = kind.fields().iter().enumerate();
            fields.filter_map(move |(index, field)| Some((kind, index, points_here(field.1)?)))
        })
    }

    /// Whether a row of this model cannot be without one of that model.
    pub(crate) fn needs(self, other: Self) -> bool {
        self != other && self.fields().iter().any(|field| matches!(field.1, Role::To(target, _) if target == other))
    }
}

impl Link {
    pub(crate) const ALL: [Self; 2] = [Self::BookTags, Self::TagRelated];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BookTags => "BookTags",
            Self::TagRelated => "TagRelated",
        }
    }

    /// The models of the row with the field and of the other side.
    pub(crate) fn sides(self) -> [Kind; 2] {
        match self {
            Self::BookTags => [Kind::Book, Kind::Tag],
            Self::TagRelated => [Kind::Tag, Kind::Tag],
        }
    }

    /// The fields of the through model.
    pub(crate) fn fields(self) -> [&'static str; 2] {
        match self {
            Self::BookTags => ["book_id", "tag_id"],
            Self::TagRelated => ["from_tag_id", "to_tag_id"],
        }
    }

    /// A pair, which is the same in both directions if the relation is symmetrical.
    pub(crate) fn once(self, (source, target): (i64, i64)) -> (i64, i64) {
        if self.is_symmetrical() { (source.min(target), source.max(target)) } else { (source, target) }
    }

    pub(crate) fn is_symmetrical(self) -> bool {
        self == Self::TagRelated
    }
}

/// A row, or an instance that may become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) values: Vec<Value>,
}

impl Row {
    /// Of a new instance.
    pub(crate) fn blank(kind: Kind) -> Self {
        let value = |field: &Field| match field.1 {
            Role::Id | Role::OptionalText | Role::To(..) | Role::MayPointTo(..) => Value::Null,
            Role::Code | Role::Text | Role::UniqueText => Value::Text(String::new()),
            Role::Number | Role::Clock | Role::Version => Value::Integer(0),
        };
        Self { kind, values: kind.fields().iter().map(value).collect() }
    }

    pub(crate) fn key(&self) -> &Value {
        &self.values[0]
    }

    /// The names of the fields whose values differ from those of the row before, as a set of fields prints them.
    pub(crate) fn changes(&self, before: Option<&Self>) -> Vec<&'static str> {
        let fields = self.kind.fields().iter().enumerate();
        let differs = |index: usize| before.is_none_or(|before| before.values[index] != self.values[index]);
        fields.filter(|(index, _)| differs(*index)).map(|(_, field)| field.0).collect()
    }

    /// Takes over these fields.
    pub(crate) fn copy(&mut self, from: &Self, is_copied: impl Fn(&Field) -> bool) {
        for (index, field) in self.kind.fields().iter().enumerate() {
            if is_copied(field) {
                self.values[index] = from.values[index].clone();
            }
        }
    }
}

/// As the library prints a row.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct(self.kind.name());
        for (field, value) in self.kind.fields().iter().zip(&self.values) {
            debug.field(field.0, &format_args!("{value}"));
        }
        debug.finish()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Integer(value) => value.fmt(f),
            Self::Text(value) => write!(f, "{value:?}"),
        }
    }
}

/// The rows of all tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    tables: BTreeMap<Kind, BTreeMap<Value, Row>>,
    links: BTreeMap<Link, BTreeSet<(i64, i64)>>,
}

impl Rows {
    /// Of one model, by the key.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        self.tables.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    pub(crate) fn get(&self, kind: Kind, key: &Value) -> Option<&Row> {
        self.tables.get(&kind)?.get(key)
    }

    /// Those of a model that point to one of these keys.
    pub(crate) fn pointing<'a>(&'a self, kind: Kind, field: usize, keys: &'a [Value]) -> impl Iterator<Item = &'a Row> {
        self.of(kind).filter(move |row| keys.contains(&row.values[field]))
    }

    /// Inserts rows with one statement.
    pub(crate) fn insert(&mut self, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            if self.get(row.kind, row.key()).is_some() {
                return Err(unique(row.kind, row.kind.fields()[0].0));
            }
            self.put(row)?;
        }
        rows.iter().try_for_each(|row| self.check_pointers(row))
    }

    /// Puts rows in the place of those that have their keys, with one statement.
    pub(crate) fn replace(&mut self, rows: &[Row]) -> Result<(), Failure> {
        rows.iter().try_for_each(|row| self.put(row))?;
        rows.iter().try_for_each(|row| self.check_pointers(row))
    }

    /// What must be unique is checked with each row, what must point to a row after the statement.
    fn put(&mut self, row: &Row) -> Result<(), Failure> {
        for (index, (field, value)) in row.kind.fields().iter().zip(&row.values).enumerate() {
            let mut others = self.of(row.kind).filter(|other| other.key() != row.key());
            if field.1 == Role::UniqueText && others.any(|other| other.values[index] == *value) {
                return Err(unique(row.kind, field.0));
            }
        }
        self.tables.entry(row.kind).or_default().insert(row.key().clone(), row.clone());
        Ok(())
    }

    fn check_pointers(&self, row: &Row) -> Result<(), Failure> {
        let is_there = |(field, value): (&Field, &Value)| match field.1 {
            Role::To(target, _) => self.get(target, value).is_some(),
            Role::MayPointTo(target, _) => *value == Value::Null || self.get(target, value).is_some(),
            _ => true,
        };
        if row.kind.fields().iter().zip(&row.values).all(is_there) { Ok(()) } else { Err(no_row()) }
    }

    /// Deletes a row, what the database deletes with it, and the pairs that it is in.
    pub(crate) fn delete(&mut self, kind: Kind, key: &Value) -> bool {
        let removed = self.tables.get_mut(&kind).is_some_and(|rows| rows.remove(key).is_some());
        for (child, field, on_delete) in kind.pointed_to_by() {
            if removed && on_delete == OnDelete::DbCascade {
                let gone: Vec<Value> =
                    self.pointing(child, field, std::slice::from_ref(key)).map(|row| row.key().clone()).collect();
                for key in gone {
                    self.delete(child, &key);
                }
            }
        }
        removed
    }

    /// The pairs of a relation.
    pub(crate) fn pairs(&self, link: Link) -> impl Iterator<Item = (i64, i64)> {
        self.links.get(&link).into_iter().flatten().copied()
    }

    /// Adds a pair, unless it is there.
    pub(crate) fn relate(&mut self, link: Link, pair: (i64, i64)) -> Result<(), Failure> {
        let [source, target] = link.sides();
        let is_there = |kind, id| self.get(kind, &Value::Integer(id)).is_some();
        if !is_there(source, pair.0) || !is_there(target, pair.1) {
            return Err(no_row());
        }
        self.links.entry(link).or_default().insert(pair);
        Ok(())
    }

    /// Removes the pairs for which something holds, and counts them.
    pub(crate) fn separate(&mut self, link: Link, is_removed: impl Fn((i64, i64)) -> bool) -> u64 {
        let pairs = self.links.entry(link).or_default();
        let before = pairs.len();
        pairs.retain(|pair| !is_removed(*pair));
        (before - pairs.len()) as u64
    }
}

fn unique(kind: Kind, field: &str) -> Failure {
    format!("Unique {} [{field:?}]", kind.name())
}

fn no_row() -> Failure {
    "ForeignKey".to_owned()
}

/// An id of a model that is not set.
pub(crate) fn unset(model: &str, field: &str) -> Failure {
    format!("UnsetId {model} {field}")
}

/// Names of fields as a set of fields prints them.
pub(crate) fn set_of(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    format!("{{{}}}", names.join(", "))
}
