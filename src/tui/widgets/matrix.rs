//! A confusion matrix as a heat table: rows are true classes, columns predicted ones.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};
use crate::worker::Confusion;

/// The most classes that are drawn: no screen has room for more.
const MOST: usize = 1000;

/// Draws as many classes as there is room for.
pub fn draw(theme: &Theme, confusion: &Confusion, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let classes = confusion.counts.len().min(confusion.classes.len());
    let drawn = classes.min(MOST);
    let most = confusion.counts.iter().flatten().max().copied().unwrap_or(0);
    let digits = (most.to_string().len() as u16 + 2).max(5);
    let names: Vec<String> = confusion.classes.iter().take(MOST).map(|name| clean(name)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(1).min(12) as u16;
    let left = area.x + widest.max(4) + 2;
    if area.height < 4 || area.right() < left + digits + 8 {
        return;
    }
    let muted = theme.style(Role::Muted);
    // Wide enough for the names where there is room for all of them.
    let room = (area.right() - left - 8) / drawn.max(1) as u16;
    let width = digits.max(if area.width > 120 { 9 } else { 0 }).max((widest + 2).min(room));
    let columns = drawn.min(usize::from((area.right() - left - 8) / width));
    let tall = usize::from(area.height - 3) >= 2 * classes;
    let height: u16 = if tall { 2 } else { 1 };
    let rows = drawn.min(usize::from(area.height - 3) / usize::from(height));
    buffer.set_stringn(left, area.y, "predicted", usize::from(area.right() - left), muted);
    buffer.set_string(area.x, area.y + 1, "true", muted);
    for (column, name) in names.iter().enumerate().take(columns) {
        let x = left + width * column as u16;
        let name: String = name.chars().take(usize::from(width) - 1).collect();
        buffer.set_string(x, area.y + 1, format!("{name:^0$}", usize::from(width)), muted);
    }
    buffer.set_string(left + width * columns as u16 + 1, area.y + 1, "recall", muted);
    for (row, (counts, name)) in confusion.counts.iter().zip(&names).enumerate().take(rows) {
        let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        let y = area.y + 2 + height * row as u16;
        let name: String = name.chars().take(12).collect();
        buffer.set_string(area.x, y, format!("{name:>0$}", usize::from(widest.max(4))), muted);
        for (column, count) in counts.iter().enumerate().take(columns) {
            let share = if total == 0 { 0.0 } else { f64::from(*count) / total as f64 };
            let role = if row == column { Role::Good } else { Role::Bad };
            // Mistakes are rare, so a cell with a twentieth of its class already has the full colour.
            let heat = if row == column { share } else { (share * 20.0).min(1.0) };
            let text = if *count == 0 { "·".into() } else { count.to_string() };
            let x = left + width * column as u16;
            let style = theme.heat(role, heat);
            for extra in 0..height {
                buffer.set_string(x, y + extra, " ".repeat(usize::from(width)), style);
            }
            buffer.set_string(x, y, format!("{text:^0$}", usize::from(width)), style);
        }
        let recall = counts.get(row).map(|right| 100.0 * f64::from(*right) / total.max(1) as f64);
        let x = left + width * columns as u16 + 1;
        buffer.set_string(x, y, format!("{:5.1}%", recall.unwrap_or(0.0)), ratatui::style::Style::new());
    }
    if rows < classes || columns < classes {
        let note = format!("{rows} of {classes} classes shown: enlarge the terminal for more");
        buffer.set_stringn(area.x, area.bottom() - 1, note, usize::from(area.width), muted);
    }
}
