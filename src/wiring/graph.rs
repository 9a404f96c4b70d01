//! The wiring as a graph, in the languages of Mermaid and Graphviz: sender, signal, receivers.

use std::fmt::Write as _;

use super::{WiredSignal, Wiring};

/// Boxes, and arrows between them.
#[derive(Default)]
struct Graph {
    boxes: Vec<(Kind, String)>,
    arrows: Vec<(usize, usize, String)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Sender,
    Signal,
    Receiver,
}

impl Graph {
    fn of(wiring: &Wiring) -> Self {
        let mut graph = Self::default();
        for signal in &wiring.signals {
            graph.add(signal);
        }
        graph
    }

    /// Adds a signal. Its receivers are numbered in the order in which they are called.
    fn add(&mut self, signal: &WiredSignal) {
        let from = signal.has_sender().then(|| self.index_of(Kind::Sender, signal.heading()));
        let label = match signal.label() {
            Some(label) if signal.has_sender() => label,
            Some(label) => format!("{} {label}", signal.heading()),
            None => signal.heading(),
        };
        // Each sender has its own `post_save`.
        self.boxes.push((Kind::Signal, label));
        let index = self.boxes.len() - 1;
        if let Some(sender) = from {
            self.arrows.push((sender, index, String::new()));
        }
        for (position, receiver) in signal.receivers.iter().enumerate() {
            let to = self.index_of(Kind::Receiver, receiver.receiver.id.name.to_string());
            let conditions = signal.conditions(receiver);
            let comma = if conditions.is_empty() { "" } else { ", " };
            self.arrows.push((index, to, format!("{}{comma}{conditions}", position + 1)));
        }
    }

    fn index_of(&mut self, kind: Kind, label: String) -> usize {
        let found = self.boxes.iter().position(|known| *known == (kind, label.clone()));
        found.unwrap_or_else(|| {
            self.boxes.push((kind, label));
            self.boxes.len() - 1
        })
    }
}

impl Wiring {
    /// The wiring as a flowchart of [Mermaid](https://mermaid.js.org), which GitHub and other forges render in Markdown.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let graph = Graph::of(self);
        let mut text = "flowchart LR\n".to_owned();
        // Its strings are HTML in quotes.
        let escaped = |label: &str| {
            label
                .replace('#', "#35;")
                .replace('&', "#amp;")
                .replace('"', "#quot;")
                .replace('<', "#lt;")
                .replace('>', "#gt;")
        };
        for (index, (kind, label)) in graph.boxes.iter().enumerate() {
            let (open, close) = match kind {
                Kind::Sender => ("[[", "]]"),
                Kind::Signal => ("([", "])"),
                Kind::Receiver => ("[", "]"),
            };
            let _ = writeln!(text, "    n{index}{open}\"{}\"{close}", escaped(label));
        }
        for (from, to, label) in &graph.arrows {
            let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(label)) };
            let _ = writeln!(text, "    n{from} -->{label} n{to}");
        }
        text
    }

    /// The wiring in the DOT language of [Graphviz](https://graphviz.org): `dot -Tsvg`.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let graph = Graph::of(self);
        let mut text = "digraph wiring {\n    rankdir = LR;\n    node [shape = box];\n".to_owned();
        let escaped = |label: &str| label.replace('\\', "\\\\").replace('"', "\\\"");
        for (index, (kind, label)) in graph.boxes.iter().enumerate() {
            let shape = match kind {
                Kind::Sender => ", shape = component",
                Kind::Signal => ", style = rounded",
                Kind::Receiver => "",
            };
            let _ = writeln!(text, "    n{index} [label = \"{}\"{shape}];", escaped(label));
        }
        for (from, to, label) in &graph.arrows {
            let label = if label.is_empty() { String::new() } else { format!(" [label = \"{}\"]", escaped(label)) };
            let _ = writeln!(text, "    n{from} -> n{to}{label};");
        }
        text + "}\n"
    }
}
