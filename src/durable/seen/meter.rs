//! Metrics of durable receivers, for the recorder of the program.

use std::collections::BTreeSet;
use std::sync::{Mutex, Once, PoisonError};
use std::time::Instant;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::db::Db;
use crate::durable::claim::Claimed;
use crate::durable::status::status;
use crate::error::Result;

const ATTEMPTS: &str = "signals_durable_attempts_total";
const DURATION: &str = "signals_durable_attempt_duration_seconds";
const DELAY: &str = "signals_durable_first_attempt_delay_seconds";
const WAITING: &str = "signals_durable_waiting_calls";
const RUNNING: &str = "signals_durable_running_calls";
const LATE: &str = "signals_durable_late_calls";
const DEAD: &str = "signals_durable_dead_calls";
const OLDEST: &str = "signals_durable_oldest_call_age_seconds";

/// Says what the metrics are, once.
fn describe() {
    static DESCRIBED: Once = Once::new();
    DESCRIBED.call_once(|| {
        describe_counter!(ATTEMPTS, Unit::Count, "Attempts to call durable receivers that have ended, by outcome");
        describe_histogram!(DURATION, Unit::Seconds, "How long attempts to call durable receivers took");
        describe_histogram!(DELAY, Unit::Seconds, "Time from the storing of an event to the first attempt of a call");
        describe_gauge!(WAITING, Unit::Count, "Calls of durable receivers that wait, also those in a transaction");
        describe_gauge!(RUNNING, Unit::Count, "Calls of durable receivers that run outside of a transaction");
        describe_gauge!(LATE, Unit::Count, "Calls of durable receivers that wait and have failed at least once");
        describe_gauge!(DEAD, Unit::Count, "Calls of durable receivers that are not repeated any more");
        describe_gauge!(OLDEST, Unit::Seconds, "Age of the oldest event of which a call waits or runs, 0 without one");
    });
}

/// An attempt that is counted and measured when this is dropped.
pub(super) struct Meter {
    receiver: String,
    begun: Instant,
    outcome: &'static str,
}

impl Meter {
    pub(super) fn new(claimed: &Claimed) -> Self {
        describe();
        let receiver = claimed.receiver.clone();
        if claimed.attempts == 0 {
            histogram!(DELAY, "receiver" => receiver.clone()).record(claimed.at.elapsed().unwrap_or_default());
        }
        // The connection was lost, or the attempt was dropped.
        Self { receiver, begun: Instant::now(), outcome: "unknown" }
    }

    pub(super) fn end(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let receiver = std::mem::take(&mut self.receiver);
        histogram!(DURATION, "receiver" => receiver.clone()).record(self.begun.elapsed());
        counter!(ATTEMPTS, "receiver" => receiver, "outcome" => self.outcome).increment(1);
    }
}

/// Sets the gauges of the `metrics` crate to what [`status`](crate::durable::status()) says. Call it when the metrics are read, for example in the
/// handler of `/metrics`, and in one process only: it reads the whole table `signals_todo`.
///
/// | gauge, by `receiver` | |
/// |---|---|
/// | `signals_durable_waiting_calls` | calls that wait |
/// | `signals_durable_running_calls` | calls that run outside of a transaction |
/// | `signals_durable_late_calls` | calls that wait, and have failed at least once |
/// | `signals_durable_dead_calls` | calls that are dead |
/// | `signals_durable_oldest_call_age_seconds` | how long ago the oldest event was stored of which a call waits or runs; 0 without one |
///
/// The gauges have no label for the database. A program with several databases gives its own gauges such a label, and sets them to
/// what `status` returns.
///
/// ```
/// use signals::durable;
/// use signals::prelude::*;
///
/// /// The body of the answer to `GET /metrics`. `render` is that of `metrics_exporter_prometheus::PrometheusHandle`.
/// async fn metrics(db: &Db, render: impl Fn() -> String) -> Result<String> {
///     durable::record_status(db).await?;
///     Ok(render())
/// }
/// # fn main() {}
/// ```
///
/// # Errors
/// Errors of the database.
pub async fn record_status(db: &Db) -> Result<()> {
    /// The receivers whose gauges were set: those that have no calls any more are set to 0.
    static RECORDED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let status = status(db).await?;
    describe();
    let mut recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    recorded.retain(|receiver| !status.iter().any(|status| status.receiver == *receiver));
    for receiver in std::mem::take(&mut *recorded) {
        set(&receiver, [0.0; 5]);
    }
    for status in &status {
        let age = status.oldest_age().unwrap_or_default().as_secs_f64();
        let counts = [status.waiting, status.running, status.late, status.dead].map(float);
        let [waiting, running, late, dead] = counts;
        set(&status.receiver, [waiting, running, late, dead, age]);
        recorded.insert(status.receiver.clone());
    }
    Ok(())
}

fn set(receiver: &str, values: [f64; 5]) {
    for (name, value) in [WAITING, RUNNING, LATE, DEAD, OLDEST].into_iter().zip(values) {
        gauge!(name, "receiver" => receiver.to_owned()).set(value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, which is exact up to 2^53 calls")]
fn float(count: u64) -> f64 {
    count as f64
}
