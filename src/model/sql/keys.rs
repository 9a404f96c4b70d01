//! Keys as the parameters of a statement.

use crate::value::{Value, ValueRef};

/// The largest number of keys in one statement.
pub(in crate::model) const KEYS: usize = 512;

/// The keys as parameters.
pub(in crate::model) fn borrowed(keys: &[Value]) -> Vec<ValueRef<'_>> {
    keys.iter().map(ValueRef::from).collect()
}

/// The last key is repeated up to a power of two, so that a model needs ten statements instead of one for each number of keys.
pub(in crate::model) fn padded(mut keys: Vec<ValueRef<'_>>) -> Vec<ValueRef<'_>> {
    if let Some(&last) = keys.last() {
        keys.resize(keys.len().next_power_of_two(), last);
    }
    keys
}
