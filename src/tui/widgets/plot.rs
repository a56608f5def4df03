//! Points and curves in a plane with two axes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line as Words, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::state::clean;
use crate::tui::theme::{Depth, Role, Theme, class_letter};
use crate::worker::{Line, Point};

use super::axis::Axis;
use super::dots::Dots;
use super::text::cut;

/// Dots along a side of a cell, about.
const DOTS: u16 = 4;

/// Ticks that an axis would not have by itself.
#[derive(Default)]
pub(super) struct Ticks {
    /// Those along the horizontal axis; `None` for the usual ones.
    pub x: Option<Vec<(f64, String)>>,
    /// Where 0 stands on a vertical axis that is logarithmic.
    pub zero: Option<f64>,
}

/// The plane between the axes.
pub(super) struct Plane {
    pub area: Rect,
    pub x: Axis,
    pub y: Axis,
}

impl Plane {
    /// Draws axes, ticks and labels; `None` where there is no room, which is said.
    fn open(
        theme: &Theme,
        axes: (Axis, Axis),
        labels: (&str, &str),
        area: Rect,
        buffer: &mut Buffer,
    ) -> Option<Plane> {
        Self::open_with(theme, axes, labels, Ticks::default(), area, buffer)
    }

    /// The same, with these ticks.
    pub fn open_with(
        theme: &Theme,
        (x, y): (Axis, Axis),
        (x_label, y_label): (&str, &str),
        Ticks { x: x_ticks, zero }: Ticks,
        area: Rect,
        buffer: &mut Buffer,
    ) -> Option<Plane> {
        let mut y_ticks = y.ticks(usize::from(area.height / 4).clamp(2, 8));
        y_ticks.splice(..0, zero.map(|zero| (zero, "0".to_owned())));
        let gutter = y_ticks.iter().map(|(_, label)| label.len()).max().unwrap_or(1) as u16 + 1;
        if area.width < gutter + 8 || area.height < 5 {
            no_room(theme, area, buffer);
            return None;
        }
        let plot = Rect {
            x: area.x + gutter,
            y: area.y + 1,
            width: area.width - gutter - 1,
            height: area.height - 3,
        };
        let (faint, muted) = (theme.style(Role::Faint), theme.style(Role::Muted));
        buffer.set_string(area.x, area.y, cut(&clean(y_label), usize::from(area.width)), muted);
        let (left, bottom) = (plot.x - 1, plot.bottom());
        for y in plot.top()..bottom {
            buffer[(left, y)].set_symbol("│").set_style(faint);
        }
        for x in plot.left()..plot.right() {
            buffer[(x, bottom)].set_symbol("─").set_style(faint);
        }
        buffer[(left, bottom)].set_symbol("└").set_style(faint);
        let plane = Plane { area: plot, x, y };
        let mut taken = None;
        for (value, label) in &y_ticks {
            let Some((_, row)) = plane.cell(plane.x.low, *value) else { continue };
            // Labels that would stand in the same row are not written over each other.
            if taken.replace(row) == Some(row) {
                continue;
            }
            buffer.set_string(left.saturating_sub(label.len() as u16), row, label, muted);
            buffer[(left, row)].set_symbol("┤").set_style(faint);
        }
        // The label stands at the right end of the line of ticks, which keep clear of it.
        let label = cut(&clean(x_label), usize::from(plot.width * 2 / 3));
        let label_from = plot.right().saturating_sub(label.width() as u16);
        buffer.set_string(label_from, bottom + 1, &label, muted);
        let mut free_from = plot.left();
        let usual = || plane.x.ticks(count_of_ticks(plot.width));
        for (value, text) in x_ticks.unwrap_or_else(usual) {
            let Some((column, _)) = plane.cell(value, plane.y.low) else { continue };
            let width = text.width() as u16;
            let start = column.saturating_sub(width / 2);
            if start < free_from || start + width + 1 > label_from {
                continue;
            }
            buffer[(column, bottom)].set_symbol("┴").set_style(faint);
            buffer.set_string(start, bottom + 1, &text, muted);
            free_from = start + width + 2;
        }
        Some(plane)
    }

