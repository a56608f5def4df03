//! Results of trials in a plane: over their numbers, or over a setting.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::{Depth, Role, Theme};

use super::axis::{Axis, margin};
use super::dots::Dots;
use super::plot::{Plane, Ticks, count_of_ticks};
use super::text::cut;

/// From this ratio of the largest to the smallest on, results above 0 are drawn on a logarithmic axis.
const WIDE: f64 = 30.0;

/// How far 0 lies below the smallest other result of a logarithmic axis, as a share of their range.
const BELOW: f64 = 0.25;

/// How a trial is told apart, in the order in which they are drawn over each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// One of the others.
    Other,
    /// One of the best.
    Best,
    /// The chosen one.
    Chosen,
}

/// A trial in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// Along the horizontal axis; of choices the place.
    pub x: f64,
    /// Its result.
    pub y: f64,
    /// How it is told apart.
    pub group: Group,
}

/// The horizontal axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Horizontal {
    /// Numbers between two ends.
    Numbers {
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
        /// Whether it is logarithmic: then both are above 0.
        is_logarithmic: bool,
        /// Whether only whole numbers lie on it.
        are_whole: bool,
    },
    /// Choices, by their names.
    Choices(Vec<String>),
}

/// Results in a plane.
pub struct Results<'a> {
    /// The labels under the horizontal axis and beside the vertical one.
    pub labels: (&'a str, &'a str),
    /// The trials.
    pub points: &'a [Shown],
    /// A line of steps from one of these to the next.
    pub line: &'a [(f64, f64)],
    /// The horizontal axis.
    pub horizontal: Horizontal,
}

/// The axis of results; logarithmic where none is below 0 and they are far apart: then 0, where a result is, lies at its lower end,
/// well apart from the others. `None` without any that is finite.
pub fn vertical(values: impl Iterator<Item = f64> + Clone) -> Option<Axis> {
    let axis = tight(values.clone())?;
    if axis.log {
        let room = |share: f64| (axis.high / axis.low).powf(share);
        let below = if has_zero(&axis, values) { room(BELOW) } else { room(0.04) };
        return Some(Axis::between(axis.low / below, axis.high * room(0.04), true));
    }
    let room = margin(axis.low, axis.high, 0.04);
    Some(Axis::between(axis.low - room, axis.high + room, false))
}

/// Whether a value is 0 on an axis that has no place for it: a logarithmic one.
pub fn has_zero(axis: &Axis, mut values: impl Iterator<Item = f64>) -> bool {
    axis.log && values.any(|value| value == 0.0)
}

/// The same from the smallest to the largest, without room around them.
pub fn tight(values: impl Iterator<Item = f64>) -> Option<Axis> {
    let start = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY);
    let (low, above_zero, high) =
        values.filter(|value| value.is_finite()).fold(start, |(low, above, high), value| {
            (low.min(value), if value > 0.0 { above.min(value) } else { above }, high.max(value))
        });
    if low > high {
        return None;
    }
    let is_wide = low >= 0.0 && high / above_zero > WIDE;
    Some(if is_wide { Axis::between(above_zero, high, true) } else { Axis::between(low, high, false) })
}

