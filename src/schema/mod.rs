//! Tables: creating them from models, changing them with migrations, and comparing them with the models.
//!
//! What this folder may use: models as data, their SQL, and the database. `model/` imports nothing from here, and a driver does not
//! know that it exists.

#![cfg_attr(
    not(feature = "migrate"),
    allow(dead_code, reason = "only migrations read all tables and compare them exactly")
)]

mod check;
mod create;
mod create_table;
mod ddl;
mod extra;
mod live;
pub mod migrate;
mod table;
#[cfg(feature = "migrate")]
mod write;

pub use crate::difference::{DifferenceKind, SchemaDifference};
