//! Commands that are sent before the next statement, in the same round trip.

use std::borrow::Cow;

use crate::db::begin::{Access, Waiting};
use crate::db::{IsolationLevel, TransactionOptions};

/// Commands that begin and end a transaction and its savepoints, and whose answers are not awaited. Commands that are left at the
/// end of the transaction are never sent.
pub(super) struct Pending {
    /// It is apart because most transactions have no other command, so that nothing is allocated.
    begin: Option<Cow<'static, str>>,
    later: Vec<Cow<'static, str>>,
}

/// Whether a savepoint was sent to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Yes,
    No,
}

impl Pending {
    pub(super) fn begin(options: TransactionOptions) -> Self {
        Self { begin: Some(begin(options)), later: Vec::new() }
    }

    pub(super) fn savepoint(&mut self, depth: usize) {
        self.later.push(savepoint(depth).into());
    }

    pub(super) fn release(&mut self, depth: usize) {
        if self.take_back(depth) == Sent::Yes {
            self.later.push(format!("RELEASE signals_{depth}").into());
        }
    }

    pub(super) fn rollback_to(&mut self, depth: usize) -> Sent {
        let sent = self.take_back(depth);
        if sent == Sent::Yes {
            // Commands that are not sent yet belong to the savepoint.
            self.later = vec![format!("ROLLBACK TO signals_{depth}; RELEASE signals_{depth}").into()];
        }
        sent
    }

    /// All of them as one command.
    pub(super) fn take(&mut self) -> Option<Cow<'static, str>> {
        let begin = self.begin.take();
        if self.later.is_empty() {
            return begin;
        }
        let commands: Vec<_> = begin.into_iter().chain(self.later.drain(..)).collect();
        Some(commands.join("; ").into())
    }

    /// Removes a savepoint that was not sent, with the commands after it.
    fn take_back(&mut self, depth: usize) -> Sent {
        let savepoint = savepoint(depth);
        match self.later.iter().rposition(|command| *command == savepoint) {
            Some(index) => {
                self.later.truncate(index);
                Sent::No
            }
            None => Sent::Yes,
        }
    }
}

fn begin(TransactionOptions { isolation, access, waiting, .. }: TransactionOptions) -> Cow<'static, str> {
    let isolation = match isolation {
        None => "",
        Some(IsolationLevel::ReadCommitted) => " ISOLATION LEVEL READ COMMITTED",
        Some(IsolationLevel::RepeatableRead) => " ISOLATION LEVEL REPEATABLE READ",
        Some(IsolationLevel::Serializable) => " ISOLATION LEVEL SERIALIZABLE",
    };
    let access = match access {
        Access::Write => "",
        Access::Read => " READ ONLY",
    };
    let waiting = match waiting {
        Waiting::No => "",
        Waiting::Deferrable => " DEFERRABLE",
    };
    match (isolation, access, waiting) {
        ("", "", "") => "BEGIN".into(),
        _ => format!("BEGIN{isolation}{access}{waiting}").into(),
    }
}

fn savepoint(depth: usize) -> String {
    format!("SAVEPOINT signals_{depth}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After BEGIN was sent.
    fn begun() -> Pending {
        Pending { begin: None, later: Vec::new() }
    }

    fn sent(pending: &mut Pending) -> String {
        pending.take().unwrap_or_default().into_owned()
    }

    #[test]
    fn everything_goes_in_one_command() {
        let mut pending = Pending::begin(TransactionOptions::new());
        pending.savepoint(1);
        assert_eq!(sent(&mut pending), "BEGIN; SAVEPOINT signals_1");
        assert_eq!(sent(&mut pending), "");
        pending.release(1);
        pending.savepoint(1);
        assert_eq!(sent(&mut pending), "RELEASE signals_1; SAVEPOINT signals_1");
        assert_eq!(pending.rollback_to(1), Sent::Yes);
        assert_eq!(sent(&mut pending), "ROLLBACK TO signals_1; RELEASE signals_1");
    }

    #[test]
    fn options_of_a_transaction() {
        let options = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE";
        assert_eq!(sent(&mut Pending::begin(options)), begin);
        assert_eq!(sent(&mut Pending::begin(TransactionOptions::new().read_only())), "BEGIN READ ONLY");
    }

    #[test]
    fn a_savepoint_in_which_nothing_was_done_is_not_sent() {
        let mut pending = Pending::begin(TransactionOptions::new());
        pending.savepoint(1);
        pending.savepoint(2);
        pending.release(2);
        assert_eq!(pending.rollback_to(1), Sent::No);
        assert_eq!(sent(&mut pending), "BEGIN");
    }

    #[test]
    fn what_was_undone_is_not_sent() {
        let mut pending = begun();
        pending.release(3);
        pending.savepoint(3);
        assert_eq!(pending.rollback_to(2), Sent::Yes);
        assert_eq!(sent(&mut pending), "ROLLBACK TO signals_2; RELEASE signals_2");
    }
}
