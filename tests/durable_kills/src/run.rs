//! One run: faults, then rest until no call waits, then the check.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use signals::prelude::*;
use tokio::time::sleep;

use crate::Failure;
use crate::checker;
use crate::database::{Choice, Database};
use crate::faults::Faults;
use crate::processes::{Process, Role};

/// How long the calls that wait may take after the faults.
const REST: Duration = Duration::from_mins(1);

/// What a run does.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) choice: Choice,
    /// It ends after so many kills. Without kills there are no other faults, and it ends after four seconds.
    pub(crate) kills: u64,
    /// How often the server is stopped.
    pub(crate) stops: u64,
    /// The rule that is broken on purpose.
    pub(crate) mutation: Option<&'static str>,
    /// How often a worker is paused for longer than its leases, in percent of the rounds.
    pub(crate) pauses: u64,
    pub(crate) seed: u64,
}

impl Plan {
    pub(crate) fn kills(choice: Choice, kills: u64) -> Self {
        let seed = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_secs());
        Self { choice, kills, stops: 0, mutation: None, pauses: 2, seed }
    }

    pub(crate) fn calm(choice: Choice) -> Self {
        Self::kills(choice, 0)
    }
}

/// What a run has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) kills: u64,
    pub(crate) at_points: u64,
    pub(crate) pauses: u64,
    pub(crate) terminated: u64,
    pub(crate) cuts: u64,
    pub(crate) stops: u64,
    pub(crate) committed: u64,
    pub(crate) events: u64,
    pub(crate) effects: u64,
    /// Effects of receivers without `tx` that happened again.
    pub(crate) repeated: u64,
    pub(crate) dead: u64,
    pub(crate) seconds: u64,
    /// By rule.
    pub(crate) mistakes: BTreeMap<&'static str, Vec<String>>,
}

impl Seen {
    pub(crate) const HEAD: &'static str = "| database | kills | of these at failpoints | pauses | backends ended | COMMITs cut | server stops | committed | \
        calls | effects | repeated without `tx` | dead on purpose | mistakes | seconds |\n\
        |---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

    pub(crate) fn mistake(&mut self, rule: &'static str, what: String) {
        self.mistakes.entry(rule).or_default().push(what);
    }

    pub(crate) fn has_faults(&self) -> bool {
        self.kills + self.pauses + self.terminated + self.cuts + self.stops > 0
    }

    pub(crate) fn print_mistakes(&self) {
        for (rule, places) in &self.mistakes {
            println!("BROKEN: {rule}: {} times, such as", places.len());
            places.iter().take(5).for_each(|place| println!("    {place}"));
        }
    }

    pub(crate) fn line(&self, choice: Choice) -> String {
        let Self {
            kills,
            at_points,
            pauses,
            terminated,
            cuts,
            stops,
            committed,
            events,
            effects,
            repeated,
            dead,
            seconds,
            ..
        } = self;
        let mistakes: usize = self.mistakes.values().map(Vec::len).sum();
        format!(
            "| {choice:?} | {kills} | {at_points} | {pauses} | {terminated} | {cuts} | {stops} | {committed} | {events} | {effects} | \
             {repeated} | {dead} | {mistakes} | {seconds} |"
        )
    }
}

/// Carries out a run. `None` if this machine has no such database.
pub(crate) async fn run(plan: &Plan) -> Result<Option<Seen>, Failure> {
    let Some(database) = Database::create(plan.choice).await? else { return Ok(None) };
    println!("{:?}: {} kills, seed {}", plan.choice, plan.kills, plan.seed);
    let begun = Instant::now();
    let db = database.create_tables().await?;
    if let Some(proxy) = database.proxy.as_ref().filter(|_| plan.kills == 0) {
        proxy.calm();
    }
    let mut seen = Seen::default();
    Faults::new(plan, &database, &db)?.cause(&mut seen).await?;
    if let Some(proxy) = &database.proxy {
        seen.cuts = proxy.cuts();
        proxy.calm();
    }
    rest(plan, &database, &db, &mut seen).await?;
    checker::check(&db, &mut seen).await?;
    seen.seconds = begun.elapsed().as_secs();
    drop(db);
    if seen.mistakes.is_empty() || plan.mutation.is_some() {
        database.remove().await?;
    } else {
        println!("the database is kept: {}", database.url);
    }
    Ok(Some(seen))
}

/// Workers that are not disturbed call what is left.
async fn rest(plan: &Plan, database: &Database, db: &Db, seen: &mut Seen) -> Result<(), Failure> {
    let start = || Process::start(Role::Worker, &database.child_url, None, plan.mutation);
    let mut workers = [start()?, start()?];
    let deadline = Instant::now() + if plan.mutation.is_some() { REST / 6 } else { REST };
    let waiting = async || {
        let waiting: i64 = db.query_one("SELECT COUNT(*) FROM signals_todo WHERE NOT dead", &()).await?;
        Ok::<_, Failure>(waiting)
    };
    while waiting().await? > 0 && Instant::now() < deadline {
        sleep(Duration::from_millis(100)).await;
        for worker in &mut workers {
            if worker.ended()?.is_some() {
                seen.mistake("a worker goes on", "it has ended by itself after the faults".to_owned());
                *worker = start()?;
            }
        }
    }
    drop(workers);
    // A worker deletes events without calls when it begins.
    let _last = start()?;
    sleep(Duration::from_millis(1500)).await;
    Ok(())
}
