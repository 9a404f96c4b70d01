//! The grammar of `#[signal(..)]`, without its meaning.

use proc_macro2::TokenStream;
use syn::{Item, ItemStruct, LitStr, Path, Type};

use crate::errors::Errors;
use crate::foreign::Place;
use crate::grammar::{Keys, first_word};

/// A struct and its attribute.
pub(super) struct Parsed {
    pub(super) item: ItemStruct,
    pub(super) arguments: Arguments,
}

/// The content of the parentheses.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) calls: Calls,
    pub(super) output: Option<Type>,
    pub(super) name: Option<LitStr>,
    pub(super) root: Option<Path>,
}

/// How a signal calls its receivers.
#[derive(Clone, Copy, Default)]
pub(super) enum Calls {
    #[default]
    Synchronously,
    Awaiting,
}

const KEYS: Keys = Keys::new(Place::Signal, &["async", "output", "name", "crate"]);

pub(super) fn parse(attribute: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Parsed> {
    let mut arguments = Arguments::default();
    KEYS.parse(attribute, errors, |key| {
        match key.name() {
            "async" => {
                key.flag()?;
                arguments.calls = Calls::Awaiting;
            }
            "output" => arguments.output = Some(key.value("output = Vote")?),
            "name" => arguments.name = Some(key.value("name = \"order_paid\"")?),
            _ => arguments.root = Some(key.root()?),
        }
        Ok(())
    });
    let item = parse_item(item, errors)?;
    Some(Parsed { item, arguments })
}

fn parse_item(item: TokenStream, errors: &mut Errors) -> Option<ItemStruct> {
    let message = "the `signal` attribute goes on a struct, whose fields are what receivers may ask for";
    match syn::parse2::<Item>(item) {
        Ok(Item::Struct(item)) => return Some(item),
        Ok(Item::Enum(item)) => {
            let help = "help: put the enum into a field of a struct, as in `struct OrderChanged { to: Status }`";
            errors.on(item.enum_token, format!("{message}\n\n{help}"));
        }
        Ok(other) => errors.on(first_word(&other), message),
        Err(error) => errors.push(error),
    }
    None
}
