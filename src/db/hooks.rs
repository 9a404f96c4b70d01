//! Hooks that run after a commit or a rollback.

use std::pin::Pin;
use std::task::{Context, Poll};

use signals_core::__private::{Panicked, catch_panic, discard};

use super::Db;
use super::driver::CommitOutcome;
use super::hook::{Hook, QueuedAt, RunningHook};
use super::savepoint_stack::SavepointState;
use crate::error::{Error, ErrorKind};
use crate::transaction_end::TransactionEnd;

/// Runs all hooks one after the other, even if one fails.
pub(super) struct Hooks {
    db: Db,
    waiting: std::vec::IntoIter<Hook>,
    running: Option<(QueuedAt, RunningHook)>,
    /// Whether this is a task that replaces a dropped future.
    rescue: bool,
}

impl Hooks {
    pub(super) fn new(db: Db, hooks: Vec<Hook>) -> Self {
        Self { db, waiting: hooks.into_iter(), running: None, rescue: false }
    }

    fn report(&self, QueuedAt { after, at: queued }: QueuedAt, error: Error) {
        self.db.report(ErrorKind::Hook { after, queued, source: error }.into());
    }
}

impl Future for Hooks {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let this = &mut *self;
            let Some((queued, future)) = &mut this.running else {
                let Some(Hook { queued, db, start }) = this.waiting.next() else {
                    return Poll::Ready(());
                };
                let db = Db::clone(db.as_deref().unwrap_or(&this.db));
                match catch_panic(|| start(db)) {
                    Ok(future) => this.running = Some((queued, future)),
                    Err(panic) => this.report(queued, panicked(panic)),
                }
                continue;
            };
            let queued = *queued;
            // A future that panicked is dropped and not polled again, so that its broken state is never observed.
            let result = match catch_panic(|| future.as_mut().poll(context)) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(result)) => result,
                Err(panic) => Err(panicked(panic)),
            };
            discard(this.running.take());
            if let Err(error) = result {
                this.report(queued, error);
            }
        }
    }
}

/// The transaction is over, so that its hooks must run even if the caller's future is dropped: a web server drops the future of
/// a request when the client disconnects.
impl Drop for Hooks {
    fn drop(&mut self) {
        if self.running.is_none() && self.waiting.len() == 0 {
            return;
        }
        let rest = Self {
            db: self.db.clone(),
            waiting: std::mem::take(&mut self.waiting),
            running: self.running.take(),
            rescue: true,
        };
        // A runtime that shuts down drops the task immediately. Spawning again would never end.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if !self.rescue => drop(runtime.spawn(rest)),
            _ => rest.give_up(),
        }
    }
}

/// Waits for a COMMIT whose future was dropped, and runs the hooks of its result.
pub(super) fn after(db: Db, state: SavepointState, outcome: CommitOutcome) {
    let undecided = Undecided(Some((db, state)));
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            let mut undecided = undecided;
            let committed = outcome.await;
            let Some((db, state)) = undecided.0.take() else { return };
            let end = match committed {
                Ok(()) => TransactionEnd::Commit,
                Err(error) => {
                    let unknown = matches!(error.kind(), ErrorKind::CommitUnknown { .. });
                    db.report(error);
                    if unknown {
                        return state.discard();
                    }
                    TransactionEnd::Rollback
                }
            };
            let mut hooks = Hooks::new(db, state.hooks(end));
            hooks.rescue = true;
            hooks.await;
        });
    }
}

/// The hooks that wait for the answer to a COMMIT. If the runtime stops, they are reported as not run.
struct Undecided(Option<(Db, SavepointState)>);

impl Drop for Undecided {
    fn drop(&mut self) {
        if let Some((db, state)) = self.0.take() {
            Hooks::new(db, state.hooks(TransactionEnd::Commit)).give_up();
        }
    }
}

impl Hooks {
    fn give_up(mut self) {
        let running = self.running.take().map(|(queued, future)| {
            discard(future);
            queued
        });
        let waiting = std::mem::take(&mut self.waiting).map(|Hook { queued, db, start }| {
            discard((db, start));
            queued
        });
        for queued in running.into_iter().chain(waiting) {
            self.report(queued, Error::other("it did not run to its end, because the runtime has stopped"));
        }
    }
}

fn panicked(Panicked { message }: Panicked) -> Error {
    ErrorKind::Panic { message }.into()
}
