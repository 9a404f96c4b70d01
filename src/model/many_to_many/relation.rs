//! A relation, without the types of its models: what reads and changes one is compiled once.

use std::sync::OnceLock;

use signals_core::__private::SignalState;

use super::AnyIds;
use super::changed::M2mChanged;
use super::committed::M2mCommit;
use super::statements::Statements;
use crate::db::Dialect;
use crate::error::{Error, Result};
use crate::model::{AnyModel, Meta};
use crate::value::ValueRef;

/// The data of one relation, in both directions.
pub(super) struct Both {
    pub(super) changed: SignalState<M2mChanged<'static, dyn AnyModel>>,
    pub(super) committed: SignalState<M2mCommit<'static, dyn AnyModel>>,
    /// The field of the through model that points to the model with the `#[many_to_many]` field.
    pub(super) source: FieldOf,
    /// The field that points to the other model.
    pub(super) target: FieldOf,
    pub(super) symmetry: Symmetry,
    /// One for each dialect and direction.
    pub(super) statements: [[OnceLock<Statements>; 2]; 2],
}

/// A field of the through model.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum FieldOf {
    At(usize),
    Called(&'static str),
}

impl FieldOf {
    /// Its index among the columns of the model.
    pub(super) fn of(self, through: &Meta) -> usize {
        match self {
            Self::At(index) => index,
            Self::Called(name) => match through.fields.iter().position(|field| field.name == name) {
                Some(index) => index,
                // The compiler has checked that there is one.
                None => unreachable!("`{}` has no column `{name}`", through.name),
            },
        }
    }
}

/// Whether the relation is symmetrical: a row that is related to another one is also related from it.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symmetry {
    Symmetrical,
    Asymmetrical,
}

/// The through model of a many-to-many relation, from one of its sides.
#[derive(Clone, Copy)]
pub(crate) struct Pairs {
    pub(in crate::model) through: &'static Meta,
    /// The column that points to this side.
    pub(in crate::model) near: usize,
    /// The column that points to the other side.
    pub(in crate::model) far: usize,
    /// The model of the other side.
    pub(in crate::model) far_model: &'static Meta,
}

/// A relation, from one of its sides.
#[derive(Clone, Copy)]
pub(super) struct Relation {
    pub(super) both: &'static Both,
    pub(super) through: &'static Meta,
    /// The model of the other side.
    pub(super) far_model: &'static Meta,
    /// The field of the through model that points to this side.
    pub(super) near: usize,
    /// The field of the through model that points to the other side.
    pub(super) far: usize,
    /// Whether this side is the one without the field.
    pub(super) is_reverse: bool,
    /// The ids of rows of the other side, with their type.
    pub(super) typed: fn(&[i64]) -> Box<dyn AnyIds>,
}

impl Relation {
    /// Its SQL, written at the first use.
    pub(super) fn statements(&self, dialect: Dialect) -> &'static Statements {
        let statements = &self.both.statements[dialect as usize][usize::from(self.is_reverse)];
        statements.get_or_init(|| Statements::of(self, dialect))
    }

    pub(super) fn is_symmetrical(&self) -> bool {
        self.both.symmetry == Symmetry::Symmetrical
    }

    /// The error of an unset id, of the side that this field points to.
    pub(super) fn unset(&self, field: usize) -> Error {
        self.through.unset_id(self.through.fields[field].name)
    }
}

/// Makes a row of a through model that the user wrote, whose foreign keys are not set yet.
pub(super) type MakeRow<'a> = Box<dyn Fn() -> Box<dyn AnyModel> + Send + Sync + 'a>;

/// A row, and a relation of it.
pub(super) struct Subject<'a> {
    pub(super) relation: Relation,
    pub(super) row: &'a dyn AnyModel,
    /// `None` if the through model is generated.
    pub(super) make_row: Option<MakeRow<'a>>,
    /// Whether it is a raw write of a fixture.
    pub(super) raw: bool,
}

impl Subject<'_> {
    /// The id of the row. An unset id is an error.
    pub(super) fn id(&self) -> Result<i64> {
        match self.row.key() {
            ValueRef::Integer(id) => Ok(id),
            _ => Err(self.relation.unset(self.relation.near)),
        }
    }
}
