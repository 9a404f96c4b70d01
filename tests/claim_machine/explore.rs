//! Every state that a machine can reach, in the order of the number of steps.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};

use crate::machine::Machine;
use crate::next::Kind;
use crate::rules::{self, Rule};
use crate::state::State;

/// What the exploration of a machine found.
#[derive(Debug)]
pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) broken: Option<Broken>,
}

/// The first rule that was broken, and the fewest steps that lead to it.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    pub(crate) trace: String,
}

/// States that were found, by their numbers in that order.
#[derive(Default)]
struct Found {
    /// The position of each code.
    positions: HashMap<u128, u32, BuildHasherDefault<Mix>>,
    codes: Vec<u128>,
    /// The state from which each was found first.
    parents: Vec<u32>,
    /// Fair steps, from and to.
    fair: Vec<(u32, u32)>,
    /// States in which nothing is left to do.
    finished: Vec<u32>,
}

/// Explores breadth first. It stops at the first state or step that breaks a rule.
pub(crate) fn explore(machine: &Machine) -> Explored {
    let mut found = Found::default();
    let (mut level, mut steps) = (vec![State::new()], Vec::new());
    found.add(State::new().code(), 0);
    let mut position = 0;
    while !level.is_empty() {
        let mut next_level = Vec::new();
        for state in level {
            if machine.is_finished(&state) {
                found.finished.push(position);
            }
            machine.steps(&state, &mut steps);
            for mut next in steps.drain(..) {
                let rule = next.broken.or_else(|| rules::broken(machine, &next.state));
                next.state.forget();
                let code = next.state.code();
                let (to, is_new) = found.add(code, position);
                if is_new {
                    next_level.push(next.state);
                }
                if next.kind == Kind::Fair {
                    found.fair.push((position, to));
                }
                if let Some(rule) = rule {
                    return found.broken(machine, rule, position, Some(code));
                }
            }
            position += 1;
        }
        level = next_level;
    }
    match found.stuck() {
        Some(position) => found.broken(machine, Rule::EverythingEnds, position, None),
        None => Explored { states: found.codes.len(), broken: None },
    }
}

impl Found {
    fn add(&mut self, code: u128, parent: u32) -> (u32, bool) {
        let next = u32::try_from(self.codes.len()).expect("fewer states than memory");
        let position = *self.positions.entry(code).or_insert(next);
        let is_new = position == next;
        if is_new {
            self.codes.push(code);
            self.parents.push(parent);
        }
        (position, is_new)
    }

    /// The first state from which fair steps lead to no finished state. If there is none, every fair run ends in a finished
    /// state: fair means that a step which is possible again and again happens, and the number of states is finite.
    fn stuck(&self) -> Option<u32> {
        let mut starts = vec![0_usize; self.codes.len() + 1];
        for (_, to) in &self.fair {
            starts[*to as usize + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let (mut sources, mut free) = (vec![0; self.fair.len()], starts.clone());
        for (from, to) in &self.fair {
            sources[free[*to as usize]] = *from;
            free[*to as usize] += 1;
        }
        let mut can_finish = vec![false; self.codes.len()];
        let mut open = self.finished.clone();
        while let Some(state) = open.pop() {
            let state = state as usize;
            if !can_finish[state] {
                can_finish[state] = true;
                open.extend(&sources[starts[state]..starts[state + 1]]);
            }
        }
        can_finish.iter().position(|can| !can).and_then(|state| u32::try_from(state).ok())
    }

    /// Repeats the steps to a state, and to the one after it, to print them: the states on the way were forgotten.
    fn broken(&self, machine: &Machine, rule: Rule, last: u32, after: Option<u128>) -> Explored {
        let mut path = Vec::from_iter(after);
        let mut position = last;
        while position != 0 {
            path.push(self.codes[position as usize]);
            position = self.parents[position as usize];
        }
        let (mut state, mut steps, mut trace) = (State::new(), Vec::new(), String::new());
        while let Some(code) = path.pop() {
            machine.steps(&state, &mut steps);
            let is_last = path.is_empty() && after.is_some();
            let taken = steps.drain(..).find_map(|mut next| {
                let breaks = next.broken.or_else(|| rules::broken(machine, &next.state)).is_some();
                next.state.forget();
                (next.state.code() == code && (breaks || !is_last)).then_some(next)
            });
            let Some(next) = taken else { break };
            let _ = writeln!(trace, "  {}", next.step.line(machine));
            state = next.state;
        }
        Explored { states: self.codes.len(), broken: Some(Broken { rule, trace }) }
    }
}

/// A fast hash of one number.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u128(u128::from(*byte));
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves are mixed")]
    fn write_u128(&mut self, number: u128) {
        let (low, high) = (number as u64, (number >> 64) as u64);
        let mixed = (self.0 ^ low).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ high;
        let mixed = mixed.wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.0 = mixed ^ mixed >> 32;
    }
}
