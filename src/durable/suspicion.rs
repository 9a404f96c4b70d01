//! Which calls with `tx` may have ended the processes of their workers.
//!
//! Nothing remains of such an attempt, because its transaction is rolled back. So an attempt of a suspect call is counted before its receiver
//! runs, in a transaction of its own: in the end the call is dead. That costs a commit, which calls that are made for the first
//! time are spared.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::claim::Claimed;

/// A call that is due for less than this is not suspect.
const LATE: Duration = Duration::from_secs(1);
/// Of how many calls that have ended the keys are known.
const ENDED: usize = 64;

/// What a worker knows of the calls that it has claimed.
#[derive(Debug, Default)]
pub(super) struct Suspicion {
    /// When the latest call of each receiver was due that the worker has claimed.
    pub(super) latest: HashMap<&'static str, i64>,
    /// The receivers and keys of the calls that have ended last.
    ended: VecDeque<(String, String)>,
}

impl Suspicion {
    /// Whether an earlier attempt of a late call may have ended its process.
    ///
    /// Calls are claimed in the order in which they are due. One that a later call has overtaken was locked meanwhile, or it waited for
    /// another one of its key. And a worker that has claimed none before may be the one whose process was ended. `latest` is what was
    /// known before the claim.
    pub(super) fn suspects(
        &mut self,
        receiver: &'static str,
        claimed: &Claimed,
        latest: &HashMap<&'static str, i64>,
    ) -> bool {
        let Claimed { key, due, overdue, .. } = claimed;
        let known = self.latest.entry(receiver).or_insert(*due);
        *known = (*due).max(*known);
        let has_waited = self.ended.iter().position(|(of, ended)| of == receiver && ended == key);
        if let Some(place) = has_waited {
            self.ended.remove(place);
            return false;
        }
        *overdue >= LATE && latest.get(receiver).is_none_or(|latest| due < latest)
    }

    /// A call has ended: the next one of its key has waited for it.
    pub(super) fn ended(&mut self, claimed: Claimed) {
        if claimed.key.is_empty() {
            return;
        }
        if self.ended.len() == ENDED {
            self.ended.pop_front();
        }
        self.ended.push_back((claimed.receiver, claimed.key));
    }
}
