//! Charts as SVG, made here: bars by day, stacked, in the page's own colours. A table stands behind each.

use maud::{Markup, html};

/// One bar: its label, and its parts from the bottom up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) parts: Vec<i64>,
}

/// The drawing's size in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
/// Room for the numbers on the left and the labels below.
const LEFT: f64 = 44.0;
const BELOW: f64 = 24.0;
const ABOVE: f64 = 8.0;

/// Stacked bars with a scale; `names` are those of the parts.
pub(crate) fn bars(title: &str, names: &[&str], bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.parts.iter().sum::<i64>()).max().unwrap_or(0);
    let step = step(most);
    let top = (most + step - 1).div_euclid(step).max(1) * step;
    let plot = HEIGHT - ABOVE - BELOW;
    let y = |value: i64| ABOVE + plot * (1.0 - real(value) / real(top));
    let each = (WIDTH - LEFT) / real(i64::try_from(bars.len()).unwrap_or(1).max(1));
    // Labels that would lie on one another are left out.
    let every = (64.0 / each).ceil().max(1.0);
    html! {
        figure.chart {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(title) {
                @for line in 0..=top / step {
                    @let at = y(line * step);
                    line.grid x1=(LEFT) x2=(WIDTH) y1=(round(at)) y2=(round(at)) {}
                    text x=(LEFT - 8.0) y=(round(at + 4.0)) text-anchor="end" { (line * step) }
                }
                @for (n, bar) in bars.iter().enumerate() {
                    @let x = LEFT + each * real(i64::try_from(n).unwrap_or(0));
                    @for (part, from, to) in stacked(&bar.parts) {
                        rect class={ "part" (part) } x=(round(x + each * 0.12)) width=(round(each * 0.76))
                            y=(round(y(to))) height=(round(y(from) - y(to))) {}
                    }
                    @if real(i64::try_from(n).unwrap_or(0)) % every == 0.0 {
                        text x=(round(x + each / 2.0)) y=(HEIGHT - 6.0) text-anchor="middle" { (bar.label) }
                    }
                }
            }
            figcaption {
                @for (n, name) in names.iter().enumerate() { span { i class={ "key part" (n) } {} (name) } }
            }
        }
    }
}

/// Each part that there is, with where it begins and ends.
fn stacked(parts: &[i64]) -> Vec<(usize, i64, i64)> {
    let mut from = 0;
    let mut all = Vec::new();
    for (n, part) in parts.iter().enumerate().filter(|(_, part)| **part > 0) {
        all.push((n, from, from + part));
        from += part;
    }
    all
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that there are no more than five of them.
fn step(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for times in [1, 2, 5] {
            if power.saturating_mul(times).saturating_mul(5) >= most {
                return power * times;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of messages stay below 2^53")]
fn real(value: i64) -> f64 {
    value as f64
}

/// A tenth of a unit is finer than anybody sees.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_at_round_numbers() {
        assert_eq!([0, 1, 5, 6, 11, 26, 99, 480].map(step), [1, 1, 1, 2, 5, 10, 20, 100]);
    }

    #[test]
    fn parts_stand_on_one_another() {
        assert_eq!(stacked(&[2, 0, 3]), [(0, 0, 2), (2, 2, 5)]);
        let bar = |label: &str, parts: [i64; 2]| Bar { label: label.into(), parts: parts.into() };
        let html = bars("Replies", &["a", "b"], &[bar("1", [4, 1]), bar("2", [0, 0])]).into_string();
        assert_eq!(html.matches("<rect").count(), 2, "{html}");
        assert!(html.contains(r#"role="img" aria-label="Replies""#), "{html}");
        assert!(bars("None", &[], &[]).into_string().contains("<svg"));
    }
}
