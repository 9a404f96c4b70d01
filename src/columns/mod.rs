//! Types of other crates that are columns, each behind a feature of the crate's name.

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "serde_json")]
mod json;
#[cfg(any(feature = "jiff", feature = "chrono"))]
mod time;
#[cfg(feature = "uuid")]
mod uuid;

#[cfg(feature = "serde_json")]
pub use self::json::Json;
#[cfg(feature = "fixtures")]
pub(crate) use self::json::read_around;
