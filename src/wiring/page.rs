//! The wiring as a page of HTML.

use askama::Template;
use signals_core::SourceLocation;

use super::{WiredReceiver, WiredSignal, Wiring};

impl Wiring {
    /// The wiring as one page of HTML with a field to search it. The page needs no other file.
    ///
    /// ```
    /// std::fs::write("/tmp/wiring.html", signals::wiring().to_html())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        let page = Page { title: "Signals and receivers", sections: self.by_heading().map(Section::of).collect() };
        match page.render() {
            Ok(html) => html,
            Err(error) => unreachable!("what the template prints does not fail: {error}"),
        }
    }
}

#[derive(Template)]
#[template(path = "wiring.html")]
struct Page<'a> {
    title: &'a str,
    sections: Vec<Section<'a>>,
}

/// The signals of one sender.
struct Section<'a> {
    title: &'a str,
    module: &'a str,
    signals: Vec<Signal<'a>>,
}

impl<'a> Section<'a> {
    fn of(signals: &'a [WiredSignal]) -> Self {
        Self {
            title: signals[0].title(),
            module: signals[0].module.unwrap_or_default(),
            signals: signals.iter().map(Signal::of).collect(),
        }
    }
}

struct Signal<'a> {
    name: &'a str,
    label: Option<String>,
    error: Option<String>,
    receivers: Vec<Row<'a>>,
}

impl<'a> Signal<'a> {
    fn of(signal: &'a WiredSignal) -> Self {
        Self {
            name: signal.signal,
            label: signal.label(),
            error: signal.error.as_ref().map(ToString::to_string),
            receivers: signal.receivers.iter().map(|receiver| Row::of(signal, receiver)).collect(),
        }
    }
}

/// A receiver.
struct Row<'a> {
    name: &'a str,
    conditions: String,
    location: SourceLocation,
}

impl<'a> Row<'a> {
    fn of(signal: &'a WiredSignal, wired: &'a WiredReceiver) -> Self {
        let id = &wired.receiver.id;
        Self { name: &id.name, conditions: signal.conditions(wired), location: id.location }
    }
}
