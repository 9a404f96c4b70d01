//! Values of the context that durable receivers get as well.

use std::fmt;

use serde_json::{Map, Value as Json};
use signals_core::{Context, ContextValue};

use crate::error::{Error, Result};

/// A value of the context that is stored with the events of durable receivers, so that they have it when they run: in another
/// process, later. [`ConnectOptions::carry`](crate::ConnectOptions::carry) says which types are stored.
///
/// ```
/// use signals::durable::Carried;
///
/// struct Tenant(String);
///
/// impl Carried for Tenant {
///     const NAME: &'static str = "tenant";
///
///     fn to_text(&self) -> String {
///         self.0.clone()
///     }
///
///     fn from_text(text: &str) -> Option<Self> {
///         Some(Tenant(text.to_owned()))
///     }
/// }
/// ```
pub trait Carried: ContextValue + Sized {
    /// The name under which it is stored. It stays the same when the type is renamed or moved.
    const NAME: &'static str;

    /// The value as it is stored.
    fn to_text(&self) -> String;

    /// The value that was stored, or `None` if the text is not one of these.
    fn from_text(text: &str) -> Option<Self>;
}

/// How one type is carried.
#[derive(Clone, Copy)]
pub(crate) struct Carrier {
    name: &'static str,
    write: fn(&Context) -> Option<String>,
    read: fn(&Context, &str) -> Option<Context>,
}

impl Carrier {
    pub(super) const fn of<T: Carried>() -> Self {
        Self {
            name: T::NAME,
            write: |context| context.get::<T>().map(T::to_text),
            read: |context, text| T::from_text(text).map(|value| context.with(value)),
        }
    }

    /// Adds a carrier, which replaces that of the same name.
    pub(super) fn add(self, carriers: &mut Vec<Self>) {
        carriers.retain(|known| known.name != self.name);
        carriers.push(self);
    }
}

/// The values of a context that are carried, as JSON. `None` if there are none.
pub(super) fn write(carriers: &[Carrier], context: &Context) -> Option<String> {
    let mut values = Map::new();
    for carrier in carriers {
        if let Some(text) = (carrier.write)(context) {
            values.insert(carrier.name.to_owned(), text.into());
        }
    }
    (!values.is_empty()).then(|| Json::Object(values).to_string())
}

/// A context with the carried values as well. A value whose type this program does not carry is left out.
pub(super) fn read(carriers: &[Carrier], context: &Context, json: &str) -> Result<Context> {
    let unreadable = |what: &str| Error::other(format!("the stored context of an event cannot be read: {what}"));
    let values: Map<String, Json> = serde_json::from_str(json).map_err(|error| unreadable(&error.to_string()))?;
    let mut context = context.clone();
    for carrier in carriers {
        if let Some(Json::String(text)) = values.get(carrier.name) {
            context = (carrier.read)(&context, text)
                .ok_or_else(|| unreadable(&format!("the value of `{}`", carrier.name)))?;
        }
    }
    Ok(context)
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
