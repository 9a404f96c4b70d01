//! docs/behaviour.md, "many-to-many".

mod django;
mod relations;
mod signals;
mod transactions;
