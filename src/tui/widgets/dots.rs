//! Dots finer than cells: braille, half blocks where the font has none.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Coordinates are clamped to this, so that their arithmetic cannot overflow.
const FAR: i64 = 1 << 30;

/// Dots of one area, several per cell.
pub struct Dots {
    area: Rect,
    /// The number of dots in a cell, across and down.
    density: (usize, usize),
    cells: Vec<(u8, Style)>,
}

impl Dots {
    /// An area without dots. `rich`: the font has braille.
    pub fn new(area: Rect, rich: bool) -> Self {
        let density = if rich { (2, 4) } else { (1, 2) };
        let cells = vec![(0, Style::new()); usize::from(area.width) * usize::from(area.height)];
        Dots { area, density, cells }
    }

    /// The number of dots across and down.
    pub fn size(&self) -> (i64, i64) {
        let (w, h) = (usize::from(self.area.width), usize::from(self.area.height));
        ((w * self.density.0) as i64, (h * self.density.1) as i64)
    }

    /// Sets a dot; the last style that touches a cell colours it.
    pub fn set(&mut self, x: i64, y: i64, style: Style) {
        let (width, height) = self.size();
        if x < 0 || y < 0 || x >= width || y >= height {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        let (across, down) = self.density;
        let cell = &mut self.cells[y / down * usize::from(self.area.width) + x / across];
        const BRAILLE: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let bit = if across == 2 { BRAILLE[y % down][x % across] } else { 1 << (y % down) };
        if cell.1 != style {
            // Faint dots of another curve would take on this one's colour: they make way.
            *cell = (0, style);
        }
        cell.0 |= bit;
    }

    /// Sets the dots of a column between two rows, both included.
    pub fn column(&mut self, x: i64, from: i64, to: i64, style: Style) {
        let height = self.size().1;
        for y in from.min(to).max(0)..=from.max(to).min(height - 1) {
            self.set(x, y, style);
        }
    }

    /// A straight line rightwards; steep parts are filled column by column.
    pub fn line(&mut self, from: (i64, i64), to: (i64, i64), style: Style) {
        self.broken_line(from, to, style, &[true]);
    }

    /// The same, with gaps: column `x` is drawn when `pattern`, repeated, says so. Only the columns inside the area are
    /// computed, however far outside the line begins and ends.
    pub fn broken_line(&mut self, from: (i64, i64), to: (i64, i64), style: Style, pattern: &[bool]) {
        let near = |(x, y): (i64, i64)| (x.clamp(-FAR, FAR), y.clamp(-FAR, FAR));
        let (from, to) = (near(from), near(to));
        let ((x0, y0), (x1, y1)) = if from.0 <= to.0 { (from, to) } else { (to, from) };
        let y_at = |x: i64| if x1 == x0 { y1 } else { y0 + (y1 - y0) * (x - x0) / (x1 - x0) };
        let first = x0.max(0);
        let mut before = if first > x0 { y_at(first - 1) } else { y0 };
        for x in first..=x1.min(self.size().0 - 1) {
            let y = y_at(x);
            let start = match y.cmp(&before) {
                Ordering::Greater => before + 1,
                Ordering::Less => before - 1,
                Ordering::Equal => y,
            };
            if pattern[x as usize % pattern.len()] {
                self.column(x, start, y, style);
            }
            before = y;
        }
    }

    /// Puts the dots into their cells.
    pub fn draw(&self, buffer: &mut Buffer) {
        let positions = self.area.positions();
        for (position, (bits, style)) in positions.zip(&self.cells) {
            if *bits == 0 {
                continue;
            }
            let symbol = if self.density.0 == 2 {
                char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ') // 0x2800..=0x28FF are the braille patterns
            } else {
                [' ', '▀', '▄', '█'][usize::from(*bits & 3)]
            };
            buffer[position].set_char(symbol).set_style(*style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(from: (i64, i64), to: (i64, i64)) -> usize {
        let mut dots = Dots::new(Rect::new(0, 0, 20, 10), true);
        dots.line(from, to, Style::new());
        dots.cells.iter().map(|(bits, _)| bits.count_ones() as usize).sum()
    }

    #[test]
    fn lines_from_anywhere_to_anywhere_are_drawn_as_far_as_they_are_seen() {
        assert_eq!(drawn((0, 5), (39, 5)), 40);
        assert_eq!(drawn((i64::MIN, 5), (i64::MAX, 5)), 40);
        assert_eq!(drawn((3, i64::MIN), (3, i64::MAX)), 40);
        assert_eq!(drawn((i64::MAX, i64::MAX), (i64::MAX, 0)), 0);
        assert!(drawn((i64::MIN, i64::MIN), (i64::MAX, i64::MAX)) >= 40);
        // A line that begins outside continues inside as it would have.
        assert_eq!(drawn((-40, -40), (39, 39)), drawn((0, 0), (39, 39)));
    }
}
