//! The grammar of `#[signal(..)]`, without its meaning.

use proc_macro2::TokenStream;
use syn::{Item, ItemStruct, LitStr, Path, Type};

use super::durability::Durable;
use crate::errors::Errors;
use crate::foreign::Place;
use crate::grammar::Keys;
use crate::subject::{Subject, heading};

/// A struct and its attribute.
pub(super) struct Parsed {
    /// The struct; its name and generics alone if it cannot be parsed.
    pub(super) item: ItemStruct,
    /// The struct as it was written.
    pub(super) written: TokenStream,
    /// Whether the whole struct was parsed.
    pub(super) is_whole: bool,
    pub(super) arguments: Arguments,
}

/// The content of the parentheses.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) calls: Calls,
    pub(super) sender: SentBy,
    pub(super) output: Option<Type>,
    pub(super) name: Option<LitStr>,
    pub(super) durable: Durable,
    pub(super) root: Option<Path>,
}

/// How a signal calls its receivers.
#[derive(Clone, Copy, Default)]
pub(super) enum Calls {
    #[default]
    Synchronously,
    Awaiting,
}

/// What sends a signal.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum SentBy {
    /// The program, and no type in particular.
    #[default]
    Anything,
    /// The types that its type parameter stands for.
    Types,
}

const KEYS: Keys =
    Keys::new(Place::Signal, &["async", "sender", "output", "name", "durable", "version", "upcast", "crate"]);

pub(super) fn parse(attribute: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Parsed> {
    let mut arguments = Arguments::default();
    KEYS.parse(attribute, errors, |key| {
        match key.name() {
            "async" => {
                key.flag()?;
                arguments.calls = Calls::Awaiting;
            }
            "sender" => {
                arguments.sender = SentBy::Types;
                key.flag()?;
            }
            "output" => arguments.output = Some(key.value("output = Vote")?),
            "durable" => {
                arguments.calls = Calls::Awaiting;
                arguments.durable.value(&key)?;
            }
            "version" | "upcast" => arguments.durable.value(&key)?,
            "name" => arguments.name = Some(key.value("name = \"order_paid\"")?),
            _ => arguments.root = Some(key.root()?),
        }
        Ok(())
    });
    let written = item.clone();
    let (item, is_whole) = parse_item(item, errors)?;
    Some(Parsed { item, written, is_whole, arguments })
}

/// The struct, and whether the whole of it was parsed.
fn parse_item(item: TokenStream, errors: &mut Errors) -> Option<(ItemStruct, bool)> {
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => Some((item, true)),
        Ok(other) => {
            errors.push(Subject::Signal.misplaced(&other));
            None
        }
        // The compiler has said it.
        Err(_) => match heading(item) {
            Some(Item::Struct(item)) => Some((item, false)),
            _ => None,
        },
    }
}
