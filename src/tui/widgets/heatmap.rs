//! A matrix as colours, with names beside its rows and above its columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::tui::state::clean;
use crate::tui::theme::{Depth, Role, Theme};

use super::pixels::{self, Tone, span};
use super::text::cut;

/// The most names that are drawn: no screen has room for more.
const NAMES: usize = 1000;

/// A matrix.
#[derive(Clone, Copy, Debug)]
pub struct Heatmap<'a> {
    /// The numbers, row by row.
    pub values: &'a [f32],
    /// Numbers in a row.
    pub columns: usize,
    /// The numbers that are drawn darkest and brightest; around zero: colours by sign.
    pub range: (f32, f32),
    /// A word beside each row; empty for none.
    pub rows_named: &'a [String],
    /// A word above each column; empty for none.
    pub columns_named: &'a [String],
}

impl Heatmap<'_> {
    fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    fn is_signed(&self) -> bool {
        self.range.0 == -self.range.1
    }

    /// The value of a place that several numbers share: their mean, or, where signs would cancel out, the number
    /// farthest from zero.
    fn value(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> f32 {
        let (mut sum, mut farthest, mut count) = (0.0, 0.0_f32, 0.0);
        for row in rows {
            for value in self.values[row * self.columns..][columns.clone()].iter() {
                sum += value;
                count += 1.0;
                if value.abs() > farthest.abs() {
                    farthest = *value;
                }
            }
        }
        if self.is_signed() { farthest } else { sum / count }
    }

    fn tone(&self, value: f32) -> Tone {
        let (low, high) = self.range;
        if self.is_signed() {
            return Tone::Signed(value / if high > 0.0 { high } else { 1.0 });
        }
        Tone::Heat((value - low) / if high > low { high - low } else { 1.0 })
    }

    /// Draws into `area`; where there is no room for all rows and columns, several share a place.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let rows = self.rows();
        if rows == 0 || area.width < 4 || area.height < 3 {
            return;
        }
        let area = self.draw_scale(theme, area, buffer);
        let muted = theme.style(Role::Muted);
        let head = u16::from(!self.columns_named.is_empty());
        let names: Vec<String> = self.rows_named.iter().take(NAMES).map(|name| clean(name)).collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let side = widest.min(usize::from(area.width) / 3).min(16) as u16;
        let left = if side > 0 { side + 1 } else { 0 };
        let room = Rect {
            x: area.x + left,
            y: area.y + head,
            width: area.width.saturating_sub(left),
            height: area.height.saturating_sub(head),
        };
        if room.is_empty() {
            return;
        }
        let wide = (usize::from(room.width) / self.columns).min(10);
        let place = Rect { width: if wide > 0 { (wide * self.columns) as u16 } else { room.width }, ..room };
        if rows <= usize::from(room.height) && wide > 0 {
            let high = (room.height / rows as u16).clamp(1, 3);
            self.draw_cells(theme, (wide as u16, high), room, buffer);
            for (row, name) in names.iter().enumerate().take(rows) {
                let y = room.y + row as u16 * high + (high - 1) / 2;
                let name = cut(name, usize::from(side));
                let inset = usize::from(side) - name.width();
                buffer.set_string(area.x + inset as u16, y, name, muted);
            }
        } else {
            // Each row gets a whole number of half cells, where there are enough of them.
            let halves = 2 * usize::from(room.height);
            let halves = if rows < halves { rows * (halves / rows) } else { halves };
            let place = Rect { height: (halves as u16).div_ceil(2), ..place };
            let width = usize::from(place.width);
            pixels::draw(theme, place, buffer, |x, y| {
                let (rows, columns) = (span(y, halves, rows), span(x, width, self.columns));
                (y < halves).then(|| self.tone(self.value(rows, columns)))
            });
            for y in 0..usize::from(place.height) {
                let row = span(2 * y, halves, rows).start;
                let Some(name) =
                    names.get(row).filter(|_| y == 0 || span(2 * y - 2, halves, rows).start != row)
                else {
                    continue;
                };
                let name = cut(name, usize::from(side));
                let inset = usize::from(side) - name.width();
                buffer.set_string(area.x + inset as u16, place.y + y as u16, name, muted);
            }
        }
        let columns: Vec<String> = self
            .columns_named
            .iter()
            .take(self.columns.min(NAMES))
            .map(|name| cut(&clean(name), wide.max(8)))
            .collect();
        // Letters may stand side by side, longer names may not.
        let gap = u16::from(columns.iter().any(|name| name.width() > 1));
        let mut free_from = room.x;
        for (column, name) in columns.iter().enumerate() {
            let x = room.x + (column * usize::from(place.width) / self.columns) as u16;
            let centred = x + (wide.saturating_sub(name.width()) / 2) as u16;
            let end = centred + name.width() as u16;
            if centred >= free_from && end <= place.right() && !name.is_empty() {
                buffer.set_string(centred, area.y, name, muted);
                free_from = end + gap;
            }
        }
    }

    /// Each number as a block of cells, with the number in it where it fits.
    fn draw_cells(&self, theme: &Theme, (wide, high): (u16, u16), room: Rect, buffer: &mut Buffer) {
        for (place, value) in self.values.iter().enumerate() {
            let (row, column) = ((place / self.columns) as u16, (place % self.columns) as u16);
            let cell = Rect::new(room.x + column * wide, room.y + row * high, wide, high).intersection(room);
            let tone = self.tone(*value);
            pixels::draw(theme, cell, buffer, |_, _| Some(tone));
            if wide >= 6 {
                let [r, g, b] = tone.rgb(theme);
                let style = if theme.depth == Depth::Monochrome {
                    Style::new()
                } else {
                    let bright = 0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b) > 128.0;
                    let ink = if bright { 0 } else { 255 };
                    Style::new().fg(theme.rgb(ink, ink, ink)).bg(theme.rgb(r, g, b))
                };
                let text = format!("{:^1$}", short(*value), usize::from(wide.min(6)));
                let inset = (wide - wide.min(6)) / 2;
                for x in cell.left()..cell.right() {
                    buffer[(x, cell.y + (high - 1) / 2)].set_symbol(" ").set_style(style);
                }
                buffer.set_stringn(cell.x + inset, cell.y + (high - 1) / 2, text, usize::from(wide), style);
            }
        }
    }

    /// Draws the range of the colours in the last row. Returns the area above it.
    fn draw_scale(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Rect {
        if area.height < 5 || area.width < 24 {
            return area;
        }
        let muted = theme.style(Role::Muted);
        let y = area.bottom() - 1;
        let (low, high) = (short(self.range.0), short(self.range.1));
        let bar = Rect { x: area.x + low.len() as u16 + 1, y, width: 12, height: 1 };
        buffer.set_string(area.x, y, &low, muted);
        pixels::draw(theme, bar, buffer, |x, _| {
            let share = x as f32 / 11.0;
            Some(self.tone(self.range.0 + (self.range.1 - self.range.0) * share))
        });
        buffer.set_string(bar.right() + 1, y, &high, muted);
        Rect { height: area.height - 1, ..area }
    }
}

