//! Values of the context that durable receivers get as well.

use std::fmt;

use serde_json::{Map, Value as Json};
use signals_core::{Context, ContextValue};

use super::{ConnectOptions, Db};
use crate::error::{Error, Result};

/// A value of the context that is stored with the events of durable receivers, so that they have it when they run: in another
/// process, later. [`ConnectOptions::carry`] says which types are stored.
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
    read: fn(&Db, &str) -> Option<Db>,
}

impl Carrier {
    const fn of<T: Carried>() -> Self {
        Self {
            name: T::NAME,
            write: |context| context.get::<T>().map(T::to_text),
            read: |db, text| T::from_text(text).map(|value| db.with(value)),
        }
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl ConnectOptions {
    /// Stores the values of this type in the context with the events of durable receivers: who acts, the tenant, the trace of the
    /// request. A receiver takes it with `#[context]` as usual. Other values of the context are those of the `Db` of the worker.
    ///
    /// ```
    /// # use signals::durable::Carried;
    /// # struct Tenant(String);
    /// # impl Carried for Tenant {
    /// #     const NAME: &'static str = "tenant";
    /// #     fn to_text(&self) -> String { self.0.clone() }
    /// #     fn from_text(text: &str) -> Option<Self> { Some(Tenant(text.to_owned())) }
    /// # }
    /// let options = signals::ConnectOptions::new("sqlite::memory:").carry::<Tenant>();
    /// ```
    pub fn carry<T: Carried>(mut self) -> Self {
        self.carriers.retain(|known| known.name != T::NAME);
        self.carriers.push(Carrier::of::<T>());
        self
    }
}

impl Db {
    /// The values of the context that are carried, as JSON. `None` if there are none.
    pub(crate) fn carried(&self) -> Option<String> {
        let mut values = Map::new();
        for carrier in &self.shared.options.carriers {
            if let Some(text) = (carrier.write)(self.context()) {
                values.insert(carrier.name.to_owned(), text.into());
            }
        }
        (!values.is_empty()).then(|| Json::Object(values).to_string())
    }

    /// A handle whose context has these carried values. A value whose type this program does not carry is left out.
    ///
    /// # Errors
    /// A value cannot be read.
    pub(crate) fn with_carried(&self, json: &str) -> Result<Self> {
        let unreadable = |what: &str| Error::other(format!("the stored context of an event cannot be read: {what}"));
        let values: Map<String, Json> = serde_json::from_str(json).map_err(|error| unreadable(&error.to_string()))?;
        let mut db = self.clone();
        for carrier in &self.shared.options.carriers {
            if let Some(Json::String(text)) = values.get(carrier.name) {
                db =
                    (carrier.read)(&db, text).ok_or_else(|| unreadable(&format!("the value of `{}`", carrier.name)))?;
            }
        }
        Ok(db)
    }
}
