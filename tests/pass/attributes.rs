// Derives stand above or below `#[model]`, and the attributes of others stay where they are.
//! A crate with documentation.
#![deny(missing_docs)]
use signals::prelude::*;

/// A user.
#[derive(Debug, Clone)]
#[model]
#[derive(Default, PartialEq)]
#[non_exhaustive]
#[must_use = "save it"]
pub struct User {
    /// The key.
    #[key]
    #[allow(unused)]
    pub id: Id<User>,
    /// The name.
    #[deprecated(note = "use `nick`")]
    pub name: String,
    #[doc = "Another name."]
    #[cfg_attr(all(), doc = "Shorter.")]
    #[column(name = "nickname")]
    pub nick: Option<String>,
}

/// Something happened.
#[derive(Clone, Copy)]
#[signal]
#[derive(Debug)]
#[repr(C)]
pub struct Happened {
    /// How often.
    pub times: u64,
}

/// It happened again.
#[signal]
pub struct AgainHappened {
    /// How often.
    pub times: u64,
}

/// Receives both.
#[receiver(Happened, id = "attributes")]
#[inline(never)]
#[receiver(AgainHappened)]
pub fn happen(times: u64) {
    assert_eq!(times, 1);
}

pub(super) fn main() -> Result<()> {
    let user = User::default();
    assert_eq!(user.clone(), user);
    Happened { times: 1 }.send()?;
    AgainHappened { times: 1 }.send()?;
    Ok(())
}
