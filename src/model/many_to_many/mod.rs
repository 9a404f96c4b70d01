//! Many-to-many: rows of two models are related by rows of a third one, the through model.
//!
//! The algorithm is that of Django's `create_forward_many_to_many_manager`.

mod changed;
mod checks;
mod committed;
mod field;
mod history;
mod ids;
mod methods;
mod read;
mod related;
mod relation;
mod rows;
mod sql;
mod statements;
mod through;
mod write;

pub use changed::{M2mAction, M2mChanged, Side, m2m_changed};
pub use checks::{Compared, DifferentModel, FieldIndex, PointsOnceTo, SameModel};
pub use committed::{CommittedSide, M2mCommit, m2m_commit};
pub use field::{HoldsRows, ManyToMany, RelatesTo, RowsOf};
pub use ids::{AnyIds, RelatedIds};
pub use related::Related;
pub(super) use related::pairs;
pub(super) use relation::Pairs;
pub use relation::{FieldOf, Symmetry};
pub use through::{Direction, Forward, Link, Reverse, Through};
pub(super) use write::load_related;