    /// The cell in which the dot of a point lies; `None` for a point outside the plane.
    pub fn cell(&self, x: f64, y: f64) -> Option<(u16, u16)> {
        let place = |share: f64, len: u16| {
            let dot = (share * f64::from(len * DOTS - 1)).round();
            (0.0..f64::from(len * DOTS)).contains(&dot).then_some(dot as u16 / DOTS)
        };
        let column = place(self.x.share(x), self.area.width)?;
        let row = place(1.0 - self.y.share(y), self.area.height)?;
        Some((self.area.x + column, self.area.y + row))
    }

    /// The dot of a point, which may be outside the plane.
    pub fn dot(&self, dots: &Dots, x: f64, y: f64) -> (i64, i64) {
        let (width, height) = dots.size();
        let place = |share: f64, len: i64| (share * (len - 1) as f64).round().clamp(-1e6, 1e6) as i64;
        (place(self.x.share(x), width), place(1.0 - self.y.share(y), height))
    }
}

/// About how many ticks a horizontal axis of so many columns has.
pub(super) fn count_of_ticks(width: u16) -> usize {
    usize::from(width / 10).clamp(2, 10)
}

/// Points in a plane, coloured by class.
pub struct Scatter<'a> {
    /// The labels under the x axis and beside the y axis.
    pub labels: (&'a str, &'a str),
    /// The points.
    pub points: &'a [Point],
    /// The classes' names; empty when points have none.
    pub classes: &'a [String],
    /// Whether a line y = x is drawn.
    pub diagonal: bool,
}

impl Scatter<'_> {
    /// Draws into `area`.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let xs = Axis::around(self.points.iter().map(|point| f64::from(point.x)));
        let ys = Axis::around(self.points.iter().map(|point| f64::from(point.y)));
        let (Some(mut x), Some(mut y)) = (xs, ys) else {
            return nothing(theme, area, buffer);
        };
        if self.diagonal {
            // Both axes have the same range, so that the line runs from corner to corner.
            let both = Axis::between(x.low.min(y.low), x.high.max(y.high), false);
            (x, y) = (both, both);
        }
        let area = if self.classes.is_empty() {
            area
        } else {
            let names = (0..).zip(self.classes).map(|(class, name)| {
                let sign = if theme.depth == Depth::Monochrome { class_letter(class) } else { '•' };
                (sign.to_string(), theme.class(class).add_modifier(Modifier::BOLD), name.as_str())
            });
            legend(theme, names, area, buffer)
        };
        let Some(plane) = Plane::open(theme, (x, y), self.labels, area, buffer) else { return };
        if self.diagonal {
            let mut dots = Dots::new(plane.area, theme.rich_glyphs);
            let (from, to) = (plane.dot(&dots, x.low, x.low), plane.dot(&dots, x.high, x.high));
            dots.line(from, to, theme.style(Role::Faint));
            dots.draw(buffer);
        }
        // Few points are drawn as signs that can be told apart, many as dots.
        let cells = usize::from(plane.area.width) * usize::from(plane.area.height);
        if theme.depth == Depth::Monochrome || self.points.len() * 6 < cells {
            for point in self.points {
                let Some(at) = plane.cell(f64::from(point.x), f64::from(point.y)) else { continue };
                let sign = if theme.depth == Depth::Monochrome && !self.classes.is_empty() {
                    class_letter(point.class)
                } else {
                    '•'
                };
                buffer[at].set_char(sign).set_style(theme.class(point.class));
            }
        } else {
            let mut dots = Dots::new(plane.area, theme.rich_glyphs);
            for point in self.points {
                let (x, y) = plane.dot(&dots, f64::from(point.x), f64::from(point.y));
                dots.set(x, y, theme.class(point.class));
            }
            dots.draw(buffer);
        }
    }
}

/// Curves over a common axis.
pub struct Lines<'a> {
    /// The labels under the x axis and beside the y axis.
    pub labels: (&'a str, &'a str),
    /// The curves.
    pub lines: &'a [Line],
    /// A point to mark.
    pub mark: Option<(f64, f64)>,
    /// Whether the x axis is logarithmic: then all x are above 0.
    pub log_x: bool,
}

