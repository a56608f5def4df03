//! Symbols that are no letters, drawn as shapes, so that they look alike in every font.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::CELL;

/// Shapes by colour: one path each, so that the file stays small.
#[derive(Default)]
pub(super) struct Paths(BTreeMap<String, String>);

impl Paths {
    fn path(&mut self, color: &str) -> &mut String {
        self.0.entry(color.to_owned()).or_default()
    }

    pub(super) fn rect(&mut self, color: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let _ = write!(self.path(color), "M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z");
    }

    fn dot(&mut self, color: &str, (x, y): (f64, f64), radius: f64) {
        let left = x - radius;
        let (r, d) = (radius, 2.0 * radius);
        let _ = write!(self.path(color), "M{left:.1} {y:.1}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z");
    }

    pub(super) fn svg(&self, paint: &str, more: &str) -> String {
        let edges = if paint == "fill" { " shape-rendering=\"crispEdges\"" } else { "" };
        let paths = self.0.iter().map(|(color, path)| {
            // Dots are round, blocks have crisp edges.
            let edges = if path.contains('a') { "" } else { edges };
            format!("<path {paint}=\"{color}\"{more}{edges} d=\"{path}\"/>\n")
        });
        paths.collect()
    }
}

/// Draws a symbol that is no letter, with its upper left corner at `(x, y)`. Returns whether it was one.
pub(super) fn draw(
    symbol: char,
    (x, y): (f64, f64),
    color: &str,
    shapes: &mut Paths,
    strokes: &mut Paths,
) -> bool {
    let (width, height) = CELL;
    let (middle, half) = (x + width / 2.0, y + height / 2.0);
    let (right, bottom) = (x + width, y + height);
    let eighths = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    if let Some(eighth) = eighths.iter().position(|block| *block == symbol) {
        // Blocks are lower than their row, so that bars one above the other stay apart.
        shapes.rect(color, (x, y + 3.0), (width * (eighth + 1) as f64 / 8.0, height - 6.0));
        return true;
    }
    let line = match symbol {
        '▀' => {
            shapes.rect(color, (x, y), (width, height / 2.0));
            return true;
        }
        '▄' => {
            shapes.rect(color, (x, half), (width, height / 2.0));
            return true;
        }
        '•' => {
            shapes.dot(color, (middle, half), 2.4);
            return true;
        }
        '●' => {
            shapes.dot(color, (middle, half), 3.6);
            return true;
        }
        '·' => {
            shapes.dot(color, (middle, half), 0.6);
            return true;
        }
        '\u{2800}'..='\u{28ff}' => {
            let bits = symbol as u32 - 0x2800;
            // Column by column, but for the lowest row, which Unicode added last.
            let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
            for (bit, (column, row)) in places.into_iter().enumerate() {
                if bits >> bit & 1 == 1 {
                    let place = (
                        x + width * (0.25 + 0.5 * f64::from(column)),
                        y + height * (0.125 + 0.25 * f64::from(row)),
                    );
                    shapes.dot(color, place, 1.25);
                }
            }
            return true;
        }
        '─' => format!("M{x:.1} {half:.1}H{right:.1}"),
        '│' => format!("M{middle:.1} {y:.1}V{bottom:.1}"),
        '╭' => {
            format!("M{right:.1} {half:.1}H{:.1}Q{middle:.1} {half:.1} {middle:.1} {bottom:.1}", right - 2.0)
        }
        '╮' => format!("M{x:.1} {half:.1}H{:.1}Q{middle:.1} {half:.1} {middle:.1} {bottom:.1}", x + 2.0),
        '╰' => format!("M{right:.1} {half:.1}H{:.1}Q{middle:.1} {half:.1} {middle:.1} {y:.1}", right - 2.0),
        '╯' => format!("M{x:.1} {half:.1}H{:.1}Q{middle:.1} {half:.1} {middle:.1} {y:.1}", x + 2.0),
        '└' => format!("M{right:.1} {half:.1}H{middle:.1}V{y:.1}"),
        '┤' => format!("M{middle:.1} {y:.1}V{bottom:.1}M{x:.1} {half:.1}H{middle:.1}"),
        '┴' => format!("M{x:.1} {half:.1}H{right:.1}M{middle:.1} {half:.1}V{y:.1}"),
        _ => return false,
    };
    strokes.path(color).push_str(&line);
    true
}
