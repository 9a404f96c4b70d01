//! The metrics of durable receivers, with the feature `metrics`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use expect_test::expect;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use signals::durable::{self, Delivery, Event, Todo, Worker};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    attempts_are_counted_and_measured,
    the_status_is_recorded_as_gauges,
}

/// What was recorded, by the key of each metric.
#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<BTreeMap<String, Vec<f64>>>>);

/// One metric.
struct Metric {
    recorded: Recorded,
    key: String,
}

impl Recorded {
    fn metric(&self, key: &Key) -> Arc<Metric> {
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Metric { recorded: self.clone(), key: format!("{} {}", key.name(), labels.join(" ")) })
    }

    /// The metrics of a receiver whose names contain a word, and their values.
    fn of(&self, word: &str, receiver: &str) -> Vec<(String, Vec<f64>)> {
        let label = format!("receiver={receiver}");
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |key: &&String| key.contains(word) && key.split(' ').any(|part| part == label);
        recorded.keys().filter(is_meant).map(|key| (key.clone(), recorded[key].clone())).collect()
    }
}

impl Metric {
    fn change(&self, change: impl FnOnce(&mut Vec<f64>)) {
        let mut recorded = self.recorded.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(recorded.entry(self.key.clone()).or_default());
    }
}

impl CounterFn for Metric {
    fn increment(&self, by: u64) {
        let by = f64::from(u32::try_from(by).expect("small"));
        self.change(|values| *values = vec![values.first().copied().unwrap_or_default() + by]);
    }

    fn absolute(&self, _: u64) {
        unreachable!("the counters only count");
    }
}

impl GaugeFn for Metric {
    fn increment(&self, _: f64) {
        unreachable!("the gauges are set");
    }

    fn decrement(&self, _: f64) {
        unreachable!("the gauges are set");
    }

    fn set(&self, value: f64) {
        self.change(|values| *values = vec![value]);
    }
}

impl HistogramFn for Metric {
    fn record(&self, value: f64) {
        self.change(|values| values.push(value));
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.metric(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.metric(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.metric(key))
    }
}

#[model]
#[derive(Debug, Default)]
struct Reading {
    #[key]
    id: Id<Reading>,
    kind: String,
}

async fn save(db: &Db, kind: &str) -> Result<()> {
    Reading { kind: kind.to_owned(), ..Reading::default() }.save(db).await
}

type Tables = (Reading, Event, Todo);

/// Rule 109.
async fn attempts_are_counted_and_measured(database: &Database) -> TestResult {
    #[receiver(post_commit, sender = Reading, durable, retries = 1, id = "metrics::send", when = |event| event.instance.kind != "counted")]
    async fn send(instance: &Reading, delivery: &Delivery) -> Result<()> {
        match &*instance.kind {
            "late" if delivery.attempt() == 1 => Err(delivery.retry_after(Duration::ZERO).into()),
            "refused" => Err(delivery.give_up("refused").into()),
            _ => Ok(()),
        }
    }

    #[receiver(post_commit, sender = Reading, durable, id = "metrics::count", when = |event| event.instance.kind == "counted")]
    async fn count(tx: &mut Tx) {
        let _ = tx;
    }

    let recorded = Recorded::default();
    let db = database.connect_with::<Tables>(|options| options.on_error(|_| {})).await?;
    for kind in ["sent", "late", "refused", "counted"] {
        save(&db, kind).await?;
    }
    db.execute("UPDATE signals_event SET at = at - 60000000", &()).await?;
    let _guard = metrics::set_default_local_recorder(&recorded);
    Worker::new(&db).run_due().await?;
    expect![[r#"
        [
            (
                "signals_durable_attempts_total receiver=metrics::send outcome=dead",
                [
                    1.0,
                ],
            ),
            (
                "signals_durable_attempts_total receiver=metrics::send outcome=failed",
                [
                    1.0,
                ],
            ),
            (
                "signals_durable_attempts_total receiver=metrics::send outcome=succeeded",
                [
                    2.0,
                ],
            ),
        ]
    "#]]
    .assert_debug_eq(&recorded.of("attempts", "metrics::send"));
    let [(_, durations)] = &recorded.of("attempt_duration_seconds", "metrics::send")[..] else {
        panic!("one histogram")
    };
    assert!(durations.len() == 4 && durations.iter().all(|seconds| *seconds > 0.0 && *seconds < 10.0), "{durations:?}");
    let [(_, delays)] = &recorded.of("first_attempt_delay_seconds", "metrics::send")[..] else {
        panic!("one histogram")
    };
    assert!(delays.len() == 3 && delays.iter().all(|seconds| (60.0..90.0).contains(seconds)), "{delays:?}");
    let of_tx = recorded.of("", "metrics::count");
    let lengths: Vec<_> = of_tx.iter().map(|(name, values)| (&**name, values.len())).collect();
    let names = [
        "signals_durable_attempt_duration_seconds receiver=metrics::count",
        "signals_durable_attempts_total receiver=metrics::count outcome=succeeded",
        "signals_durable_first_attempt_delay_seconds receiver=metrics::count",
    ];
    assert_eq!(lengths, names.map(|name| (name, 1)));
    Ok(())
}

/// Rule 110.
async fn the_status_is_recorded_as_gauges(database: &Database) -> TestResult {
    #[receiver(post_commit, sender = Reading, durable, retries = 1, id = "metrics::store", when = |event| event.instance.kind == "stored")]
    async fn store(delivery: &Delivery) -> Result<()> {
        Err(match delivery.attempt() {
            1 => delivery.retry_after(Duration::from_hours(1)),
            _ => delivery.give_up("full"),
        }
        .into())
    }

    let recorded = Recorded::default();
    let db = database.connect_with::<Tables>(|options| options.on_error(|_| {})).await?;
    let _guard = metrics::set_default_local_recorder(&recorded);
    let gauges = async |receiver: &str| {
        durable::record_status(&db).await?;
        let gauge = |name: &str| recorded.of(name, receiver).first().map(|(_, values)| values[0].trunc());
        Ok::<_, Error>(
            ["waiting_calls", "running_calls", "late_calls", "dead_calls", "oldest_call_age_seconds"].map(gauge),
        )
    };
    assert_eq!(gauges("metrics::store").await?, [Some(0.0); 5]);
    save(&db, "stored").await?;
    save(&db, "stored").await?;
    db.execute("UPDATE signals_event SET at = at - 60000000", &()).await?;
    let [waiting, running, late, dead, age] = gauges("metrics::store").await?;
    assert_eq!([waiting, running, late, dead], [2.0, 0.0, 0.0, 0.0].map(Some));
    assert!(age.is_some_and(|age| (60.0..90.0).contains(&age)), "{age:?}");
    Worker::new(&db).run_due().await?;
    db.execute("UPDATE signals_todo SET due = 0 WHERE event = 1", &()).await?;
    Worker::new(&db).run_due().await?;
    assert_eq!(gauges("metrics::store").await?[..4], [1.0, 0.0, 1.0, 1.0].map(Some));
    // A receiver that is not linked has gauges while it has calls, and zeros afterwards.
    db.execute("UPDATE signals_todo SET receiver = 'metrics::old'", &()).await?;
    assert_eq!(gauges("metrics::old").await?[..4], [1.0, 0.0, 1.0, 1.0].map(Some));
    assert_eq!(gauges("metrics::store").await?, [Some(0.0); 5]);
    durable::discard_all(&db, "metrics::old").await?;
    assert_eq!(gauges("metrics::old").await?, [Some(0.0); 5]);
    Ok(())
}