impl Lines<'_> {
    /// Draws into `area`.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let points = || self.lines.iter().flat_map(|line| &line.points).chain(&self.mark);
        let (Some(mut x), Some(y)) =
            (Axis::around(points().map(|p| p.0)), Axis::around(points().map(|p| p.1)))
        else {
            return nothing(theme, area, buffer);
        };
        if self.log_x {
            let xs = || points().map(|p| p.0);
            x = Axis::between(xs().fold(f64::INFINITY, f64::min), xs().fold(0.0, f64::max), true);
        }
        let names = (0..).zip(self.lines).map(|(place, line)| {
            let sign =
                if theme.depth == Depth::Monochrome { PATTERNS[place % PATTERNS.len()].0 } else { "──" };
            (sign.to_owned(), theme.class(place as u8).add_modifier(Modifier::BOLD), line.name.as_str())
        });
        let area = legend(theme, names, area, buffer);
        let Some(plane) = Plane::open(theme, (x, y), self.labels, area, buffer) else { return };
        let mut dots = Dots::new(plane.area, theme.rich_glyphs);
        if let Some((x, y)) = self.mark {
            let (column, row) = plane.dot(&dots, x, y);
            let (width, height) = dots.size();
            let faint = theme.style(Role::Faint);
            (0..height).step_by(2).for_each(|row| dots.set(column, row, faint));
            (0..width).step_by(2).for_each(|column| dots.set(column, row, faint));
        }
        // When there are more points, only every n-th is drawn.
        let points: usize = self.lines.iter().map(|line| line.points.len()).sum();
        let every = points.div_ceil(POINTS).max(1);
        for (place, line) in self.lines.iter().take(POINTS).enumerate() {
            let style = theme.class(place as u8);
            let course: Vec<(i64, i64)> = line
                .points
                .iter()
                .step_by(every)
                .filter(|(x, y)| x.is_finite() && y.is_finite())
                .map(|&(x, y)| plane.dot(&dots, x, y))
                .collect();
            // Without colours, curves differ in their pattern of dashes.
            let pattern =
                if theme.depth == Depth::Monochrome { PATTERNS[place % PATTERNS.len()].1 } else { &[true] };
            if let [(x, y)] = course[..] {
                dots.set(x, y, style);
            }
            for pair in course.windows(2) {
                dots.broken_line(pair[0], pair[1], style, pattern);
            }
        }
        dots.draw(buffer);
        if let Some(at) = self.mark.and_then(|(x, y)| plane.cell(x, y)) {
            buffer[at].set_symbol("•").set_style(theme.strong(Role::Warning));
        }
    }
}

/// The most points of all lines that are drawn: no screen has as many dots.
const POINTS: usize = 50_000;

/// The pattern of a curve's dashes, and its sign in the legend.
const PATTERNS: [(&str, &[bool]); 4] = [
    ("──", &[true]),
    ("- -", &[true, true, true, true, false, false, false]),
    ("···", &[true, false, false]),
    ("-··", &[true, true, true, true, false, false, true, false, false]),
];

fn nothing(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    say(theme, "nothing yet", area, buffer);
}

/// Says that something is not drawn for want of room.
pub fn no_room(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let long = "no room for this figure: a larger terminal shows it";
    say(theme, if long.width() <= usize::from(area.width) { long } else { "no room" }, area, buffer);
}

/// A few words in the middle.
fn say(theme: &Theme, words: &str, area: Rect, buffer: &mut Buffer) {
    let row = Rect { y: area.y + area.height / 2, height: 1, ..area }.intersection(area);
    Words::styled(cut(words, usize::from(area.width)), theme.style(Role::Muted))
        .centered()
        .render(row, buffer);
}

