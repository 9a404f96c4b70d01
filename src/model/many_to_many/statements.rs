//! The statements of one side of a relation.

/// The first parameter is the id of the row on this side, the second an id or a list of ids of the other side.
#[derive(Debug)]
pub(super) struct Statements {
    /// INSERT of the rows that relate it to a list, those that are there left out.
    pub(super) add: Box<str>,
    /// The same, which returns the two ids of each row that was inserted.
    pub(super) add_and_return: Box<str>,
    /// DELETE of the rows that relate it to a list.
    pub(super) remove: Box<str>,
    /// DELETE of every row that relates it.
    pub(super) clear: Box<str>,
    /// SELECT of the through rows that `remove` deletes.
    pub(super) removed: Box<str>,
    /// SELECT of the through rows that `clear` deletes.
    pub(super) cleared: Box<str>,
    /// SELECT of those of a list that it is related to.
    pub(super) among: Box<str>,
    /// SELECT of the ids that it is related to.
    pub(super) ids: Box<str>,
    /// SELECT of the rows that it is related to.
    pub(super) all: Box<str>,
    /// SaveMode many they are.
    pub(super) count: Box<str>,
    /// Whether an id is one of them.
    pub(super) contains: Box<str>,
}
