//! Rows of words, in columns as wide as needed; numbers are aligned right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};

use super::text::cut;

/// The most columns that a cell takes.
const WIDEST: usize = 40;

/// Draws as many rows and columns as there is room for.
pub fn draw(theme: &Theme, header: &[String], rows: &[Vec<String>], area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let rows = &rows[..rows.len().min(usize::from(area.height))];
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let underlined = theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED);
    let mut x = area.x;
    for column in 0..columns {
        let cells = || rows.iter().map(|row| row.get(column).map_or(String::new(), |cell| clean(cell)));
        let title = header.get(column).map_or(String::new(), |title| clean(title));
        let width = cells().map(|cell| cell.width()).chain([title.width()]).max().unwrap_or(0).min(WIDEST);
        let room = usize::from(area.right().saturating_sub(x));
        let width = width.min(room);
        if width == 0 && room == 0 {
            return;
        }
        let is_number = |cell: &String| {
            let bare: String = cell.chars().filter(|c| !"%, ".contains(*c)).collect();
            bare.is_empty() || bare == "-" || bare.parse::<f64>().is_ok()
        };
        let right = cells().all(|cell| is_number(&cell)) && !rows.is_empty();
        let texts = std::iter::once((title, underlined)).chain(cells().map(|cell| (cell, Style::new())));
        for ((text, style), y) in texts.zip(area.top()..area.bottom()) {
            let text = cut(&text, width);
            let padding = " ".repeat(width - text.width());
            let text = if right { padding + &text } else { text + &padding };
            buffer.set_stringn(x, y, text, width, style);
        }
        x = x.saturating_add(width as u16 + 2);
    }
}
