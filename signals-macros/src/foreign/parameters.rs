//! Parameters of a receiver.

use super::row::{Place, Row, row};

const PARAMETER: &[Place] = &[Place::Parameter];

pub(super) const ROWS: &[Row] = &[row(
    PARAMETER,
    &["kwargs", "args"],
    "a receiver takes no `{}`: it asks for fields of the payload by name",
    "leave it out, or take the whole payload as `event`",
)];
