//! One step: what is printed of it, and what it leads to.

use std::fmt;

use crate::machine::Machine;
use crate::rules::Rule;
use crate::state::{NAMES, State};

/// Whether a step must happen at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It happens if it stays possible.
    Fair,
    /// A crash, a pause, a failure, a step of the operator: it may never happen.
    Optional,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    Producer,
    Worker(usize),
    /// Any worker, next to what it runs.
    Housekeeping,
    Server,
    Operator,
    Time,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) subject: Subject,
    pub(crate) verb: &'static str,
    pub(crate) receiver: usize,
    pub(crate) event: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Next {
    pub(crate) step: Step,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    /// The rule that the step itself breaks.
    pub(crate) broken: Option<Rule>,
}

impl Next {
    pub(crate) fn new(step: Step, kind: Kind, state: State) -> Self {
        Self { step, kind, state, broken: None }
    }
}

impl Step {
    /// The line of a trace, such as `worker 1 claims A2`, and `(Lock)` or `(Lease)` if there are two receivers.
    pub(crate) fn line(&self, machine: &Machine) -> String {
        let Self { subject, verb, receiver, event } = *self;
        let name = NAMES[event];
        match subject {
            Subject::Producer => format!("{subject} of {name} {verb}"),
            _ if machine.receivers.len() == 1 => format!("{subject} {verb} {name}"),
            _ => format!("{subject} {verb} {name} ({:?})", machine.receivers[receiver]),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Producer => f.write_str("the producer"),
            Self::Worker(worker) => write!(f, "worker {worker}"),
            Self::Housekeeping => f.write_str("a worker"),
            Self::Server => f.write_str("the server"),
            Self::Operator => f.write_str("the operator"),
            Self::Time => f.write_str("the time"),
        }
    }
}
