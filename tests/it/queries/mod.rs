//! docs/behaviour.md, "Queries": what typed queries find, and how they change rows.

mod basics;
mod changes;
#[cfg(all(feature = "chrono", feature = "jiff", feature = "serde_json", feature = "uuid"))]
mod lists;
mod locks;
mod null_and_order;
#[cfg(all(feature = "chrono", feature = "jiff", feature = "serde_json", feature = "uuid"))]
mod random;
mod relations;
