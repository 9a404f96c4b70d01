//! Where a signal is sent: in a database, in a transaction, or in a context. Rules of tests, such as `mute`, apply in one of them.

use core::num::NonZeroU64;
use core::sync::atomic::{AtomicU64, Ordering};

/// Where signals are sent, and where a test can mute, record and connect receivers: a database, a transaction or a context.
///
/// Other databases, such as those of tests that run at the same time, are not affected.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scope of signals",
    label = "not a scope",
    note = "signals of models are sent in a `Db` or a `Tx`: pass a reference to one, as in `mute::<create_profile>(&db)`"
)]
pub trait Scope {
    /// Its id, which nothing else in the program has.
    #[doc(hidden)]
    fn scope_id(&self) -> ScopeId;

    /// What it is.
    #[doc(hidden)]
    const KIND: ScopeKind;
}

/// What a scope is.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// A database or a context.
    Whole,
    /// A transaction.
    Transaction,
}

/// Where a signal is sent.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentIn {
    /// In no scope.
    Nothing,
    /// In a database or in a context, outside of a transaction.
    Whole,
    /// In a transaction, and so in its database.
    Transaction,
}

impl SentIn {
    /// Whether it is sent in some scope of this kind.
    pub(crate) fn reaches(self, kind: ScopeKind) -> bool {
        match self {
            Self::Nothing => false,
            Self::Whole => kind == ScopeKind::Whole,
            Self::Transaction => true,
        }
    }

    /// Why it is not sent in a scope of this kind, and the way out.
    pub(crate) fn not_in(self, kind: ScopeKind) -> &'static str {
        if (self, kind) == (Self::Whole, ScopeKind::Transaction) {
            "is sent in a database and not in one transaction of it\n\nhelp: pass the `&Db` instead of the `&Tx`"
        } else {
            "is sent to the whole program, and not in a scope\n\nhelp: a signal of your own is sent in a scope if it has a field \
             `context: &'a Context`; receivers of other signals can be tested by calling their functions"
        }
    }
}

/// What this scope is.
pub(crate) fn scope_kind<S: Scope + ?Sized>(_: &S) -> ScopeKind {
    S::KIND
}

/// The number of a scope.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScopeId(NonZeroU64);

impl ScopeId {
    /// A number that no other scope of the program has.
    #[doc(hidden)]
    #[must_use]
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        match NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed)) {
            Some(id) => Self(id),
            None => unreachable!("a program has fewer than 2^64 scopes"),
        }
    }
}

/// The number of a scope that only gets one when it is asked for.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct LazyScopeId(AtomicU64);

impl LazyScopeId {
    /// Its number, if it has one.
    #[doc(hidden)]
    #[inline]
    pub fn get(&self) -> Option<ScopeId> {
        NonZeroU64::new(self.0.load(Ordering::Acquire)).map(ScopeId)
    }

    /// Its number, from now on.
    #[doc(hidden)]
    pub fn get_or_init(&self) -> ScopeId {
        self.get().unwrap_or_else(|| {
            let new = ScopeId::next();
            match self.0.compare_exchange(0, new.0.get(), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => new,
                // Another thread was faster.
                Err(known) => NonZeroU64::new(known).map_or(new, ScopeId),
            }
        })
    }
}

/// The scopes that a payload is sent in.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes([Option<ScopeId>; 2]);

impl Scopes {
    /// It is sent in no scope.
    pub const NONE: Self = Self([None, None]);

    /// It is sent in a database or context.
    #[doc(hidden)]
    #[must_use]
    pub const fn of(scope: ScopeId) -> Self {
        Self([Some(scope), None])
    }

    /// It is sent in a database, and in a transaction if that has a number.
    #[doc(hidden)]
    #[must_use]
    pub const fn with(self, transaction: Option<ScopeId>) -> Self {
        Self([self.0[0], transaction])
    }

    /// Whether the payload is sent in this scope.
    pub(crate) fn contain(self, scope: ScopeId) -> bool {
        self.0.contains(&Some(scope))
    }
}
