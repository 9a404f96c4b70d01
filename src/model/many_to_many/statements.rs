//! The statements of one side of a relation.

/// The first parameter is the id of the row on this side, the second an id or a list of ids of the other side.
#[derive(Debug)]
pub(super) struct Statements {
    /// INSERT of the rows that relate it to a list of ids, except existing ones.
    pub(super) add: Box<str>,
    /// The same, returning the two ids of each inserted row.
    pub(super) add_and_return: Box<str>,
    /// DELETE of the rows that relate it to a list of ids.
    pub(super) remove: Box<str>,
    /// DELETE of every row that relates it.
    pub(super) clear: Box<str>,
    /// SELECT of the through rows that `remove` deletes.
    pub(super) removed: Box<str>,
    /// SELECT of the through rows that `clear` deletes.
    pub(super) cleared: Box<str>,
    /// SELECT of the ids of a list that it is related to.
    pub(super) among: Box<str>,
    /// SELECT of the ids that it is related to.
    pub(super) ids: Box<str>,
    /// SELECT of the rows that it is related to.
    pub(super) all: Box<str>,
    /// SELECT of their number.
    pub(super) count: Box<str>,
    /// SELECT of whether an id is one of them.
    pub(super) contains: Box<str>,
}
