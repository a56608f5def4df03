//! Reference lines: where they lie, and their names.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::preset::ReferenceLine;
use crate::tui::format;
use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};

use super::curves::{Chart, Quantity};
use super::frame::Geometry;

impl Chart<'_> {
    /// The values of reference lines that the vertical axis can show.
    pub(super) fn reference_values(&self) -> impl Iterator<Item = f64> {
        self.references.iter().map(|line| line.value).filter(|value| !self.log_y || *value > 0.0)
    }

    /// The lines, behind the curves.
    pub(super) fn draw_references(&self, theme: &Theme, geometry: &Geometry, buffer: &mut Buffer) {
        let symbol = if theme.rich_glyphs { "╌" } else { "-" };
        for row in self.reference_values().filter_map(|value| geometry.row(value)) {
            for x in geometry.plot.left()..geometry.plot.right() {
                buffer[(x, row)].set_symbol(symbol).set_style(theme.style(Role::Accent));
            }
        }
    }

    /// Their names and values at the right, above the lines, or below them where there is no row above, or another name, or where
    /// what the cursor reads covers it.
    pub(super) fn name_references(
        &self,
        theme: &Theme,
        geometry: &Geometry,
        covered: Rect,
        buffer: &mut Buffer,
    ) {
        let plot = geometry.plot;
        let mut taken: Vec<u16> = Vec::new();
        for line in self.references {
            let Some(row) = geometry.row(line.value) else { continue };
            let above = row.checked_sub(1).filter(|above| *above >= plot.top());
            let below = Some(row + 1).filter(|below| *below < plot.bottom());
            let label = self.reference_label(line, usize::from(plot.width));
            let width = label.width() as u16;
            let start = plot.right().saturating_sub(width);
            let is_free = |row: &u16| {
                !taken.contains(row) && !Rect { x: start, y: *row, width, height: 1 }.intersects(covered)
            };
            // With no other row the name stands in the line itself.
            let free = [above, below, Some(row)].into_iter().flatten().find(is_free);
            let Some(label_row) = free else { continue };
            taken.push(label_row);
            buffer.set_string(start, label_row, label, theme.strong(Role::Accent));
        }
    }

    /// Name and value; where there is no room for both the value alone, never a part of either.
    fn reference_label(&self, line: &ReferenceLine, room: usize) -> String {
        let value = match self.quantity {
            Quantity::Share => format::percent(line.value),
            Quantity::Number => format::number(line.value),
        };
        let whole = format!(" {} {value}", clean(&line.name));
        let fitting = [whole, format!(" {value}"), value];
        fitting.into_iter().find(|label| label.width() <= room).unwrap_or_default()
    }
}
