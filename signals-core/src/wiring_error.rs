//! Mistakes that only the whole program shows.

use core::fmt;
use std::error::Error as StdError;

use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::source::SignalOf;

/// A mistake of the whole program, which [`check`](crate::check) reports.
///
/// Its message says how to correct it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WiringError {
    /// Receivers of one signal wait for one another through `after` and `before`.
    Cycle {
        /// The signal that they receive.
        signal: &'static str,
        /// The type that sends it; `None` for any.
        sender: Option<&'static str>,
        /// The receivers of the cycle, each of which runs before the next.
        receivers: Vec<ReceiverId>,
    },
    /// A function would be called twice for one signal of one sender.
    CalledTwice {
        /// The receiver.
        receiver: ReceiverId,
        /// The signal.
        signal: &'static str,
        /// The type that sends it; `None` for any, and for a signal without senders.
        sender: Option<&'static str>,
        /// Whether it receives the signal from this sender and also from any sender. Otherwise, it names this sender twice.
        any_sender: bool,
    },
    /// `after` or `before` names a receiver that never receives the same signal of the same sender.
    NoCommonSignal {
        /// The receiver with the `after` or `before`.
        receiver: ReceiverId,
        /// `after` or `before`.
        key: &'static str,
        /// The receiver that it names.
        other: ReceiverId,
    },
    /// `after` or `before` names a receiver of the same signal that is never called together with this one: one has the filter
    /// `created = true`, the other `created = false`.
    NeverTogether {
        /// The receiver with the `after` or `before`.
        receiver: ReceiverId,
        /// `after` or `before`.
        key: &'static str,
        /// The receiver that it names.
        other: ReceiverId,
    },
    /// Two receivers have one name.
    SameId {
        /// The first.
        first: ReceiverId,
        /// The second.
        second: ReceiverId,
    },
    /// A crate that `apps!` names has no model, no signal and no receiver in this program.
    EmptyApp {
        /// The crate.
        name: &'static str,
        /// The location of `apps!`.
        location: SourceLocation,
    },
    /// The linker has dropped receivers, models and signals.
    Incomplete {
        /// A module whose declarations are missing; `None` if those of any module may be.
        module: Option<&'static str>,
    },
}

impl WiringError {
    /// How to make the linker keep the registry.
    const KEEP: &str = "keep it with `rustflags = [\"-C\", \"link-arg=-Wl,--no-gc-sections\"]` under \
        `[target.x86_64-pc-windows-gnu]`, or the target that you build for, in `.cargo/config.toml`";
}

impl fmt::Display for WiringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle { signal, sender, receivers } => {
                write!(f, "the receivers of {} wait for one another: ", SignalOf(signal, *sender))?;
                for receiver in receivers {
                    write!(f, "{receiver} runs before ")?;
                }
                match receivers.first() {
                    Some(first) => write!(f, "`{}`; take one `after` or `before` out", first.name),
                    None => Ok(()),
                }
            }
            Self::CalledTwice { receiver, signal, sender, any_sender } => {
                write!(f, "{receiver} would be called twice for {}: ", SignalOf(signal, *sender))?;
                f.write_str(match (any_sender, sender) {
                    (true, _) => "it receives it from this sender and from any sender; keep one of the two",
                    (false, Some(_)) => {
                        "it names the signal or the sender by two names, an alias or another path; keep one of them"
                    }
                    (false, None) => "it names the signal by two paths; keep one of them",
                })
            }
            Self::NoCommonSignal { receiver, key, other } => write!(
                f,
                "{receiver} runs {key} {other}, but they never receive the same signal of the same sender, so this has no \
                 effect; take `{key}` out, or let both receive one"
            ),
            Self::NeverTogether { receiver, key, other } => write!(
                f,
                "{receiver} runs {key} {other}, but one is called for inserts and the other for updates, so this has no effect; take \
                 `{key}` out"
            ),
            Self::SameId { first, second } => write!(
                f,
                "two receivers are called `{}`: {} and {}; give one of them an `id = \"..\"` of its own",
                first.name, first.location, second.location
            ),
            Self::Incomplete { module: None } => write!(
                f,
                "receivers, models or signals are missing in this program: the linker drops what `#[receiver]`, `#[model]` and \
                 `#[signal]` declare, because no code refers to it: {}",
                Self::KEEP,
            ),
            Self::Incomplete { module: Some(module) } => write!(
                f,
                "`{module}` declares models or signals, and they are not in the registry of this program, because they and \
                 `signals-core` are linked to different files: link this program without a Rust `dylib`. If there is none, the \
                 linker dropped them: {}",
                Self::KEEP,
            ),
            Self::EmptyApp { name, location } => write!(
                f,
                "`apps!` names the crate `{name}` ({location}), but nothing of it is linked: it declares no model, signal \
                 or receiver, or was built with other features or another version of signals"
            ),
        }
    }
}

impl StdError for WiringError {}
