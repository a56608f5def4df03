//! Rows of words, in columns as wide as needed; numbers are aligned right.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::tui::state::clean;
use crate::tui::theme::{Role, Theme};

use super::text::cut;

/// The most columns that a cell takes, as long as there is no room to spare.
const WIDEST: usize = 40;

/// The least columns of words that are cut for numbers.
const WORDS: usize = 8;

/// Draws as many rows and columns as there is room for.
pub fn draw(theme: &Theme, header: &[String], rows: &[Vec<String>], area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let rows = &rows[..rows.len().min(usize::from(area.height))];
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let underlined = theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED);
    let cells =
        |column: usize| rows.iter().map(move |row| row.get(column).map_or(String::new(), |cell| clean(cell)));
    let title = |column: usize| header.get(column).map_or(String::new(), |title| clean(title));
    let columns = columns.min(usize::from(area.width));
    let is_number = |cell: &String| {
        let bare: String = cell.chars().filter(|c| !"%, ".contains(*c)).collect();
        bare.is_empty() || bare == "-" || bare.parse::<f64>().is_ok()
    };
    let are_numbers = |column: usize| cells(column).all(|cell| is_number(&cell)) && !rows.is_empty();
    let whole = |column: usize| {
        let widths = cells(column).map(|cell| cell.width()).chain([title(column).width()]);
        widths.max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(|column| whole(column).min(WIDEST)).collect();
    // Where there is too little room, the longest words are cut before any number is.
    let gaps = 2 * columns.saturating_sub(1);
    let (wanted, there_is) = (widths.iter().sum::<usize>() + gaps, usize::from(area.width));
    let (over, spare) = (wanted.saturating_sub(there_is), there_is.saturating_sub(wanted));
    let longest = (0..columns).filter(|column| !are_numbers(*column)).max_by_key(|column| widths[*column]);
    if let Some(column) = longest {
        let with_spare = whole(column).min(widths[column] + spare);
        widths[column] = with_spare.saturating_sub(over).max(widths[column].min(WORDS));
    }
    let mut x = area.x;
    for (column, width) in widths.into_iter().enumerate() {
        let room = usize::from(area.right().saturating_sub(x));
        let right = are_numbers(column);
        // Part of a number would be another one.
        let width = if right && width > room { 0 } else { width.min(room) };
        if width == 0 && room == 0 {
            return;
        }
        let (title, cells) = (title(column), || cells(column));
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

#[cfg(test)]
mod tests {
    use ratatui::layout::Position;

    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn long_words_take_the_room_that_is_left() {
        let theme = Theme::new(Depth::True, true);
        let long = "a motion to waive something that is explained at length, as motions are";
        let rows = [["99.4%", long].map(String::from).to_vec()];
        let header = ["yea", "roll call"].map(String::from);
        let row = |width: u16| {
            let area = Rect::new(0, 0, width, 2);
            let mut buffer = Buffer::empty(area);
            draw(&theme, &header, &rows, area, &mut buffer);
            (0..width).map(|x| buffer[(x, 1)].symbol()).collect::<String>()
        };
        assert_eq!(row(100).trim_end(), format!("99.4%  {long}"));
        assert!(row(30).ends_with('…') && row(30).starts_with("99.4%  a motion"), "{}", row(30));
    }

    #[test]
    fn words_are_cut_before_numbers_and_numbers_never() {
        let theme = Theme::new(Depth::True, true);
        let header = ["layer", "mean", "update"].map(String::from);
        let rows = [["a_layer_with_a_long_name", "-0.1235", "5.588e-4"].map(String::from).to_vec()];
        let row = |width: u16| {
            let area = Rect::new(0, 0, width, 2);
            let mut buffer = Buffer::empty(area);
            draw(&theme, &header, &rows, area, &mut buffer);
            let text: String = (0..width).map(|x| buffer[Position::new(x, 1)].symbol().to_owned()).collect();
            text.trim_end().to_owned()
        };
        assert_eq!(row(50), "a_layer_with_a_long_name  -0.1235  5.588e-4");
        assert_eq!(row(34), "a_layer_with_a…  -0.1235  5.588e-4");
        assert_eq!(row(20), "a_layer…  -0.1235");
    }
}
