//! The wiring as a page to look through.

use std::fmt::Write as _;

use super::{WiredSignal, Wiring};

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Wiring</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
  input { font: inherit; width: 100%; padding: .4rem; box-sizing: border-box; }
  h2 { margin: 2rem 0 0; font-size: 1.2rem; }
  h2 small, td:last-child { opacity: .65; font-weight: normal; }
  h3 { margin: .8rem 0 .2rem; font-size: 1rem; }
  table { border-collapse: collapse; width: 100%; }
  td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
  td:first-child { width: 1.5rem; text-align: right; }
  .error { color: crimson; }
</style>
<h1>Wiring</h1>
<input type="search" placeholder="A model, a signal, a receiver" autofocus>
"#;

/// Shows the rows that have the words in them, or in what stands above them.
const SEARCH: &str = r#"<script>
  document.querySelector("input").addEventListener("input", event => {
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const section of document.querySelectorAll("section")) {
      for (const signal of section.querySelectorAll("div")) {
        for (const row of signal.querySelectorAll("tr")) {
          const text = (section.dataset.name + " " + signal.dataset.name + " " + row.textContent).toLowerCase();
          row.hidden = !words.every(word => text.includes(word));
        }
        signal.hidden = !signal.querySelector("tr:not([hidden])");
      }
      section.hidden = !section.querySelector("div:not([hidden])");
    }
  });
</script>
"#;

impl Wiring {
    /// The wiring as one page of HTML that needs nothing else, with a field to search it.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut page = HEAD.to_owned();
        for signals in self.by_heading() {
            let (title, module) = (escaped(signals[0].title()), escaped(signals[0].module.unwrap_or_default()));
            let _ =
                writeln!(page, "<section data-name=\"{title} {module}\">\n<h2>{title} <small>{module}</small></h2>");
            for signal in signals {
                signal.html(&mut page);
            }
            page += "</section>\n";
        }
        page + SEARCH + "</html>\n"
    }
}

impl WiredSignal {
    fn html(&self, page: &mut String) {
        let name = escaped(self.signal);
        let _ = writeln!(page, "<div data-name=\"{name}\">");
        if self.has_sender() {
            let _ = writeln!(page, "<h3>{name}</h3>");
        }
        if let Some(error) = &self.error {
            let _ = writeln!(page, "<p class=\"error\">{}</p>", escaped(&error.to_string()));
        }
        *page += "<table>\n";
        for (index, receiver) in self.receivers.iter().enumerate() {
            let _ = writeln!(
                page,
                "<tr><td>{}<td><code>{}</code><td>{}<td>{}",
                index + 1,
                escaped(&receiver.receiver.id.name),
                escaped(&self.conditions(receiver)),
                escaped(&receiver.receiver.id.location.to_string()),
            );
        }
        *page += "</table>\n</div>\n";
    }
}

/// A text as HTML has it, in an attribute as well.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