/// A number in at most six columns.
fn short(value: f32) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "-".into()
    } else if value == value.round() && size < 1e5 {
        format!("{value:.0}")
    } else if size >= 100.0 {
        format!("{value:.0e}").chars().take(6).collect()
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else if size >= 0.01 {
        format!("{value:.2}")
    } else {
        format!("{value:.0e}").chars().take(6).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_signs_do_not_cancel_out_where_rows_fall_together() {
        let values = [0.9, -1.0, 0.1, 0.2];
        let map =
            Heatmap { values: &values, columns: 1, range: (-1.0, 1.0), rows_named: &[], columns_named: &[] };
        assert_eq!((map.value(0..2, 0..1), map.value(2..4, 0..1)), (-1.0, 0.2));
        let unsigned = Heatmap { range: (0.0, 1.0), ..map };
        assert!((unsigned.value(2..4, 0..1) - 0.15).abs() < 1e-6);
    }

    #[test]
    fn any_matrix_can_be_drawn_at_any_size() {
        let theme = Theme::new(Depth::True, true);
        let names: Vec<String> = (0..200).map(|i| format!("row {i}")).collect();
        for (rows, columns) in [(1, 1), (10, 28), (128, 28), (3, 200), (200, 1)] {
            let values: Vec<f32> = (0..rows * columns).map(|i| (i as f32).sin()).collect();
            for named in [&names[..], &[]] {
                let map = Heatmap {
                    values: &values,
                    columns,
                    range: (-1.0, 1.0),
                    rows_named: &named[..named.len().min(rows)],
                    columns_named: &named[..named.len().min(columns)],
                };
                for (width, height) in [(1, 1), (10, 3), (36, 9), (78, 18), (196, 50)] {
                    let mut buffer = Buffer::empty(Rect::new(0, 0, width + 2, height + 2));
                    let inside = Rect::new(1, 1, width, height);
                    map.draw(&theme, inside, &mut buffer);
                    for at in buffer.area.positions().filter(|at| !inside.contains(*at)) {
                        assert_eq!(
                            buffer[at].symbol(),
                            " ",
                            "{rows} x {columns} in {width} x {height} at {at}"
                        );
                    }
                }
            }
        }
    }
}
