//! One attempt to call a receiver: in the transaction that has locked the call, or outside of a transaction with a lease.

use std::pin::pin;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use signals_core::BoxFuture;
use tokio::sync::Notify;

use super::backoff;
use super::claim::{self, Claimed};
use super::fence::Fence;
use super::receivers::{self, Call, Durables};
use crate::db::{Db, DbOrTx, Savepoint, Tx};
use crate::delivery::{Delivery, Place, Stored, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{self, Rule};

/// How an attempt has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
    /// It has failed, and no attempt follows.
    Dead,
    /// Another worker has the call now.
    Lost,
}

impl Outcome {
    fn of_finish(finished: bool) -> Self {
        if finished || fault::breaks(Rule::AckLast) { Self::Succeeded } else { Self::Lost }
    }

    /// How traces and metrics call it.
    #[cfg(any(feature = "tracing", feature = "metrics"))]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Lost => "lost",
        }
    }
}

/// An attempt.
pub(super) struct Attempt<'a> {
    pub(super) db: &'a Db,
    pub(super) durables: &'a Durables,
    /// How long events are kept after their last call.
    pub(super) keep: Duration,
}

impl Attempt<'_> {
    /// Calls a receiver in the transaction that has locked its call: all that it writes and the end of the call are committed together.
    /// `worker` is the one that has counted the attempt, if that happened before it began.
    pub(super) fn run_in<'a>(
        &'a self,
        tx: Tx,
        claimed: &'a Claimed,
        worker: Option<i64>,
    ) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.run_in_tx(tx, claimed, worker))
    }

    async fn run_in_tx(&self, tx: Tx, claimed: &Claimed, worker: Option<i64>) -> Result<Outcome> {
        let attempts = claimed.attempts + u32::from(worker.is_some());
        let fence = Fence { id: claimed.id, worker: worker.or(claimed.worker), attempts };
        #[cfg(signals_faults)]
        let tx = self.acknowledge_first(tx, &fence).await?;
        let (prepared, called) = match Prepared::new(claimed, self.durables) {
            Ok(prepared) => {
                let called = prepared.call_in(&tx, claimed).await;
                (Some(prepared), called)
            }
            Err(error) => (None, Err(error)),
        };
        let prepared = prepared.as_ref();
        fault::point("after_effect");
        #[cfg(signals_faults)]
        let tx = if called.is_ok() && fault::breaks(Rule::OneTransaction) { self.split(tx).await? } else { tx };
        let ended = match called {
            Ok(()) => fence.finish_locked(&tx, self.finished(claimed.event)).await.map(Outcome::of_finish),
            Err(error) => self.fail(DbOrTx::Tx(&tx), &fence, claimed, prepared, error).await,
        };
        let committed = match ended {
            Ok(Outcome::Lost) => tx.rollback().await.map(|()| Outcome::Lost),
            Ok(outcome) => {
                fault::point("before_end");
                tx.commit().await.map(|()| outcome)
            }
            Err(error) => tx.rollback().await.and(Err(error)),
        };
        fault::point("after_end");
        match committed {
            Ok(outcome) => Ok(outcome),
            // Whether it was committed is unknown: then the call is gone, or it is repeated.
            Err(error)
                if matches!(error.kind(), ErrorKind::CommitUnknown { .. } | ErrorKind::ConnectionLost { .. }) =>
            {
                Err(error)
            }
            Err(error) => self.fail(DbOrTx::Db(self.db), &fence, claimed, prepared, error).await,
        }
    }

    /// Calls a receiver outside of a transaction, while the worker has leased its call.
    pub(super) fn run_leased<'a>(
        &'a self,
        claimed: &'a Claimed,
        worker: i64,
        lost: &'a Notify,
    ) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(self.run_outside(claimed, worker, lost))
    }

    async fn run_outside(&self, claimed: &Claimed, worker: i64, lost: &Notify) -> Result<Outcome> {
        let fence = Fence { id: claimed.id, worker: Some(worker), attempts: claimed.attempts + 1 };
        #[cfg(signals_faults)]
        if fault::breaks(Rule::AckLast) {
            fence.finish(DbOrTx::Db(self.db), self.db.dialect(), None).await?;
        }
        let (prepared, called) = match Prepared::new(claimed, self.durables) {
            Ok(prepared) => {
                let called = tokio::select! {
                    called = prepared.call_outside(self.db, claimed) => called,
                    () = lost.notified() => return Ok(Outcome::Lost),
                };
                (Some(prepared), called)
            }
            Err(error) => (None, Err(error)),
        };
        fault::point("after_effect");
        let on = DbOrTx::Db(self.db);
        match called {
            Ok(()) => {
                let finished = fence.finish(on, self.db.dialect(), self.finished(claimed.event)).await;
                finished.map(Outcome::of_finish)
            }
            Err(error) => self.fail(on, &fence, claimed, prepared.as_ref(), error).await,
        }
    }

    /// The event, if it is deleted with its last call.
    fn finished(&self, event: i64) -> Option<i64> {
        self.keep.is_zero().then_some(event)
    }

    async fn fail(
        &self,
        on: DbOrTx<'_>,
        fence: &Fence,
        claimed: &Claimed,
        prepared: Option<&Prepared>,
        error: Error,
    ) -> Result<Outcome> {
        let attempt = claimed.attempts + 1;
        let (attempts, again) = match prepared {
            Some(prepared) => (attempt, prepared.again(attempt)),
            // Another program can make the call, and has all of its attempts. Until then, the attempts become rare.
            None => (claimed.attempts, Some(left_to_others(claimed.at))),
        };
        // PostgreSQL stores no NUL in text.
        let message = error.to_string().replace('\0', "\\0");
        let noted = fence.fail(on, self.db.dialect(), attempts, again, &message).await?;
        let receiver = claimed.receiver.clone();
        self.db.report(ErrorKind::Delivery { receiver, event: claimed.event, attempt, again, source: error }.into());
        Ok(match (noted, again) {
            (true, Some(_)) => Outcome::Failed,
            (true, None) => Outcome::Dead,
            (false, _) => Outcome::Lost,
        })
    }
}

