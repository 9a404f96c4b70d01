//! Draws small line charts as SVG, for light and dark pages.

use std::fmt::Write as _;

/// A chart with the number of receivers to the right, as a logarithm.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) series: Vec<Series>,
}

pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 210.0;
const MARGIN: f64 = 46.0;
/// The receivers at the left and at the right end, as powers of ten.
const DECADES: (i32, i32) = (1, 4);

const STYLE: &str = "
  text { font: 12px sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .signals { stroke: #0969da; fill: #0969da; }
  .models { stroke: #bc4c00; fill: #bc4c00; }
  polyline { fill: none !important; stroke-width: 2; }
  text.signals, text.models { stroke: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .signals { stroke: #58a6ff; fill: #58a6ff; }
    .models { stroke: #f0883e; fill: #f0883e; }
  }
";

/// Two panels per line.
pub(crate) fn svg(panels: &[Panel]) -> String {
    let lines = panels.len().div_ceil(2);
    let height = HEIGHT * f64::from(u32::try_from(lines).unwrap_or(u32::MAX));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" role=\"img\">\n\
         <title>Growth with the number of receivers</title>\n<style>{STYLE}</style>\n",
        2.0 * WIDTH
    );
    let places = (0..).flat_map(|line| [(0.0, f64::from(line) * HEIGHT), (WIDTH, f64::from(line) * HEIGHT)]);
    for (panel, (x, y)) in panels.iter().zip(places) {
        writeln!(svg, "<g transform=\"translate({x} {y})\">{}</g>", panel.draw()).expect("a string grows");
    }
    svg + "</svg>\n"
}

impl Panel {
    fn draw(&self) -> String {
        let values = self.series.iter().flat_map(|series| series.points.iter().map(|(_, value)| *value));
        let top = nice(values.fold(0.0, f64::max));
        let (left, right, bottom, ceiling) = (MARGIN, WIDTH - 12.0, HEIGHT - 34.0, 34.0);
        let decades = f64::from(DECADES.1 - DECADES.0);
        let x = |receivers: f64| left + (receivers.log10() - f64::from(DECADES.0)) / decades * (right - left);
        let y = |value: f64| bottom - value / top * (bottom - ceiling);

        let mut svg = format!("\n<text class=\"title\" x=\"{left}\" y=\"16\">{}</text>\n", self.title);
        for value in [0.0, top / 2.0, top] {
            let (at, unit) = (y(value), if value > 0.0 { self.unit } else { "" });
            svg += &format!(
                "<line class=\"axis\" x1=\"{left}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\" opacity=\"0.5\"/>\n"
            );
            svg += &format!(
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value} {unit}</text>\n",
                left - 4.0,
                at + 4.0
            );
        }
        for decade in DECADES.0..=DECADES.1 {
            let receivers = 10_f64.powi(decade);
            let anchor = if decade == DECADES.1 { "end" } else { "middle" };
            let word = if decade == DECADES.1 { " receivers" } else { "" };
            svg += &format!(
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}{word}</text>\n",
                x(receivers),
                bottom + 18.0,
                receivers
            );
        }
        for (index, Series { name, points }) in self.series.iter().enumerate() {
            let line: Vec<_> = points.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
            svg += &format!("<polyline class=\"{name}\" points=\"{}\"/>\n", line.join(" "));
            for (at, value) in points {
                svg += &format!("<circle class=\"{name}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"/>\n", x(*at), y(*value));
            }
            let down = 30.0 + 14.0 * f64::from(u32::try_from(index).unwrap_or(0));
            svg += &format!("<text class=\"{name}\" x=\"{}\" y=\"{down}\">{name}</text>\n", left + 6.0);
        }
        svg
    }
}

/// The next number upward that reads well.
fn nice(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-9).log10().floor());
    [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].map(|step| step * power).into_iter().find(|step| *step >= value).unwrap_or(value)
}
