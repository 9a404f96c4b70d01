//! The processes of a run, each of which is this program again.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Producer,
    Worker,
}

/// The lease of calls without `tx` while there are faults. Pauses are longer.
pub(crate) const SHORT_LEASE: Duration = Duration::from_millis(400);

/// Where a process dies by itself: the points of `src/fault.rs`.
const POINTS_OF_PRODUCERS: &[&str] = &["before_store", "before_commit", "after_commit"];
const POINTS_OF_WORKERS: &[&str] = &[
    "before_lease",
    "after_claim",
    "after_effect",
    "after_finish",
    "before_end",
    "after_end",
    "after_split",
    "before_store",
    "before_commit",
];

pub(crate) struct Process {
    pub(crate) role: Role,
    child: Child,
    /// When it continues.
    paused_until: Option<Instant>,
}

impl Process {
    /// Starts one. In a build with failpoints, it dies at one of them, or not.
    pub(crate) fn start(
        role: Role,
        url: &str,
        random: Option<&mut Random>,
        mutation: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.stdin(Stdio::null());
        let points = match role {
            Role::Worker => {
                // Without faults a lease never ends, however slow the machine is.
                let lease = if random.is_some() { SHORT_LEASE } else { Duration::from_secs(30) };
                command.args(["worker", url, &lease.as_millis().to_string()]);
                POINTS_OF_WORKERS
            }
            Role::Producer => {
                command.args(["producer", url, &crate::next_number().to_string()]);
                POINTS_OF_PRODUCERS
            }
        };
        if let Some(random) = random.filter(|_| cfg!(signals_faults))
            && random.chance(60)
        {
            let point = format!("{}:{}", random.one_of(points), 1 + random.below(10));
            command.env("SIGNALS_FAILPOINT", point);
        }
        if let Some(mutation) = mutation {
            command.env("SIGNALS_MUTATION", mutation);
        }
        Ok(Self { role, child: command.spawn()?, paused_until: None })
    }

    /// How it has ended. `None` if it is running.
    pub(crate) fn ended(&mut self) -> Result<Option<End>, Failure> {
        let Some(status) = self.child.try_wait()? else { return Ok(None) };
        // SIGABRT: see src/fault.rs.
        let is_point = status.signal() == Some(6) && cfg!(signals_faults);
        Ok(Some(if is_point { End::AtPoint } else { End::Failed(status.to_string()) }))
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub(crate) fn pause(&mut self, time: Duration) -> Result<(), Failure> {
        self.paused_until = Some(Instant::now() + time);
        self.signal("-STOP")
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused_until.is_some()
    }

    pub(crate) fn continue_if_over(&mut self) -> Result<(), Failure> {
        if self.paused_until.is_some_and(|until| until <= Instant::now()) {
            self.paused_until = None;
            self.signal("-CONT")?;
        }
        Ok(())
    }

    fn signal(&self, signal: &str) -> Result<(), Failure> {
        // It may have died at a failpoint in the meantime.
        Command::new("kill").args([signal, &self.child.id().to_string()]).stderr(Stdio::null()).status()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that it has ended.
        drop(self.kill());
    }
}

pub(crate) enum End {
    AtPoint,
    /// A process must not end by itself.
    Failed(String),
}
