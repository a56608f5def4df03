//! A plane coloured by class, with points on it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::tui::format;
use crate::tui::theme::{Depth, Role, Theme, class_letter};
use crate::worker::Point;

use super::pixels::{self, Tone};
use super::text::cut;

/// A plane and its points.
#[derive(Clone, Copy, Debug)]
pub struct Surface<'a> {
    /// The range of the plane from left to right.
    pub x: (f64, f64),
    /// The range of the plane from bottom to top.
    pub y: (f64, f64),
    /// The class at each place, row by row from the top.
    pub classes: &'a [u8],
    /// How sure the prediction at each place is, 0 to 1.
    pub sureness: &'a [f32],
    /// Places in a row.
    pub columns: usize,
    /// Samples.
    pub points: &'a [Point],
}

impl Surface<'_> {
    /// Draws into `area`, the plane's proportions kept.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let rows = self.classes.len().checked_div(self.columns).unwrap_or(0);
        if rows == 0 || area.width < 6 || area.height < 4 {
            return;
        }
        let room = Rect { height: area.height - 1, ..area };
        let plane = self.proportioned(room);
        let (width, height) = (usize::from(plane.width), 2 * usize::from(plane.height));
        pixels::draw(theme, plane, buffer, |x, y| {
            // The place under the middle of the pixel.
            let (column, row) = ((2 * x + 1) * self.columns / (2 * width), (2 * y + 1) * rows / (2 * height));
            let at = row.min(rows - 1) * self.columns + column.min(self.columns - 1);
            Some(Tone::Class(self.classes[at], self.sureness.get(at).copied().unwrap_or(1.0)))
        });
        for point in self.points {
            self.put(theme, point, plane, buffer);
        }
        self.label(
            theme,
            Rect { y: plane.bottom().min(area.bottom() - 1), height: 1, ..area },
            plane,
            buffer,
        );
    }

    /// The largest place in the middle of `room` with the proportions of the plane; a cell is twice as high as wide.
    fn proportioned(&self, room: Rect) -> Rect {
        let ratio = ((self.x.1 - self.x.0) / (self.y.1 - self.y.0)).abs();
        let ratio = if ratio.is_finite() { ratio.clamp(0.2, 5.0) } else { 1.0 };
        let width = (2.0 * f64::from(room.height) * ratio).round().min(f64::from(room.width)).max(1.0);
        let height = (width / ratio / 2.0).round().clamp(1.0, f64::from(room.height));
        let (width, height) = (width as u16, height as u16);
        let x = room.x + (room.width - width) / 2;
        Rect { x, y: room.y + (room.height - height) / 2, width, height }
    }

    fn put(&self, theme: &Theme, point: &Point, plane: Rect, buffer: &mut Buffer) {
        let share = |value: f32, (from, to): (f64, f64)| (f64::from(value) - from) / (to - from);
        let (x, y) = (share(point.x, self.x), 1.0 - share(point.y, self.y));
        if !(0.0..1.0).contains(&x) || !(0.0..1.0).contains(&y) {
            return;
        }
        let column = (x * f64::from(plane.width)) as u16;
        let row = (y * f64::from(plane.height)) as u16;
        let cell = &mut buffer[(plane.x + column, plane.y + row)];
        if theme.depth == Depth::Monochrome {
            cell.set_char(class_letter(point.class)).set_style(Style::new().add_modifier(Modifier::BOLD));
            return;
        }
        let ground = match (cell.symbol(), cell.fg, cell.bg) {
            // The two halves become one background under the sign.
            ("▀", Color::Rgb(r, g, b), Color::Rgb(r2, g2, b2)) => {
                let mean = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) / 2) as u8;
                Color::Rgb(mean(r, r2), mean(g, g2), mean(b, b2))
            }
            (_, _, ground) => ground,
        };
        // Lighter than the background of the point's own class.
        let style = match theme.depth {
            Depth::Sixteen => theme.class(point.class),
            _ => {
                let [r, g, b] = theme.class_rgb(point.class).map(|part| part / 2 + 127);
                Style::new().fg(theme.rgb(r, g, b))
            }
        };
        cell.set_symbol("•").set_style(style.bg(ground).add_modifier(Modifier::BOLD));
    }

    /// Writes the ranges of the plane below its middle, with fewer digits where there is less room.
    fn label(&self, theme: &Theme, row: Rect, plane: Rect, buffer: &mut Buffer) {
        let text = |(from, to): (f64, f64), parts: f64| {
            let step = (to - from) / parts;
            format!("{} to {}", format::tick(from, step), format::tick(to, step))
        };
        let room = usize::from(row.width);
        let labels =
            [20.0, 5.0].map(|parts| format!("x {}   y {}", text(self.x, parts), text(self.y, parts)));
        let label = labels.iter().find(|label| label.len() <= room).unwrap_or(&labels[1]);
        let middle = plane.x + plane.width / 2;
        let from =
            middle.saturating_sub(label.len() as u16 / 2).min(row.right().saturating_sub(label.len() as u16));
        buffer.set_string(from.max(row.x), row.y, cut(label, room), theme.style(Role::Muted));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface<'a>(classes: &'a [u8], points: &'a [Point]) -> Surface<'a> {
        Surface { x: (-1.0, 1.0), y: (-1.0, 1.0), classes, sureness: &[1.0; 4], columns: 2, points }
    }

    #[test]
    fn the_first_row_of_places_is_at_the_top_and_points_go_upwards() {
        let theme = Theme::new(Depth::True, true);
        let points = [Point { x: -0.9, y: 0.9, class: 1 }];
        let area = Rect::new(0, 0, 8, 5);
        let mut buffer = Buffer::empty(area);
        surface(&[0, 0, 1, 1], &points).draw(&theme, area, &mut buffer);
        assert_eq!(buffer[(0, 0)].symbol(), "•");
        let color = |class| {
            let [r, g, b] = Tone::Class(class, 1.0).rgb(&theme);
            Color::Rgb(r, g, b)
        };
        assert_eq!((buffer[(4, 0)].fg, buffer[(4, 3)].fg), (color(0), color(1)));
    }

    #[test]
    fn the_ranges_are_whole_where_the_plane_is_narrower_than_they_are() {
        let theme = Theme::new(Depth::True, true);
        let area = Rect::new(0, 0, 36, 10);
        let mut buffer = Buffer::empty(area);
        let plane = Surface { x: (-0.12, 1.12), y: (-0.12, 1.12), ..surface(&[0, 0, 1, 1], &[]) };
        plane.draw(&theme, area, &mut buffer);
        let row: String = (0..36).map(|x| buffer[(x, 9)].symbol().to_owned()).collect();
        assert_eq!(row.trim(), "x -0.12 to 1.12   y -0.12 to 1.12");
    }

    #[test]
    fn without_colours_classes_have_grounds_and_letters() {
        let theme = Theme::new(Depth::Monochrome, true);
        let points = [Point { x: 0.9, y: -0.9, class: 1 }];
        let area = Rect::new(0, 0, 8, 5);
        let mut buffer = Buffer::empty(area);
        surface(&[0, 0, 1, 1], &points).draw(&theme, area, &mut buffer);
        assert_eq!((buffer[(0, 0)].symbol(), buffer[(0, 3)].symbol()), (".", ":"));
        assert_eq!(buffer[(7, 3)].symbol(), "x");
    }
}
