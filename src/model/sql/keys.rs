//! Keys as the parameters of a statement.

use crate::value::{Value, ValueRef};

/// The largest number of keys in one statement.
pub(in crate::model) const KEYS: usize = 512;

/// The keys as parameters. The last one is repeated up to a power of two, so that a model needs ten statements instead of one
/// for each number of keys.
pub(in crate::model) fn padded(keys: &[Value]) -> Vec<ValueRef<'_>> {
    let last = keys.last().map(ValueRef::from);
    keys.iter().map(ValueRef::from).chain(last.into_iter().cycle()).take(keys.len().next_power_of_two()).collect()
}
