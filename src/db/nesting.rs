//! The transactions whose bodies contain the running code.
//!
//! This belongs to the call chain and not to the thread: the future of a body sets it during each poll, so that it is correct
//! on every thread on which the task runs, and a task that the body spawned does not have it.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::pin::Pin;

use super::Db;
use crate::error::{Error, ErrorKind, Result};

/// The body of a transaction that is being polled.
#[derive(Clone, Copy)]
struct Body {
    db: usize,
    began: &'static Location<'static>,
}

thread_local! {
    /// The innermost body. It is separate from the others because most code is in one body at most, of one database.
    static INNERMOST: Cell<Option<Body>> = const { Cell::new(None) };
    /// The bodies around the innermost one.
    static OUTER: RefCell<Vec<Body>> = const { RefCell::new(Vec::new()) };
}

/// Refuses a transaction inside the body of another one of this database, because it would not be part of the outer one.
pub(super) fn refuse(db: &Db) -> Result<()> {
    outer(db).map_or(Ok(()), |outer| Err(ErrorKind::NestedTransaction { outer }.into()))
}

/// Where the innermost transaction of this database began whose body contains the running code.
pub(super) fn outer(db: &Db) -> Option<&'static Location<'static>> {
    let id = id(db);
    let is_outer = |body: &Body| body.db == id;
    let outer = INNERMOST.get().filter(is_outer);
    let outer = outer.or_else(|| OUTER.with_borrow(|bodies| bodies.iter().rev().copied().find(is_outer)));
    outer.map(|outer| outer.began)
}

/// Runs the body of a transaction, or receivers in it, and returns its error as ours. It is pinned by the caller, so that it is not
/// stored twice.
pub(super) fn body<T, E: Into<Error>>(
    db: &Db,
    began: &'static Location<'static>,
    mut body: Pin<&mut impl Future<Output = Result<T, E>>>,
) -> impl Future<Output = Result<T>> {
    let db = id(db);
    std::future::poll_fn(move |context| {
        let _inside = Inside::of(Body { db, began });
        // Converted here: the error of a dispatch is large, and would be copied even if there is none.
        body.as_mut().poll(context).map_err(Into::into)
    })
}

/// Every clone is the same database.
fn id(db: &Db) -> usize {
    std::sync::Arc::as_ptr(&db.shared).addr()
}

/// Marks the running code as inside a body until it is dropped.
struct Inside {
    /// Whether there is a body around it, which becomes the innermost one again.
    is_nested: bool,
}

impl Inside {
    #[inline]
    fn of(body: Body) -> Self {
        let outer = INNERMOST.replace(Some(body));
        if let Some(outer) = outer {
            OUTER.with_borrow_mut(|bodies| bodies.push(outer));
        }
        Self { is_nested: outer.is_some() }
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        INNERMOST.set(if self.is_nested { OUTER.with_borrow_mut(Vec::pop) } else { None });
    }
}
