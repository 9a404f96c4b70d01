//! The wiring as JSON.

use core::fmt;

use super::{WiredReceiver, WiredSignal, Wiring};
use crate::receiver::ReceiverId;

impl Wiring {
    /// The wiring as JSON, an array with an object for each signal of each sender:
    ///
    /// ```json
    /// [
    ///   {
    ///     "signal": "post_save", "sender": "User", "module": "accounts", "any_sender": false, "error": null,
    ///     "receivers": [
    ///       {
    ///         "name": "accounts::create_profile", "module": "accounts",
    ///         "file": "src/accounts.rs", "line": 12, "column": 1,
    ///         "filters": ["created = true"], "reads": ["instance", "tx"],
    ///         "any_sender": false, "raw": false, "async": true, "after": [], "before": []
    ///       }
    ///     ]
    ///   }
    /// ]
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        list(self.signals.iter().map(WiredSignal::json), "\n") + "\n"
    }
}

impl WiredSignal {
    fn json(&self) -> String {
        let optional = |text: Option<&str>| text.map_or_else(|| "null".to_owned(), |text| Quoted(text).to_string());
        format!(
            r#"{{"signal": {}, "sender": {}, "module": {}, "any_sender": {}, "error": {}, "receivers": {}}}"#,
            Quoted(self.signal),
            optional(self.sender),
            optional(self.module),
            self.any_sender,
            optional(self.error.as_ref().map(ToString::to_string).as_deref()),
            list(self.receivers.iter().map(WiredReceiver::json), "\n  "),
        )
    }
}

impl WiredReceiver {
    fn json(&self) -> String {
        let Self { receiver, any_sender } = self;
        let place = receiver.id.location;
        let texts = |texts: &[&str]| list(texts.iter().map(|text| Quoted(text).to_string()), "");
        let names =
            |ids: &mut dyn Iterator<Item = &'static ReceiverId>| list(ids.map(|id| Quoted(&id.name).to_string()), "");
        format!(
            concat!(
                r#"{{"name": {}, "module": {}, "file": {}, "line": {}, "column": {}, "filters": {}, "reads": {}, "#,
                r#""any_sender": {}, "raw": {}, "async": {}, "after": {}, "before": {}}}"#
            ),
            Quoted(&receiver.id.name),
            Quoted(receiver.module),
            Quoted(place.file),
            place.line,
            place.column,
            texts(receiver.filters),
            texts(receiver.reads),
            any_sender,
            receiver.raw,
            receiver.is_async(),
            names(&mut receiver.after()),
            names(&mut receiver.before()),
        )
    }
}

/// A list, with `before` in front of each item.
fn list(items: impl Iterator<Item = String>, before: &str) -> String {
    let items: Vec<String> = items.map(|item| format!("{before}{item}")).collect();
    format!("[{}]", items.join(if before.is_empty() { ", " } else { "," }))
}

/// A text as JSON has it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
                character => write!(f, "{character}")?,
            }
        }
        f.write_str("\"")
    }
}
