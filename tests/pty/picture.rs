//! The pictures in `assets/`: the real program in a real terminal, its screen written as SVG.
//!
//! ```sh
//! cargo build --release
//! TRAINYARD_BINARY=$PWD/target/release/trainyard \
//!     cargo test --test pty picture -- --ignored --test-threads=1
//! ```

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use vt100::{Color, Screen};

use crate::terminal::{Terminal, dashboard};

/// Width and height of a cell, and the size of its letters, in the picture's units.
const CELL: (f64, f64) = (8.4, 17.0);
const LETTERS: f64 = 14.0;
/// Around the screen.
const MARGIN: f64 = 14.0;
const GROUND: &str = "#15171c";
const INK: &str = "#d6d9df";

#[test]
#[ignore = "writes assets/dashboard.svg"]
fn picture_of_a_training() {
    let mut terminal = dashboard(120, 34).open();
    terminal.wait("mnist-cnn");
    terminal.keys("\r");
    terminal.until("the third epoch", |t| t.step() > 2050);
    write(&terminal, "dashboard.svg", "Trainyard trains a convolutional network on MNIST");
    terminal.keys("q");
    terminal.wait("still training");
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

fn write(terminal: &Terminal, file: &str, what: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(file);
    let picture = terminal.screen(|screen| svg(screen, what));
    std::fs::write(path, picture).expect("assets/ can be written to");
}

/// A screen as a picture. Letters are text; blocks, lines and braille are drawn, so that they look alike in every font.
fn svg(screen: &Screen, what: &str) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (f64::from(columns) * CELL.0, f64::from(rows) * CELL.1);
    let (mut grounds, mut shapes) = (Paths::default(), Paths::default());
    let mut strokes = Paths::default();
    let mut letters = String::new();
    for row in 0..rows {
        let mut run: Option<Run> = None;
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column) else { continue };
            let look = Look::of(cell);
            let (x, y) = (f64::from(column) * CELL.0, f64::from(row) * CELL.1);
            if let Some(ground) = &look.ground {
                grounds.rect(ground, (x, y), CELL);
            }
            let symbol = cell.contents().chars().next().unwrap_or(' ');
            let drawn = draw(symbol, (x, y), &look.ink(), &mut shapes, &mut strokes);
            if drawn || symbol == ' ' {
                // A gap of one space does not end a run of words.
                if drawn || run.as_ref().is_some_and(|run| run.text.ends_with(' ')) {
                    letters.extend(run.take().map(|run| run.svg()));
                } else if let Some(run) = &mut run {
                    run.text.push(' ');
                }
                continue;
            }
            match &mut run {
                Some(run) if run.look == look => run.text.push(symbol),
                _ => {
                    letters.extend(run.take().map(|run| run.svg()));
                    run = Some(Run { look, text: symbol.to_string(), x, y });
                }
            }
        }
        letters.extend(run.map(|run| run.svg()));
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{0} {0} {1:.1} {2:.1}\" role=\"img\">\n\
         <title>{what}</title>\n\
         <rect x=\"{0}\" y=\"{0}\" width=\"{1:.1}\" height=\"{2:.1}\" rx=\"10\" fill=\"{GROUND}\"/>\n\
         {3}{4}{5}<g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" \
         font-size=\"{LETTERS}\" xml:space=\"preserve\">\n{letters}</g>\n</svg>\n",
        -MARGIN,
        width + 2.0 * MARGIN,
        height + 2.0 * MARGIN,
        grounds.svg("fill", ""),
        shapes.svg("fill", ""),
        strokes.svg("stroke", " fill=\"none\" stroke-width=\"1.1\""),
    )
}

/// How a cell looks.
#[derive(Clone, PartialEq)]
struct Look {
    color: String,
    ground: Option<String>,
    bold: bool,
    dim: bool,
    underlined: bool,
}

impl Look {
    fn of(cell: &vt100::Cell) -> Self {
        let (mut color, mut ground) = (hex(cell.fgcolor()), hex(cell.bgcolor()));
        if cell.inverse() {
            (color, ground) = (ground.or(Some(GROUND.into())), color.or(Some(INK.into())));
        }
        Look {
            color: color.unwrap_or_else(|| INK.into()),
            ground,
            bold: cell.bold(),
            dim: cell.dim(),
            underlined: cell.underline(),
        }
    }

    /// The colour of what is drawn; dim is half way to the ground.
    fn ink(&self) -> String {
        if self.dim { format!("{}99", self.color) } else { self.color.clone() }
    }
}

/// Words of one look.
struct Run {
    look: Look,
    text: String,
    x: f64,
    y: f64,
}

impl Run {
    fn svg(&self) -> String {
        let text = self.text.trim_end();
        let count = text.chars().count() as f64;
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let weight = if self.look.bold { " font-weight=\"bold\"" } else { "" };
        let line = if self.look.underlined { " text-decoration=\"underline\"" } else { "" };
        let (x, y) = (self.x, self.y + CELL.1 * 0.76);
        let length = count * CELL.0;
        let color = self.look.ink();
        format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
             fill=\"{color}\"{weight}{line}>{text}</text>\n"
        )
    }
}

/// Shapes by colour: one path each, so that the file stays small.
#[derive(Default)]
struct Paths(BTreeMap<String, String>);

impl Paths {
    fn path(&mut self, color: &str) -> &mut String {
        self.0.entry(color.to_owned()).or_default()
    }

    fn rect(&mut self, color: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let _ = write!(self.path(color), "M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z");
    }

    fn dot(&mut self, color: &str, (x, y): (f64, f64), radius: f64) {
        let left = x - radius;
        let (r, d) = (radius, 2.0 * radius);
        let _ = write!(self.path(color), "M{left:.1} {y:.1}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z");
    }

    fn svg(&self, paint: &str, more: &str) -> String {
        let edges = if paint == "fill" { " shape-rendering=\"crispEdges\"" } else { "" };
        let paths = self.0.iter().map(|(color, path)| {
            // Dots are round, blocks have crisp edges.
            let edges = if path.contains('a') { "" } else { edges };
            format!("<path {paint}=\"{color}\"{more}{edges} d=\"{path}\"/>\n")
        });
        paths.collect()
    }
}

/// Draws a symbol that is no letter; whether it was one.
fn draw(symbol: char, (x, y): (f64, f64), color: &str, shapes: &mut Paths, strokes: &mut Paths) -> bool {
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

/// As SVG writes it; `None` for the terminal's own.
fn hex(color: Color) -> Option<String> {
    let (r, g, b) = match color {
        Color::Default => return None,
        Color::Rgb(r, g, b) => (r, g, b),
        // The program was told of 24 bits, so that these do not come; xterm's greys stand in.
        Color::Idx(index) => (index, index, index),
    };
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}
