//! The check after a run: what was committed has had its effects, in order, and nothing else has.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use signals::prelude::*;

use crate::Failure;
use crate::program::Kind;
use crate::run::Seen;

/// A row of `kill_ledger`.
struct Committed {
    seq: i64,
    is_poison: bool,
}

/// A row of `kill_effect`.
struct Effect {
    receiver: String,
    event: i64,
    key: String,
    op: i64,
    attempt: i64,
    is_begin: bool,
}

impl Effect {
    fn is_in_tx(&self) -> bool {
        self.receiver.starts_with("tx_")
    }
}

/// By receiver and key, then by event.
type ByKey<'a, T> = BTreeMap<(&'a str, &'a str), BTreeMap<i64, T>>;

struct Check<'a> {
    /// By kind and operation.
    ledger: HashMap<(&'static str, i64), Committed>,
    /// In the order in which they happened.
    effects: Vec<Effect>,
    seen: &'a mut Seen,
}

fn kind_of(receiver: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.receivers().contains(&receiver))
}

pub(crate) async fn check(db: &Db, seen: &mut Seen) -> Result<(), Failure> {
    let rows: Vec<(i64, String, i64, bool)> =
        db.query_as("SELECT op, kind, seq, is_poison FROM kill_ledger", &()).await?;
    let mut ledger = HashMap::new();
    for (op, name, seq, is_poison) in rows {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or("an unknown kind")?;
        ledger.insert((kind.name(), op), Committed { seq, is_poison });
    }
    let rows: Vec<(String, i64, String, i64, i64, String)> =
        db.query_as("SELECT receiver, event, call_key, op, attempt, phase FROM kill_effect ORDER BY n", &()).await?;
    let effects: Vec<Effect> = rows
        .into_iter()
        .map(|(receiver, event, key, op, attempt, phase)| Effect {
            receiver,
            event,
            key,
            op,
            attempt,
            is_begin: phase == "begin",
        })
        .collect();
    seen.committed = ledger.len() as u64;
    seen.effects = effects.iter().filter(|effect| !effect.is_begin).count() as u64;
    let mut check = Check { ledger, effects, seen };
    check.nothing_is_lost();
    check.nothing_is_made_up();
    check.effects_are_counted();
    check.attempts_are_numbered();
    check.last_attempts_succeed();
    check.keys_are_in_order();
    check.rows_are_in_order();
    check.nothing_is_left(db).await
}

