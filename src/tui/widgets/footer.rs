//! The last line of a screen: a message, or the keys that matter.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Clear;
use unicode_width::UnicodeWidthStr;

use crate::tui::state::{Notice, Severity};
use crate::tui::theme::{Role, Theme};

use super::text::wrap;

/// The most rows that a message takes.
const MESSAGE: usize = 6;

/// Draws a message into the footer. A long one covers the rows above as well.
pub fn draw_message(theme: &Theme, notice: &Notice, footer: Rect, frame: &mut Frame) {
    let mut lines = message(theme, notice, footer.width);
    lines.truncate(MESSAGE);
    let rows = (lines.len() as u16).min(footer.bottom());
    let place = Rect { y: footer.bottom() - rows, height: rows, ..footer };
    frame.render_widget(Clear, place);
    frame.render_widget(Text::from(lines), place);
}

/// A message with its sign, in as many rows of this width as it needs.
fn message(theme: &Theme, notice: &Notice, width: u16) -> Vec<Line<'static>> {
    let (sign, role) = match notice.severity {
        Severity::Info => ("●", Role::Good),
        Severity::Error => ("✗", Role::Bad),
    };
    let rows = wrap(&notice.text, usize::from(width).saturating_sub(4)).into_iter().enumerate();
    let signs = rows.map(|(place, row)| (if place == 0 { sign } else { " " }, row));
    let lines = signs.map(|(sign, row)| {
        Line::from(vec![Span::styled(format!(" {sign} "), theme.strong(role)), Span::raw(row)])
    });
    lines.collect()
}

/// Keys and what they do, those that fit into `width`. The last two, help and quit, always stand there.
pub fn keys(theme: &Theme, hints: &[(String, &'static str)], width: u16) -> Vec<Span<'static>> {
    let width_of = |(keys, word): &(String, &str)| keys.width() + word.width() + 4;
    let kept = hints.len().saturating_sub(2);
    let mut room = usize::from(width).saturating_sub(hints[kept..].iter().map(width_of).sum::<usize>());
    let mut spans = vec![Span::raw(" ")];
    for (place, hint) in hints.iter().enumerate() {
        if place < kept {
            if width_of(hint) > room {
                continue;
            }
            room -= width_of(hint);
        }
        spans.push(Span::styled(hint.0.clone(), theme.strong(Role::Accent)));
        spans.push(Span::styled(format!(" {}   ", hint.1), theme.style(Role::Muted)));
    }
    spans
}