/// What breaks the rules on purpose.
#[cfg(signals_faults)]
impl Attempt<'_> {
    async fn acknowledge_first(&self, tx: Tx, fence: &Fence) -> Result<Tx> {
        if !fault::breaks(Rule::AckLast) {
            return Ok(tx);
        }
        fence.finish(DbOrTx::Tx(&tx), self.db.dialect(), None).await?;
        self.split(tx).await
    }

    /// Commits, and begins another transaction.
    async fn split(&self, tx: Tx) -> Result<Tx> {
        tx.commit().await?;
        fault::point("after_split");
        self.db.begin().await
    }
}

/// After which time a call that this program cannot make is looked at again, by the time since its event was stored.
fn left_to_others(stored: SystemTime) -> Duration {
    (stored.elapsed().unwrap_or_default() / 10).clamp(Duration::from_secs(1), Duration::from_mins(10))
}

/// A call that this program can make: it has the receiver, and knows the version of the event.
struct Prepared {
    call: Call,
    delivery: Delivery,
}

impl Prepared {
    fn new(claimed: &Claimed, durables: &Durables) -> Result<Self> {
        let Claimed { receiver, signal, sender, event, key, at, attempts, .. } = claimed;
        let call =
            durables.find(receiver, signal, sender).ok_or_else(|| receivers::unknown(receiver, signal, sender))?;
        call.check_version(claimed.version)?;
        let delivery = Delivery {
            event: *event,
            receiver: &call.receiver.id.name,
            key: key.clone(),
            attempt: attempts + 1,
            at: *at,
            verdict: Mutex::new(None),
        };
        Ok(Self { call, delivery })
    }

    async fn call_in(&self, tx: &Tx, claimed: &Claimed) -> Result<()> {
        self.check_attempts(claimed)?;
        let db = with_carried(tx.db(), claimed)?;
        let context = db.context().clone();
        let fields = claim::fields(claimed.event, &claimed.payload)?;
        let mut savepoint = Savepoint::open(&tx.in_db(db), tx.began())?;
        let inside = savepoint.tx.handle();
        let place = Place::CalledInTx { tx: &mut savepoint.tx, context: &context, delivery: &self.delivery };
        let called = inside.inside(pin!(self.call(Stored { version: claimed.version, fields, place }))).await;
        savepoint.end(called)
    }

    async fn call_outside(&self, db: &Db, claimed: &Claimed) -> Result<()> {
        self.check_attempts(claimed)?;
        let db = &with_carried(db, claimed)?;
        let fields = claim::fields(claimed.event, &claimed.payload)?;
        let place = Place::Called { db, delivery: &self.delivery };
        self.call(Stored { version: claimed.version, fields, place }).await
    }

    /// Fails if the attempts before ended with their processes, which may have been the receiver's doing.
    fn check_attempts(&self, claimed: &Claimed) -> Result<()> {
        if claimed.attempts > self.call.durability.retries {
            return Err(Error::other("the process of the worker has ended during the last attempt"));
        }
        Ok(())
    }

    async fn call(&self, stored: Stored<'_>) -> Result<()> {
        self.call.run(stored).await?;
        self.delivery.verdict().map_or(Ok(()), |verdict| Err(verdict.error().into()))
    }

    /// After which time a failed call is repeated. `None` if it is dead.
    fn again(&self, attempt: u32) -> Option<Duration> {
        if attempt > self.call.durability.retries {
            return None;
        }
        match self.delivery.verdict() {
            Some(Verdict::GiveUp(_)) => None,
            Some(Verdict::RetryAfter(time)) => Some(time),
            None => Some(backoff::after(attempt, self.call.durability.backoff)),
        }
    }
}

fn with_carried(db: &Db, claimed: &Claimed) -> Result<Db> {
    claimed.context.as_deref().map_or_else(|| Ok(db.clone()), |context| db.with_carried(context))
}
