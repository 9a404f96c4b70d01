//! What `#[signal(..)]` says of durability: `durable`, `version` and `upcast`.

use syn::{Ident, Path};

use crate::grammar::Key;

/// What the attribute says of durability.
#[derive(Default)]
pub(super) struct Durable {
    /// The word `durable`.
    pub(super) word: Option<Ident>,
    /// The word `version`, and the number.
    pub(super) version: Option<(Ident, u32)>,
    /// The word `upcast`, and the function.
    pub(super) upcast: Option<(Ident, Path)>,
}

impl Durable {
    /// Parses the value of `version` or `upcast`, or the word `durable`.
    pub(super) fn value(&mut self, key: &Key<'_>) -> syn::Result<()> {
        let word = key.word.clone();
        match key.name() {
            "version" => {
                let version = key.number("version = 2")?;
                if version == 0 {
                    let message = "the first version of a signal is 1\n\nhelp: write `version = 1`, or leave it out";
                    return Err(syn::Error::new(word.span(), message));
                }
                self.version = Some((word, version));
            }
            "upcast" => self.upcast = Some((word, key.path("upcast = from_v1")?)),
            _ => {
                self.word = Some(word);
                key.flag()?;
            }
        }
        Ok(())
    }

    pub(super) fn is_durable(&self) -> bool {
        self.word.is_some()
    }

    pub(super) fn version(&self) -> u32 {
        self.version.as_ref().map_or(1, |(_, version)| *version)
    }
}
