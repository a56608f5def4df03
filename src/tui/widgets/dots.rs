//! Dots finer than cells: braille, half blocks where the font has none.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

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

    /// The same, with gaps: column `x` is drawn when `pattern`, repeated, says so.
    pub fn broken_line(
        &mut self,
        (x0, y0): (i64, i64),
        (x1, y1): (i64, i64),
        style: Style,
        pattern: &[bool],
    ) {
        let ((x0, y0), (x1, y1)) = if x0 <= x1 { ((x0, y0), (x1, y1)) } else { ((x1, y1), (x0, y0)) };
        let right = self.size().0;
        let mut before = y0;
        for x in x0..=x1 {
            let y = if x1 == x0 { y1 } else { y0 + (y1 - y0) * (x - x0) / (x1 - x0) };
            let start = match y.cmp(&before) {
                Ordering::Greater => before + 1,
                Ordering::Less => before - 1,
                Ordering::Equal => y,
            };
            if (0..right).contains(&x) && pattern[x as usize % pattern.len()] {
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
