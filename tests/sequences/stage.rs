//! What receivers share with the run that they are called in: each run has a thread of its own.

use std::cell::RefCell;
use std::fmt;

use crate::rows::Value;

/// A signal whose call number `after`, from 0, fails in this step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trap {
    pub(crate) signal: &'static str,
    pub(crate) after: u8,
}

/// What the receivers of one thread know and have noted.
struct Stage {
    log: Vec<String>,
    /// The keys of inserted rows, in the order in which receivers saw them: the model in memory assigns none of its own.
    inserted: Vec<(&'static str, Value)>,
    trap: Option<Trap>,
    /// Whether rows are read for the test itself.
    is_silent: bool,
    /// What `#[update]` writes.
    clock: i64,
}

thread_local! {
    static STAGE: RefCell<Stage> =
        const { RefCell::new(Stage { log: Vec::new(), inserted: Vec::new(), trap: None, is_silent: false, clock: 0 }) };
}

fn with<T>(work: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(work)
}

/// Sets the stage for one step.
pub(crate) fn set(trap: Option<Trap>, clock: i64) {
    with(|stage| {
        (stage.trap, stage.clock) = (trap, clock);
        stage.log.clear();
        stage.inserted.clear();
    });
}

/// What receivers have noted in this step, and the keys of inserted rows.
pub(crate) fn take() -> (Vec<String>, Vec<(&'static str, Value)>) {
    with(|stage| (std::mem::take(&mut stage.log), std::mem::take(&mut stage.inserted)))
}

pub(crate) fn clock() -> i64 {
    with(|stage| stage.clock)
}

pub(crate) fn note(line: String) {
    with(|stage| stage.log.push(line));
}

/// Notes the key of a row that was inserted. A row of `create_many` is seen twice.
pub(crate) fn inserted(model: &'static str, key: Value) {
    with(|stage| {
        let row = (model, key);
        if !stage.inserted.contains(&row) {
            stage.inserted.push(row);
        }
    });
}

/// Notes that a signal was received, and fails if it is in the trap.
pub(crate) fn receive(signal: &'static str, what: impl fmt::Display) -> Result<(), Trapped> {
    with(|stage| {
        stage.log.push(format!("{signal} {what}"));
        if springs(&mut stage.trap, signal) { Err(Trapped) } else { Ok(()) }
    })
}

/// Whether this call of a signal is the one that fails.
pub(crate) fn springs(trap: &mut Option<Trap>, signal: &str) -> bool {
    match trap {
        Some(set) if set.signal == signal && set.after == 0 => {
            *trap = None;
            true
        }
        Some(set) if set.signal == signal => {
            set.after -= 1;
            false
        }
        _ => false,
    }
}

pub(crate) fn is_silent() -> bool {
    with(|stage| stage.is_silent)
}

/// Reads rows for the test itself: `post_load` is not noted.
pub(crate) async fn silently<T>(read: impl Future<Output = T>) -> T {
    let before = with(|stage| std::mem::replace(&mut stage.is_silent, true));
    let answer = read.await;
    with(|stage| stage.is_silent = before);
    answer
}

/// The error of a receiver in a trap.
#[derive(Debug)]
pub(crate) struct Trapped;

impl fmt::Display for Trapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("trapped")
    }
}

impl std::error::Error for Trapped {}
