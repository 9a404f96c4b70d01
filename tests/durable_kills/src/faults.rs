//! The faults of a run.

use std::time::{Duration, Instant};

use signals::prelude::*;
use tokio::time::sleep;

use crate::Failure;
use crate::database::Database;
use crate::processes::{End, Process, Role, SHORT_LEASE};
use crate::random::Random;
use crate::run::{Plan, Seen};

const ROLES: [Role; 5] = [Role::Producer, Role::Worker, Role::Producer, Role::Worker, Role::Worker];
/// How long a run without faults takes.
const CALM: Duration = Duration::from_secs(4);
const ROUND: Duration = Duration::from_millis(40);

pub(crate) struct Faults<'a> {
    plan: &'a Plan,
    database: &'a Database,
    db: &'a Db,
    random: Random,
    processes: Vec<Process>,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(plan: &'a Plan, database: &'a Database, db: &'a Db) -> Result<Self, Failure> {
        let mut it = Self { plan, database, db, random: Random::new(plan.seed), processes: Vec::new() };
        for role in ROLES {
            let process = it.start(role)?;
            it.processes.push(process);
        }
        Ok(it)
    }

    fn start(&mut self, role: Role) -> Result<Process, Failure> {
        let random = (self.plan.kills > 0).then_some(&mut self.random);
        Process::start(role, &self.database.child_url, random, self.plan.mutation)
    }

    /// Disturbs the processes until there were enough kills, and kills them all.
    pub(crate) async fn cause(mut self, seen: &mut Seen) -> Result<(), Failure> {
        let begun = Instant::now();
        if self.plan.kills == 0 {
            sleep(CALM).await;
            // Producers end first, so that what they do is not disturbed.
            self.processes.retain(|process| process.role == Role::Worker);
            while self.waiting().await > 0 && begun.elapsed() < 4 * CALM {
                sleep(ROUND).await;
            }
            return Ok(());
        }
        let mut stops = 0;
        while seen.kills < self.plan.kills {
            sleep(ROUND).await;
            for index in 0..self.processes.len() {
                self.visit(index, seen)?;
            }
            if self.random.chance(3) {
                self.end_a_backend(seen).await;
            }
            // The stops are spread over the kills.
            if stops < self.plan.stops && seen.kills * (self.plan.stops + 1) > self.plan.kills * (stops + 1) {
                stops += 1;
                self.stop_the_server(seen)?;
            }
        }
        Ok(())
    }

    async fn waiting(&self) -> i64 {
        self.db.query_one("SELECT COUNT(*) FROM signals_todo WHERE NOT dead", &()).await.unwrap_or(1)
    }

    fn visit(&mut self, index: usize, seen: &mut Seen) -> Result<(), Failure> {
        let Self { processes, random, .. } = self;
        let process = &mut processes[index];
        process.continue_if_over()?;
        match process.ended()? {
            Some(End::AtPoint) => {
                seen.kills += 1;
                seen.at_points += 1;
            }
            Some(End::Failed(status)) => {
                seen.mistake("a process goes on", format!("a {:?} has ended by itself: {status}", process.role));
            }
            None if process.is_paused() => return Ok(()),
            None => {
                let is_worker = process.role == Role::Worker;
                if random.chance(if is_worker { 3 } else { 2 }) {
                    process.kill()?;
                    seen.kills += 1;
                } else {
                    if is_worker && random.chance(self.plan.pauses) {
                        seen.pauses += 1;
                        process.pause(SHORT_LEASE + Duration::from_millis(100 + random.below(500)))?;
                    }
                    return Ok(());
                }
            }
        }
        let role = process.role;
        self.processes[index] = self.start(role)?;
        Ok(())
    }

    async fn end_a_backend(&self, seen: &mut Seen) {
        let Some(schema) = &self.database.schema else { return };
        let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
                   WHERE application_name = ? ORDER BY random() LIMIT 1) AS one";
        // The server may just have been stopped.
        let ended: i64 = self.db.query_one(sql, &(schema.as_str(),)).await.unwrap_or_default();
        seen.terminated += ended.unsigned_abs();
    }

    fn stop_the_server(&mut self, seen: &mut Seen) -> Result<(), Failure> {
        let Some(server) = &self.database.server else { return Ok(()) };
        server.stop("immediate")?;
        seen.stops += 1;
        std::thread::sleep(Duration::from_millis(self.random.below(500)));
        server.begin()
    }
}
