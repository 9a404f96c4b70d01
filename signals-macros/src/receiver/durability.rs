//! What one attribute says of durability: `durable`, `retries`, `backoff`, `concurrency`, `key` and `on_dead`; and which names are known.

use core::time::Duration;

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path};

use super::timeout;
use crate::grammar::Key;
use crate::root::Root;
use crate::values::Kind;

/// The words of the attribute.
pub(crate) const WORDS: [&str; 5] = ["retries", "backoff", "concurrency", "key", "on_dead"];

/// The values of `on_dead`.
const ON_DEAD: &[&str] = &["block_key", "skip"];

/// What one attribute says of durability.
#[derive(Default)]
pub(super) struct Durable {
    /// The word `durable`.
    pub(super) word: Option<Ident>,
    pub(super) retries: Option<(Ident, u32)>,
    pub(super) backoff: Option<(Ident, Duration)>,
    pub(super) concurrency: Option<(Ident, u32)>,
    /// The word `key`, and the field.
    pub(super) key: Option<(Ident, Ident)>,
    /// The word `on_dead`, and its value.
    pub(super) on_dead: Option<(Ident, Ident)>,
}

impl Durable {
    /// Parses the value of one of the [`WORDS`], or the word `durable`.
    pub(super) fn value(&mut self, key: &Key<'_>) -> syn::Result<()> {
        let word = key.word.clone();
        match key.name() {
            "retries" => self.retries = Some((word, key.number("retries = 5")?)),
            "backoff" => {
                let written: LitStr = key.value_of(Kind::Time, "backoff = \"10s\"", Parse::parse)?;
                let zero = "a failed call would be repeated at once, for as long as it fails\n\n\
                            help: write a longer time, or leave `backoff` out";
                self.backoff = Some((word, timeout::time("backoff", &written, zero)?));
            }
            "concurrency" => {
                let limit = key.number("concurrency = 2")?;
                if limit == 0 {
                    let message = "a receiver with no calls at once never runs\n\n\
                                   help: write `concurrency = 1` for one call at a time, or leave it out for no limit";
                    return Err(syn::Error::new(word.span(), message));
                }
                self.concurrency = Some((word, limit));
            }
            "key" => self.key = Some((word, key.value_of(Kind::Field, "key = country", Ident::parse_any)?)),
            "on_dead" => {
                let known = |input: ParseStream<'_>| {
                    let word = input.parse::<Ident>()?;
                    if ON_DEAD.iter().any(|known| word == known) { Ok(word) } else { Err(input.error("another word")) }
                };
                self.on_dead = Some((word, key.value_of(Kind::Word(ON_DEAD), "on_dead = skip", known)?));
            }
            _ => {
                self.word = Some(word);
                key.flag()?;
            }
        }
        Ok(())
    }

    /// Whether the attribute says `durable`.
    pub(super) fn is_durable(&self) -> bool {
        self.word.is_some()
    }

    /// The words that need `durable`, as they were written.
    pub(super) fn settings(&self) -> impl Iterator<Item = &Ident> {
        let numbers = [&self.retries, &self.concurrency].into_iter().flatten().map(|(word, _)| word);
        let words = [&self.key, &self.on_dead].into_iter().flatten().map(|(word, _)| word);
        numbers.chain(self.backoff.iter().map(|(word, _)| word)).chain(words)
    }
}

/// The fields of a delivery, which are not fields of the payload.
pub(super) fn is_part(name: &Ident) -> bool {
    ["tx", "db", "delivery", "context"].iter().any(|part| name == part)
}

/// Whether the name of a signal says that its receivers can be durable.
pub(super) fn is_known(signal: &Path) -> bool {
    can_be(&name_of(signal))
}

/// The same of the name alone.
pub(super) fn can_be(signal: &str) -> bool {
    ["post_commit", "post_delete_commit"].contains(&signal)
}

/// Whether it is a signal of models, by its name.
pub(super) fn is_of_models(signal: &Path) -> bool {
    name_of(signal).starts_with(char::is_lowercase)
}

fn name_of(signal: &Path) -> String {
    signal.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
}

/// Why a program cannot have what is durable.
pub(crate) fn missing(root: Root) -> Option<&'static str> {
    let has_feature = cfg!(any(feature = "durable", test));
    match root {
        Root::Core => Some(
            "the kernel has no database in which a delivery could be stored\n\n\
             help: durable receivers and signals are those of the crate `signals-rs`: `cargo add signals-rs --features durable`",
        ),
        Root::Facade if !has_feature => Some(
            "`durable` needs the feature `durable` of `signals-rs`\n\n\
             help: enable it, `cargo add signals-rs --features durable`",
        ),
        Root::Facade => None,
    }
}