impl Check<'_> {
    /// Each committed event has had the effect of each of its receivers.
    fn nothing_is_lost(&mut self) {
        let had: HashSet<(&str, i64)> =
            self.effects.iter().filter(|it| !it.is_begin).map(|it| (&*it.receiver, it.op)).collect();
        let mut lost = Vec::new();
        for (&(kind, op), committed) in &self.ledger {
            for kind in Kind::ALL.into_iter().filter(|it| it.name() == kind) {
                for receiver in kind.receivers() {
                    self.seen.events += 1;
                    let is_dead = committed.is_poison && *receiver == "out_free";
                    if had.contains(&(*receiver, op)) == is_dead {
                        lost.push(format!("`{receiver}` of operation {op}"));
                    }
                }
            }
        }
        for what in lost {
            self.seen.mistake("an effect is not lost", what);
        }
    }

    /// Each effect is one of a committed event.
    fn nothing_is_made_up(&mut self) {
        for effect in &self.effects {
            let is_committed =
                kind_of(&effect.receiver).is_some_and(|kind| self.ledger.contains_key(&(kind.name(), effect.op)));
            if !is_committed {
                let what = format!("`{}` of operation {}", effect.receiver, effect.op);
                self.seen.mistake("what is rolled back has no effect", what);
            }
        }
    }

    /// A receiver with `tx` has one effect. One without may have more, if there were faults.
    fn effects_are_counted(&mut self) {
        let mut counts: BTreeMap<(&str, i64), (u64, bool)> = BTreeMap::new();
        for effect in self.effects.iter().filter(|it| !it.is_begin) {
            let count = counts.entry((&effect.receiver, effect.op)).or_insert((0, effect.is_in_tx()));
            count.0 += 1;
        }
        for ((receiver, op), (count, is_in_tx)) in counts.into_iter().filter(|(_, (count, _))| *count > 1) {
            let what = format!("`{receiver}` of operation {op}: {count} times");
            if is_in_tx {
                self.seen.mistake("with `tx`, an effect happens once", what);
            } else if self.seen.has_faults() {
                self.seen.repeated += count - 1;
            } else {
                self.seen.mistake("without faults, an effect happens once", what);
            }
        }
    }

    /// An attempt of a call without `tx` has a number of its own: a worker that has lost its lease changes nothing.
    fn attempts_are_numbered(&mut self) {
        let mut begun = HashSet::new();
        for effect in self.effects.iter().filter(|it| it.is_begin) {
            if !begun.insert((&*effect.receiver, effect.event, effect.attempt)) {
                let what = format!("`{}` of event {}: attempt {}", effect.receiver, effect.event, effect.attempt);
                self.seen.mistake("an attempt begins once", what);
            }
        }
    }

    /// A call without `tx` ends with the attempt that begins last, and the next one of its key begins after the effect of that.
    fn last_attempts_succeed(&mut self) {
        let mut attempts: HashMap<(&str, i64), BTreeMap<i64, Option<usize>>> = HashMap::new();
        for (place, effect) in self.effects.iter().enumerate().filter(|(_, it)| !it.is_in_tx()) {
            let of_call = attempts.entry((&effect.receiver, effect.event)).or_default();
            let done = of_call.entry(effect.attempt).or_default();
            if !effect.is_begin {
                *done = Some(place);
            }
        }
        let mut last: HashMap<(&str, i64), usize> = HashMap::new();
        for ((receiver, event), attempts) in attempts {
            if let Some((_, done)) = attempts.last_key_value() {
                last.insert((receiver, event), done.unwrap_or(usize::MAX));
            }
        }
        let mut begun: ByKey<'_, usize> = BTreeMap::new();
        for (place, effect) in self.effects.iter().enumerate().filter(|(_, it)| it.is_begin && !it.key.is_empty()) {
            begun.entry((&effect.receiver, &effect.key)).or_default().entry(effect.event).or_insert(place);
        }
        for ((receiver, key), events) in begun {
            for ((event, _), (next, begin)) in events.iter().zip(events.iter().skip(1)) {
                if last.get(&(receiver, *event)).is_some_and(|done| begin < done) {
                    let what =
                        format!("`{receiver}`, key {key}: event {next} began during the last attempt of {event}");
                    self.seen.mistake("an attempt that has lost its lease ends nothing", what);
                }
            }
        }
    }

    /// No call of a key begins before the earlier ones have had their effect.
    fn keys_are_in_order(&mut self) {
        let mut firsts: ByKey<'_, (usize, usize)> = BTreeMap::new();
        for (place, effect) in self.effects.iter().enumerate().filter(|(_, it)| !it.key.is_empty()) {
            let of_key = firsts.entry((&effect.receiver, &effect.key)).or_default();
            let (first, done) = of_key.entry(effect.event).or_insert((place, usize::MAX));
            *first = place.min(*first);
            if !effect.is_begin {
                *done = place.min(*done);
            }
        }
        for ((receiver, key), events) in firsts {
            // With `tx`, the effect is the only trace of a call.
            for ((event, (_, done)), (next, (begin, _))) in events.iter().zip(events.iter().skip(1)) {
                if begin < done {
                    let what = format!("`{receiver}`, key {key}: event {next} began before event {event} was done");
                    self.seen.mistake("the calls of a key are in order", what);
                }
            }
        }
    }

    /// The effects of a row are in the order of its commits.
    fn rows_are_in_order(&mut self) {
        let mut last: HashMap<(&str, &str), i64> = HashMap::new();
        let mut had = HashSet::new();
        for effect in self.effects.iter().filter(|it| !it.is_begin) {
            let Some(kind) = kind_of(&effect.receiver).filter(|kind| *kind == Kind::Saved) else { continue };
            let Some(committed) = self.ledger.get(&(kind.name(), effect.op)) else { continue };
            if !had.insert((&effect.receiver, effect.op)) {
                continue;
            }
            let last = last.entry((&effect.receiver, &effect.key)).or_insert(-1);
            if committed.seq <= *last {
                let what = format!("`{}`, row {}: {} after {last}", effect.receiver, effect.key, committed.seq);
                self.seen.mistake("effects are in the order of commits", what);
            }
            *last = committed.seq;
        }
    }

    /// All calls are done, except those that are dead on purpose, and events have gone with their calls.
    async fn nothing_is_left(&mut self, db: &Db) -> Result<(), Failure> {
        let sql = "SELECT t.receiver, t.event, t.attempts, COALESCE(t.error, '') FROM signals_todo t WHERE NOT t.dead";
        let waiting: Vec<(String, i64, i64, String)> = db.query_as(sql, &()).await?;
        for (receiver, event, attempts, error) in waiting {
            let what = format!("`{receiver}` of event {event} after {attempts} attempts: {error}");
            self.seen.mistake("no call is left", what);
        }
        let sql = "SELECT t.receiver, t.event, COALESCE(t.error, '') FROM signals_todo t WHERE t.dead";
        let dead: Vec<(String, i64, String)> = db.query_as(sql, &()).await?;
        let poison: BTreeSet<i64> =
            self.ledger.iter().filter(|(_, committed)| committed.is_poison).map(|((_, op), _)| *op).collect();
        let op_of: HashMap<i64, i64> = self.effects.iter().map(|effect| (effect.event, effect.op)).collect();
        for (receiver, event, error) in &dead {
            let is_poison = op_of.get(event).is_some_and(|op| poison.contains(op));
            if receiver != "out_free" || !is_poison {
                self.seen.mistake("a call is dead only on purpose", format!("`{receiver}` of event {event}: {error}"));
            }
        }
        self.seen.dead = dead.len() as u64;
        if dead.len() != poison.len() {
            let what = format!("{} are dead, and {} were poisoned", dead.len(), poison.len());
            self.seen.mistake("a poisoned call is dead", what);
        }
        let sql =
            "SELECT COUNT(*) FROM signals_event e WHERE NOT EXISTS (SELECT 1 FROM signals_todo t WHERE t.event = e.id)";
        let left: i64 = db.query_one(sql, &()).await?;
        if left > 0 {
            self.seen.mistake("no event is left without calls", format!("{left} are left"));
        }
        Ok(())
    }
}
