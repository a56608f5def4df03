//! A confusion matrix as a heat table: rows are true classes, columns predicted ones.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::layout::scroll_to;
use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};
use crate::worker::Confusion;

/// The most classes that are drawn: no screen has room for more.
const MOST: usize = 1000;

/// Draws as many classes as there is room for; `page` says which, and wraps around. The cell of this true and this predicted
/// class stands out, and is always in view.
pub fn draw(
    theme: &Theme,
    confusion: &Confusion,
    page: usize,
    cell: Option<(usize, usize)>,
    area: Rect,
    buffer: &mut Buffer,
) {
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
    let mut rows = drawn.min(usize::from(area.height - 3) / usize::from(height));
    if rows < classes || columns < classes {
        // The note below takes a row.
        rows = drawn.min(usize::from(area.height.saturating_sub(4)) / usize::from(height)).max(1);
    }
    // Rows and columns of a page begin with the same class. The last page is full, too.
    let shown = rows.min(columns).max(1);
    let first = (page % drawn.div_ceil(shown).max(1) * shown).min(drawn.saturating_sub(shown));
    let (columns, rows) = (columns.min(drawn - first), rows.min(drawn - first));
    let seen = |first: usize, count: usize, class: Option<usize>| match class {
        Some(class) if class < drawn && !(first..first + count).contains(&class) => {
            scroll_to(class, drawn, count)
        }
        _ => first,
    };
    let first_row = seen(first, rows, cell.map(|(truth, _)| truth));
    let first_column = seen(first, columns, cell.map(|(_, predicted)| predicted));
    buffer.set_stringn(left, area.y, "predicted", usize::from(area.right() - left), muted);
    buffer.set_string(area.x, area.y + 1, "true", muted);
    for (column, name) in names.iter().skip(first_column).enumerate().take(columns) {
        let x = left + width * column as u16;
        let name: String = name.chars().take(usize::from(width) - 1).collect();
        buffer.set_string(x, area.y + 1, format!("{name:^0$}", usize::from(width)), muted);
    }
    buffer.set_string(left + width * columns as u16 + 1, area.y + 1, "recall", muted);
    let from_first = confusion.counts.iter().zip(&names).skip(first_row);
    for (row, (counts, name)) in from_first.enumerate().take(rows) {
        let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        let y = area.y + 2 + height * row as u16;
        let name: String = name.chars().take(12).collect();
        buffer.set_string(area.x, y, format!("{name:>0$}", usize::from(widest.max(4))), muted);
        for (column, count) in counts.iter().skip(first_column).enumerate().take(columns) {
            let share = if total == 0 { 0.0 } else { f64::from(*count) / total as f64 };
            let is_right = first_row + row == first_column + column;
            let role = if is_right { Role::Good } else { Role::Bad };
            // Mistakes are rare, so a cell with a twentieth of its class already has the full colour.
            let heat = if is_right { share } else { (share * 20.0).min(1.0) };
            let text = if *count == 0 { "·".into() } else { count.to_string() };
            let x = left + width * column as u16;
            let is_pointed_at = cell == Some((first_row + row, first_column + column));
            let style = if is_pointed_at { theme.selected() } else { theme.heat(role, heat) };
            for extra in 0..height {
                buffer.set_string(x, y + extra, " ".repeat(usize::from(width)), style);
            }
            buffer.set_string(x, y, format!("{text:^0$}", usize::from(width)), style);
        }
        let x = left + width * columns as u16 + 1;
        let recall = counts.get(first_row + row).and_then(|right| share_of(*right, total));
        buffer.set_string(x, y, recall.unwrap_or_else(|| "     -".into()), ratatui::style::Style::new());
    }
    let below = area.y + 2 + height * rows as u16;
    if below < area.bottom() {
        buffer.set_stringn(area.x, below, "prec.", usize::from(left - area.x), muted);
        for column in 0..columns {
            let class = first_column + column;
            let count = |row: &Vec<u32>| row.get(class).map_or(0, |count| u64::from(*count));
            let total = confusion.counts.iter().map(count).sum();
            let right = confusion.counts.get(class).map_or(0, count);
            let precision = share_of(right as u32, total).unwrap_or_else(|| "-".into());
            // Side by side, they need a blank between them.
            let whole = || format!("{:.0}%", 100.0 * right as f64 / total as f64);
            let precision = if total > 0 && width < 8 { whole() } else { precision.trim().to_owned() };
            let cell = format!("{precision:^0$}", usize::from(width));
            buffer.set_string(left + width * column as u16, below, cell, ratatui::style::Style::new());
        }
    }
    if rows < classes || columns < classes {
        let note =
            format!("classes {} to {} of {classes}: }} and {{ turn pages", first_row + 1, first_row + shown);
        buffer.set_stringn(area.x, area.bottom() - 1, note, usize::from(area.width), muted);
    }
}

/// A share as a percentage; `None` of nothing.
fn share_of(part: u32, total: u64) -> Option<String> {
    (total > 0).then(|| format!("{:5.1}%", 100.0 * f64::from(part) / total as f64))
}
