//! What is sent: events, and receipts for them.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value as Json, json};

use crate::db::micros;
use crate::delivery::Fields;
use crate::durable::claim::{self, Claimed, duration};
use crate::error::{Error, Result};

/// For how much longer than its program sends an event the other one knows that it was received: no two clocks differ more.
const CLOCKS: Duration = Duration::from_hours(24);

/// An event on its way to another program.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Envelope {
    /// The program that sends it.
    pub(super) from: String,
    /// The number of the event there.
    pub(super) event: i64,
    /// When it was stored there, in microseconds since 1970.
    pub(super) at: i64,
    /// When it is not sent any more, in microseconds since 1970.
    pub(super) expires: i64,
    pub(super) signal: String,
    pub(super) version: u32,
    pub(super) fields: Fields,
    /// The values of the context that are carried, as JSON.
    pub(super) context: Option<String>,
}

impl Envelope {
    pub(super) fn new(from: &str, claimed: &Claimed, max_age: Duration) -> Result<Self> {
        let fields = claim::fields(claimed.event, &claimed.payload)?;
        let at = micros(claimed.at);
        Ok(Self {
            from: from.to_owned(),
            event: claimed.event,
            at,
            expires: at.saturating_add(duration(max_age)).saturating_add(duration(CLOCKS)),
            signal: claimed.signal.clone(),
            version: claimed.version,
            fields,
            context: claimed.context.clone(),
        })
    }

    pub(super) fn write(&self) -> Bytes {
        let Self { from, event, at, expires, signal, version, fields, context } = self;
        json!({
            "from": from, "event": event, "at": at, "expires": expires,
            "signal": signal, "version": version, "payload": fields, "context": context,
        })
        .to_string()
        .into()
    }

    pub(super) fn read(message: &[u8]) -> Result<Self> {
        let mut message = Message::read(message)?;
        let version = message.number("version")?;
        Ok(Self {
            from: message.text("from")?,
            event: message.number("event")?,
            at: message.number("at")?,
            expires: message.number("expires")?,
            signal: message.text("signal")?,
            version: u32::try_from(version).map_err(Error::other)?,
            context: message.text("context").ok(),
            fields: match message.0.remove("payload") {
                Some(Json::Object(fields)) => fields,
                _ => return Err(missing("payload")),
            },
        })
    }

    pub(super) fn receipt(&self, by: &str) -> Receipt {
        Receipt { by: by.to_owned(), event: self.event, at: self.at }
    }
}

/// What a program sends back after it has committed an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The program that has received it.
    pub(super) by: String,
    pub(super) event: i64,
    pub(super) at: i64,
}

impl Receipt {
    pub(super) fn write(&self) -> Bytes {
        let Self { by, event, at } = self;
        json!({"by": by, "event": event, "at": at}).to_string().into()
    }

    pub(super) fn read(message: &[u8]) -> Result<Self> {
        let mut message = Message::read(message)?;
        Ok(Self { by: message.text("by")?, event: message.number("event")?, at: message.number("at")? })
    }
}

struct Message(Fields);

impl Message {
    fn read(message: &[u8]) -> Result<Self> {
        serde_json::from_slice(message).map(Self).map_err(|error| unreadable(&error.to_string()))
    }

    fn text(&mut self, name: &str) -> Result<String> {
        match self.0.remove(name) {
            Some(Json::String(text)) => Ok(text),
            _ => Err(missing(name)),
        }
    }

    fn number(&mut self, name: &str) -> Result<i64> {
        self.0.remove(name).and_then(|number| number.as_i64()).ok_or_else(|| missing(name))
    }
}

fn missing(name: &str) -> Error {
    unreadable(&format!("it has no `{name}`"))
}

fn unreadable(reason: &str) -> Error {
    Error::other(format!("a message of another program cannot be read: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() -> Result<()> {
        let fields = Fields::from_iter([("amount".to_owned(), u64::MAX.into())]);
        let (from, signal, context) = ("orders".to_owned(), "OrderPaid".to_owned(), Some("{}".to_owned()));
        let envelope = Envelope { from, event: 7, at: 5, expires: 9, signal, version: 2, fields, context };
        assert_eq!(Envelope::read(&envelope.write())?, envelope);
        let without = Envelope { context: None, ..envelope };
        assert_eq!(Envelope::read(&without.write())?, without);
        let receipt = without.receipt("mail");
        assert_eq!(Receipt::read(&receipt.write())?, receipt);
        Ok(())
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        for message in ["", "[]", "{}", r#"{"by":"mail","event":"7","at":1}"#] {
            assert!(
                Receipt::read(message.as_bytes()).is_err() && Envelope::read(message.as_bytes()).is_err(),
                "{message}"
            );
        }
    }
}