/// Draws signs and names in the first row, as many as fit. Returns the rest of the area.
fn legend<'a>(
    theme: &Theme,
    names: impl Iterator<Item = (String, Style, &'a str)>,
    area: Rect,
    buffer: &mut Buffer,
) -> Rect {
    if area.height < 6 {
        return area;
    }
    let mut rows: Vec<Vec<Span>> = vec![Vec::new()];
    let most = usize::from(area.height / 6).min(3);
    let mut used = 0;
    for (sign, style, name) in names {
        let name = cut(&clean(name), 24);
        let width = sign.width() + name.width() + 3;
        if used + width > usize::from(area.width) + 2 && used > 0 {
            if rows.len() >= most {
                rows[most - 1].push(Span::styled("…", theme.style(Role::Muted)));
                break;
            }
            rows.push(Vec::new());
            used = 0;
        }
        used += width;
        let Some(row) = rows.last_mut() else { break };
        row.push(Span::styled(format!("{sign} "), style));
        row.push(Span::styled(format!("{name}  "), theme.style(Role::Muted)));
    }
    let taken = rows.len() as u16;
    for (place, row) in (0..).zip(rows) {
        Words::from(row).render(Rect { y: area.y + place, height: 1, ..area }, buffer);
    }
    Rect { y: area.y + taken, height: area.height - taken, ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_and_the_mark_stand_in_the_row_of_the_curve() {
        let theme = Theme::new(Depth::True, true);
        for height in 8..40 {
            for level in [0.2, 0.4, 0.5, 0.6, 0.8] {
                let ends = vec![(0.0, 0.0), (0.0, 1.0)];
                let flat = Line { name: "flat".into(), points: vec![(0.0, level), (1.0, level)] };
                let lines = [Line { name: "ends".into(), points: ends }, flat];
                let area = Rect::new(0, 0, 60, height);
                let mut buffer = Buffer::empty(area);
                Lines { labels: ("x", "y"), lines: &lines, mark: Some((0.5, level)), log_x: false }.draw(
                    &theme,
                    area,
                    &mut buffer,
                );
                let row_of = |column: u16, is: fn(&str) -> bool| {
                    (0..height).find(|row| is(buffer[(column, *row)].symbol()))
                };
                let mark = (0..height).find(|row| (30..40).any(|x| buffer[(x, *row)].symbol() == "•"));
                let curve =
                    row_of(50, |sign| ('\u{2801}'..'\u{2900}').contains(&sign.chars().next().unwrap()));
                assert_eq!(mark, curve, "height {height}, level {level}");
            }
        }
    }

    #[test]
    fn ticks_of_one_row_are_not_written_over_each_other() {
        let theme = Theme::new(Depth::True, true);
        for height in 5..30 {
            let area = Rect::new(0, 0, 40, height);
            let mut buffer = Buffer::empty(area);
            let axes = (Axis::between(0.0, 1.0, false), Axis::between(0.000_1, 1000.0, true));
            Plane::open(&theme, axes, ("x", "y"), area, &mut buffer).expect("room");
            let labels: Vec<String> = (0..height)
                .map(|row| (0..40).map(|column| buffer[(column, row)].symbol()).collect::<String>())
                .filter_map(|row| Some(row.split_once('┤')?.0.trim().to_owned()))
                .collect();
            // Each is one of the powers of ten, and not two of them in one.
            assert!(
                labels.iter().all(|label| label.parse::<f64>().is_ok_and(|value| {
                    let power = value.log10();
                    (power - power.round()).abs() < 1e-9 && *label == format!("{value}")
                })),
                "height {height}: {labels:?}"
            );
            assert!(labels.len() >= 2, "height {height}: {labels:?}");
        }
    }

    #[test]
    fn a_plane_without_room_says_so() {
        let theme = Theme::new(Depth::True, true);
        let area = Rect::new(0, 0, 54, 4);
        let mut buffer = Buffer::empty(area);
        let axes = (Axis::between(0.0, 1.0, false), Axis::between(0.0, 1.0, false));
        assert!(Plane::open(&theme, axes, ("x", "y"), area, &mut buffer).is_none());
        let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        assert!(text.contains("no room for this figure: a larger terminal shows it"), "{text}");
    }
}
