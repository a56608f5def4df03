//! The last line of a screen: a message, or the keys that matter.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::state::{Notice, Severity};
use crate::tui::theme::{Role, Theme};

/// A message with its sign.
pub fn message(theme: &Theme, notice: &Notice) -> Line<'static> {
    let (sign, role) = match notice.severity {
        Severity::Info => ("●", Role::Good),
        Severity::Error => ("✗", Role::Bad),
    };
    let sign = Span::styled(format!(" {sign} "), theme.strong(role));
    Line::from(vec![sign, Span::raw(notice.text.clone())])
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
