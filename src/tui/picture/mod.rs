//! A frame as a picture (SVG) and as text, for papers, tickets and READMEs.

mod shapes;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use super::theme::Colours;
use shapes::{Paths, draw};

/// Width and height of a cell, and the size of its letters, in the picture's units.
const CELL: (f64, f64) = (8.4, 17.0);
const LETTERS: f64 = 14.0;
/// Around the screen.
const MARGIN: f64 = 14.0;

/// What stands in for the terminal's own colours: its ground and its text.
#[derive(Clone, Copy)]
struct Paper {
    ground: &'static str,
    ink: &'static str,
}

impl Paper {
    /// Light for the theme that is made for it.
    fn of(colours: Colours) -> Self {
        match colours {
            Colours::Light => Paper { ground: "#ffffff", ink: "#1c1f24" },
            Colours::HighContrast => Paper { ground: "#000000", ink: "#ffffff" },
            Colours::Standard | Colours::Dark | Colours::ColourBlind => {
                Paper { ground: "#15171c", ink: "#d6d9df" }
            }
        }
    }
}

/// The text of a frame, a line for each row, without spaces at their ends.
pub fn text(frame: &Buffer) -> String {
    let rows = frame.area.rows().map(|row| {
        let mut line = String::new();
        let mut column = row.x;
        while column < row.right() {
            let symbol = frame[(column, row.y)].symbol();
            line.push_str(symbol);
            // What is two columns wide covers the next one.
            column += symbol.width().max(1) as u16;
        }
        format!("{}\n", line.trim_end())
    });
    rows.collect()
}

/// A frame as a picture. Letters are text; blocks, lines and braille are drawn.
pub fn svg(frame: &Buffer, title: &str, colours: Colours) -> String {
    let paper = Paper::of(colours);
    let (width, height) = (f64::from(frame.area.width) * CELL.0, f64::from(frame.area.height) * CELL.1);
    let (mut grounds, mut shapes) = (Paths::default(), Paths::default());
    let mut strokes = Paths::default();
    let mut letters = String::new();
    for row in 0..frame.area.height {
        let mut run: Option<Run> = None;
        for column in 0..frame.area.width {
            let cell = &frame[(frame.area.x + column, frame.area.y + row)];
            let look = Look::of(cell, paper);
            let (x, y) = (f64::from(column) * CELL.0, f64::from(row) * CELL.1);
            if let Some(ground) = &look.ground {
                grounds.rect(ground, (x, y), CELL);
            }
            let symbol = cell.symbol().chars().next().unwrap_or(' ');
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
                Some(run) if run.look == look => run.text.push_str(cell.symbol()),
                _ => {
                    letters.extend(run.take().map(|run| run.svg()));
                    run = Some(Run { look, text: cell.symbol().to_owned(), x, y });
                }
            }
        }
        letters.extend(run.map(|run| run.svg()));
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{0} {0} {1:.1} {2:.1}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect x=\"{0}\" y=\"{0}\" width=\"{1:.1}\" height=\"{2:.1}\" rx=\"10\" fill=\"{ground}\"/>\n\
         {3}{4}{5}<g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" \
         font-size=\"{LETTERS}\" xml:space=\"preserve\">\n{letters}</g>\n</svg>\n",
        -MARGIN,
        width + 2.0 * MARGIN,
        height + 2.0 * MARGIN,
        grounds.svg("fill", ""),
        shapes.svg("fill", ""),
        strokes.svg("stroke", " fill=\"none\" stroke-width=\"1.1\""),
        title = escaped(title),
        ground = paper.ground,
    )
}

/// Text as XML writes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
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
    fn of(cell: &Cell, paper: Paper) -> Self {
        let (mut color, mut ground) = (hex(cell.fg), hex(cell.bg));
        if cell.modifier.contains(Modifier::REVERSED) {
            (color, ground) = (ground.or(Some(paper.ground.into())), color.or(Some(paper.ink.into())));
        }
        Look {
            color: color.unwrap_or_else(|| paper.ink.into()),
            ground,
            bold: cell.modifier.contains(Modifier::BOLD),
            dim: cell.modifier.contains(Modifier::DIM),
            underlined: cell.modifier.contains(Modifier::UNDERLINED),
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
        let count = text.width() as f64;
        let text = escaped(text);
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

/// As SVG writes it; `None` for the terminal's own.
fn hex(color: Color) -> Option<String> {
    let [r, g, b] = match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(place) => super::theme::indexed_rgb(place),
        named => super::theme::sixteen_rgb(named)?,
    };
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_frame_becomes_text_and_a_picture_that_says_the_same() {
        let mut frame = Buffer::with_lines(["a<b 漢 é  ", "╭──█⣿ "]);
        frame[(0, 0)].set_style(Style::new().fg(Color::Rgb(1, 2, 3)).add_modifier(Modifier::BOLD));
        frame[(5, 1)].set_style(Style::new().bg(Color::Indexed(196)));
        assert_eq!(text(&frame), "a<b 漢 é\n╭──█⣿\n");
        let picture = svg(&frame, "T & t", Colours::Standard);
        assert!(picture.contains("<title>T &amp; t</title>"), "{picture}");
        assert!(picture.contains("fill=\"#010203\" font-weight=\"bold\">a</text>"), "{picture}");
        assert!(picture.contains("&lt;b") && picture.contains("fill=\"#ff0000\""), "{picture}");
        assert!(svg(&frame, "", Colours::Light).contains("fill=\"#ffffff\""));
    }
}
