//! What the screens are made of.

pub mod axis;
pub mod bar;
pub mod bars;
pub mod chart;
pub mod distributions;
pub mod dots;
pub mod footer;
pub mod heatmap;
pub mod image;
pub mod images;
pub mod matrix;
pub mod pixels;
pub mod plot;
pub mod surface;
pub mod table;
pub mod text;
pub mod trials;

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};
use unicode_width::UnicodeWidthStr;

use super::theme::{Role, Theme};

/// A frame with a title.
pub fn panel<'a>(theme: &Theme, title: impl Into<String>) -> Block<'a> {
    let kind = if theme.rich_glyphs { BorderType::Rounded } else { BorderType::Plain };
    let title = Span::styled(
        format!(" {} ", title.into()),
        ratatui::style::Style::new().add_modifier(Modifier::BOLD),
    );
    Block::bordered().border_type(kind).border_style(theme.style(Role::Faint)).title(title)
}

/// The words in the lower border where more lines follow.
pub fn more_below(lines: usize) -> Line<'static> {
    Line::from(format!(" {lines} more below ")).right_aligned()
}

/// `label  value`, the label muted and padded to `width`.
pub fn pair<'a>(theme: &Theme, label: &str, width: usize, value: impl Into<String>) -> Line<'a> {
    // Formatting pads by letters, of which some take two columns.
    let space = " ".repeat(width.saturating_sub(label.width()));
    let label = Span::styled(format!("{label}{space}"), theme.style(Role::Muted));
    Line::from(vec![label, Span::raw(value.into())])
}
