//! The transactions whose bodies contain the running code.
//!
//! This belongs to the call chain and not to the thread: the future of a body sets it during each poll, so that it is correct
//! on every thread on which the task runs, and a task that the body spawned does not have it.

use std::cell::RefCell;
use std::panic::Location;
use std::pin::Pin;

use super::Db;
use crate::error::{ErrorKind, Result};

/// The body of a transaction that is being polled.
struct Body {
    db: usize,
    began: &'static Location<'static>,
}

thread_local! {
    static BODIES: RefCell<Vec<Body>> = const { RefCell::new(Vec::new()) };
}

/// Refuses a transaction inside the body of another one of this database, because it would not be part of the outer one.
pub(super) fn refuse(db: &Db) -> Result<()> {
    let id = id(db);
    let outer = BODIES.with_borrow(|bodies| bodies.iter().rev().find(|body| body.db == id).map(|body| body.began));
    outer.map_or(Ok(()), |outer| Err(ErrorKind::NestedTransaction { outer }.into()))
}

/// Runs the body of a transaction, or receivers in it. It is pinned by the caller, so that it is not stored twice.
pub(super) fn body<F: Future>(
    db: &Db,
    began: &'static Location<'static>,
    mut body: Pin<&mut F>,
) -> impl Future<Output = F::Output> {
    let db = id(db);
    std::future::poll_fn(move |context| {
        let _inside = Inside::of(Body { db, began });
        body.as_mut().poll(context)
    })
}

/// Every clone is the same database.
fn id(db: &Db) -> usize {
    std::sync::Arc::as_ptr(&db.shared).addr()
}

/// Marks the running code as inside a body until it is dropped.
struct Inside;

impl Inside {
    fn of(body: Body) -> Self {
        BODIES.with_borrow_mut(|bodies| bodies.push(body));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        BODIES.with_borrow_mut(Vec::pop);
    }
}
