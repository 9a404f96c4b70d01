//! Values of the context that durable receivers get as well.

use std::fmt;

use serde_json::{Map, Value as Json};
use signals_core::__private::catch_panic;
use signals_core::{Context, ContextValue};

use crate::error::{Error, Result};

/// A value of the context that is stored with the events of durable receivers, so that they have it when they run: in another
/// process, later. [`ConnectOptions::carry`](crate::ConnectOptions::carry) says which types are stored.
///
/// The values of an event are visible in the table `signals_event`, and with the feature `tracing` in the spans of its attempts.
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how it is stored with an event",
    label = "not carried",
    note = "implement `signals::durable::Carried` for `{Self}`: its name, `to_text` and `from_text`"
)]
pub trait Carried: ContextValue + Sized {
    /// The name under which it is stored. It stays the same when the type is renamed or moved.
    const NAME: &'static str;

    /// The value as it is stored.
    fn to_text(&self) -> String;

    /// The value that was stored, or `None` if the text is not one of these.
    fn from_text(text: &str) -> Option<Self>;

    /// Links the span of an attempt to what has caused it, with the feature `tracing`. The default does nothing.
    ///
    /// It is called for each value that is stored with an event: with the span `delivery` of each attempt to call a receiver, and with the
    /// spans `publish` and `receive` of an event that is sent to another program. The span has not been entered yet, which is when
    /// OpenTelemetry still takes a parent. `attempt` is 1 for the first one. A panic is reported to the handler of
    /// [`ConnectOptions::on_error`](crate::ConnectOptions::on_error), and the attempt goes on.
    ///
    /// ```
    /// # use signals::durable::Carried;
    /// /// The header `traceparent` of the request that caused the event.
    /// struct TraceParent(String);
    ///
    /// impl Carried for TraceParent {
    ///     const NAME: &'static str = "traceparent";
    ///
    ///     fn to_text(&self) -> String {
    ///         self.0.clone()
    ///     }
    ///
    ///     fn from_text(text: &str) -> Option<Self> {
    ///         Some(TraceParent(text.to_owned()))
    ///     }
    ///
    ///     fn link_span(&self, span: &tracing::Span, _attempt: u32) {
    ///         // `00-<trace id>-<span id>-<flags>`; the spans have an empty field `trace_id`.
    ///         if let Some(trace) = self.0.split('-').nth(1) {
    ///             span.record("trace_id", trace);
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// With OpenTelemetry it sets the parent of the span, or adds a link: see [chapter 15 of the guide](crate::guide::chapter_15#traces).
    #[cfg(feature = "tracing")]
    fn link_span(&self, span: &tracing::Span, attempt: u32) {
        _ = (span, attempt);
    }
}

/// How one type is carried.
#[derive(Clone, Copy)]
pub(crate) struct Carrier {
    name: &'static str,
    write: fn(&Context) -> Option<String>,
    read: fn(&Context, &str) -> Option<Context>,
    #[cfg(feature = "tracing")]
    link: fn(&str, &tracing::Span, u32),
}

impl Carrier {
    pub(super) const fn of<T: Carried>() -> Self {
        Self {
            name: T::NAME,
            write: |context| context.get::<T>().map(T::to_text),
            read: |context, text| T::from_text(text).map(|value| context.with(value)),
            #[cfg(feature = "tracing")]
            link: |text, span, attempt| {
                if let Some(value) = T::from_text(text) {
                    value.link_span(span, attempt);
                }
            },
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
    let mut context = context.clone();
    for (carrier, text) in stored(carriers, json)? {
        // It is code of the user, which may panic.
        context = match catch_panic(|| (carrier.read)(&context, &text)) {
            Ok(Some(context)) => context,
            Ok(None) => return Err(unreadable(format_args!("the value of `{}`", carrier.name))),
            Err(panic) => {
                return Err(unreadable(format_args!("the value of `{}`: a panic: {}", carrier.name, panic.message)));
            }
        };
    }
    Ok(context)
}

/// The values of the JSON whose types are carried.
fn stored<'a>(carriers: &'a [Carrier], json: &str) -> Result<impl Iterator<Item = (&'a Carrier, String)>> {
    let mut values: Map<String, Json> =
        serde_json::from_str(json).map_err(|error| unreadable(format_args!("{error}")))?;
    Ok(carriers.iter().filter_map(move |carrier| match values.remove(carrier.name) {
        Some(Json::String(text)) => Some((carrier, text)),
        _ => None,
    }))
}

fn unreadable(what: fmt::Arguments<'_>) -> Error {
    Error::other(format!("the stored context of an event cannot be read: {what}"))
}

/// Links a span to each value of the JSON whose type is carried. What cannot be read is a failure of the attempt, and not of its span.
#[cfg(feature = "tracing")]
pub(super) fn link(carriers: &[Carrier], json: &str, span: &tracing::Span, attempt: u32, report: impl Fn(Error)) {
    for (carrier, text) in stored(carriers, json).into_iter().flatten() {
        if let Err(panic) = catch_panic(|| (carrier.link)(&text, span, attempt)) {
            let (name, message) = (carrier.name, panic.message);
            report(Error::other(format!("`link_span` of the carried value `{name}` panicked: {message}")));
        }
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
