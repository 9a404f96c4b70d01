//! Tables: creating them from models, changing them with migrations, and comparing them with the models.
//!
//! What this folder may use: models as data, their SQL, and the database. `model/` imports nothing from here, and a driver does not
//! know that it exists.

mod check;
mod create;
mod ddl;
mod live;
pub mod migrate;

pub use crate::difference::{DifferenceKind, SchemaDifference};
