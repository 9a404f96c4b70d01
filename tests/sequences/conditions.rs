//! The conditions of bulk operations.

use signals::db::Params;

use crate::rows::Value;

/// SQL, and the rows that it holds for.
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) parameter: Option<Value>,
    /// The keys of the rows.
    pub(crate) keys: Vec<Value>,
}

impl Condition {
    pub(crate) fn params(&self) -> Box<dyn Params + '_> {
        match &self.parameter {
            None | Some(Value::Null) => Box::new(()),
            Some(Value::Integer(number)) => Box::new((*number,)),
            Some(Value::Text(text)) => Box::new((&**text,)),
        }
    }
}
