//! docs/behaviour.md, "many-to-many".

mod committed;
mod django;
mod relations;
mod signals;
mod transactions;