impl Results<'_> {
    /// Draws into `area`.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let Some(y) = vertical(self.points.iter().map(|point| point.y)) else {
            let row = Rect { y: area.y + area.height / 2, height: 1, ..area }.intersection(area);
            Line::styled("no trial has a result yet", theme.style(Role::Muted))
                .centered()
                .render(row, buffer);
            return;
        };
        let (x, along) = self.horizontal(area.width);
        let zero = has_zero(&y, self.points.iter().map(|point| point.y)).then_some(y.low);
        let ticks = Ticks { x: along, zero };
        let Some(plane) = Plane::open_with(theme, (x, y), self.labels, ticks, area, buffer) else { return };
        let inside = |value: f64| if value.is_finite() { value.max(plane.y.low) } else { value };
        let mut dots = Dots::new(plane.area, theme.rich_glyphs);
        for pair in self.line.windows(2) {
            let dot = |(x, y): (f64, f64)| plane.dot(&dots, x, inside(y));
            let (from, to) = (dot(pair[0]), dot(pair[1]));
            let accent = theme.style(Role::Accent);
            dots.line(from, (to.0, from.1), accent);
            dots.column(to.0, from.1, to.1, accent);
        }
        // Few trials are drawn as signs, many as dots.
        let cells = usize::from(plane.area.width) * usize::from(plane.area.height);
        let are_many = self.points.len() * 4 > cells;
        let mut points: Vec<&Shown> = self.points.iter().collect();
        points.sort_by_key(|point| point.group);
        if are_many {
            for point in points.iter().filter(|point| point.y.is_finite()) {
                let (column, row) = plane.dot(&dots, point.x, inside(point.y));
                dots.set(column, row, style(theme, point.group));
            }
        }
        dots.draw(buffer);
        for point in points {
            if are_many && point.group == Group::Other {
                continue;
            }
            let Some(at) = plane.cell(point.x, inside(point.y)) else { continue };
            let sign = match point.group {
                Group::Chosen => '●',
                Group::Best if theme.depth == Depth::Monochrome => '+',
                Group::Best | Group::Other => '•',
            };
            buffer[at].set_char(sign).set_style(style(theme, point.group));
        }
    }

    /// The horizontal axis in so many columns, and its ticks where they are names or whole numbers.
    fn horizontal(&self, width: u16) -> (Axis, Option<Vec<(f64, String)>>) {
        match &self.horizontal {
            Horizontal::Numbers { low, high, is_logarithmic, are_whole } => {
                let axis = if *is_logarithmic {
                    let room = (high / low).powf(0.02).max(1.001);
                    Axis::between(low / room, high * room, true)
                } else {
                    let room = margin(*low, *high, 0.02);
                    Axis::between(low - room, high + room, false)
                };
                (axis, are_whole.then(|| axis.whole_ticks(count_of_ticks(width))))
            }
            Horizontal::Choices(names) => {
                let room = usize::from(width) / names.len().max(1);
                let tick = |(place, name): (usize, &String)| {
                    let name = cut(name, room.saturating_sub(2).max(3));
                    (place as f64, if name.width() > 0 { name } else { "-".into() })
                };
                let ticks = names.iter().enumerate().map(tick).collect();
                (Axis::between(-0.6, names.len() as f64 - 0.4, false), Some(ticks))
            }
        }
    }
}

fn style(theme: &Theme, group: Group) -> Style {
    match group {
        Group::Other => theme.style(Role::Muted),
        Group::Best => theme.strong(Role::Accent),
        Group::Chosen => theme.strong(Role::Warning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_of_0_stands_at_its_own_tick_below_all_others() {
        let theme = Theme::new(Depth::True, true);
        let point = |(x, y): (usize, &f64)| Shown { x: x as f64, y: *y, group: Group::Other };
        let drawn = |values: &[f64], height: u16| {
            let points: Vec<Shown> = values.iter().enumerate().map(point).collect();
            let area = Rect::new(0, 0, 50, height);
            let mut buffer = Buffer::empty(area);
            let horizontal =
                Horizontal::Numbers { low: 0.0, high: 4.0, is_logarithmic: false, are_whole: true };
            Results { labels: ("trial", "loss"), points: &points, line: &[], horizontal }.draw(
                &theme,
                area,
                &mut buffer,
            );
            let row = |row| (0..50).map(|column| buffer[(column, row)].symbol()).collect::<String>();
            (0..height).map(row).collect::<Vec<String>>()
        };
        for height in [8, 12, 22, 27] {
            let rows = drawn(&[0.0, 0.001, 0.01, 1.0], height);
            let row_of_zero = rows.iter().position(|row| row.trim_start().starts_with("0┤"));
            let with_signs: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].contains('•')).collect();
            assert_eq!(with_signs.len(), 4, "each in a row of its own: {rows:#?}");
            assert_eq!(row_of_zero, with_signs.last().copied(), "{rows:#?}");
            let rows = drawn(&[0.0005, 0.001, 0.01, 1.0], height);
            assert!(!rows.iter().any(|row| row.trim_start().starts_with("0┤")), "{rows:#?}");
        }
    }
}
