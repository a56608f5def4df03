//! Named numbers as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};

use super::bar;
use super::text::cut;

/// Draws as many bars as there are rows; one of `full` fills its row. Shares of one are written as percentages.
pub fn draw(
    theme: &Theme,
    bars: &[(String, f64)],
    full: f64,
    are_shares: bool,
    area: Rect,
    buffer: &mut Buffer,
) {
    let area = area.intersection(buffer.area);
    let pitch = if bars.len() * 2 <= usize::from(area.height) + 1 { 2 } else { 1 };
    let bars = &bars[..bars.len().min(usize::from(area.height))];
    let muted = theme.style(Role::Muted);
    let widest = bars.iter().map(|(name, _)| clean(name).width()).max().unwrap_or(0);
    let side = widest.min(usize::from(area.width) / 3) as u16;
    let numbers = 9;
    let are_counts = bars.iter().all(|(_, value)| value.fract() == 0.0);
    if area.width < side + numbers + 4 {
        return;
    }
    for ((name, value), y) in bars.iter().zip((area.top()..area.bottom()).step_by(pitch)) {
        let name = cut(&clean(name), usize::from(side));
        let inset = side - name.width() as u16;
        buffer.set_string(area.x + inset, y, name, muted);
        let middle = Rect { x: area.x + side + 1, y, width: area.width - side - numbers - 2, height: 1 };
        bar::draw(theme, Role::Training, value / full, middle, buffer);
        let text = match value.abs() {
            _ if are_shares => format::percent(*value),
            1e5.. => format!("{value:.2e}"),
            _ if are_counts => format!("{value:.0}"),
            _ => format!("{value:.4}"),
        };
        buffer.set_string(middle.right() + 1, y, format!("{text:>0$}", usize::from(numbers)), muted);
    }
}
