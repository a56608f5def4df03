//! A horizontal bar: progress, or a probability.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::theme::{Role, Theme};

/// Draws the `share` (0 to 1) of the first row of `area`, in eighths of a cell where the font has them.
pub fn draw(theme: &Theme, role: Role, share: f64, area: Rect, buffer: &mut Buffer) {
    let area = Rect { height: area.height.min(1), ..area }.intersection(buffer.area);
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let parts = if theme.rich_glyphs { 8 } else { 1 };
    let filled = (share * f64::from(area.width) * f64::from(parts)).round() as u32;
    let (full, rest) = (filled / parts, filled % parts);
    for (place, x) in (0_u32..).zip(area.left()..area.right()) {
        for y in area.top()..area.bottom() {
            let cell = &mut buffer[(x, y)];
            if place < full {
                cell.set_symbol("█").set_style(theme.style(role));
            } else if place == full && rest > 0 {
                let eighths = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"];
                cell.set_symbol(eighths[rest as usize - 1]).set_style(theme.style(role));
            } else {
                cell.set_symbol(if theme.rich_glyphs { "─" } else { "." })
                    .set_style(theme.style(Role::Faint));
            }
        }
    }
}
