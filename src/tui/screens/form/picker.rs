//! A list of words to choose from, with a line about each.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::layout::scroll_to;
use crate::tui::screens::popups::{draw_input, open};
use crate::tui::state::State;
use crate::tui::state::form::picker::Picker;
use crate::tui::theme::Role;
use crate::tui::widgets::text::cut;

pub fn draw(state: &State, picker: &Picker, frame: &mut Frame) {
    let theme = &state.theme;
    let height = (picker.choices.len() as u16 + 6).min(frame.area().height.saturating_sub(2));
    let inner = open(state, &picker.title, 96, height, frame);
    let mut rows = inner.rows();
    let Some(first) = rows.next() else { return };
    draw_input(state, ">", &picker.input, first, frame);
    rows.next();
    let choices = picker.matching();
    // The last row says in full what the chosen one is.
    let listed = usize::from(inner.height.saturating_sub(4));
    let from = scroll_to(picker.selected, choices.len(), listed);
    let width = usize::from(inner.width);
    let names = picker.choices.iter().map(|choice| choice.word.width()).max().unwrap_or(0).min(width / 2);
    for (row, (place, choice)) in rows.take(listed).zip(choices.iter().enumerate().skip(from)) {
        let tick = if picker.ticked.iter().any(|ticked| ticked == choice.word) { "✓" } else { " " };
        let name = format!(" {tick} {:<names$}  ", cut(choice.word, names));
        let help = cut(choice.help, width.saturating_sub(name.width()));
        let line = if place == picker.selected {
            Line::styled(format!("{:<width$}", format!("{name}{help}")), theme.selected())
        } else {
            Line::from(vec![Span::raw(name), Span::styled(help, theme.style(Role::Muted))])
        };
        frame.render_widget(line, row);
    }
    let last = Rect { y: inner.bottom().saturating_sub(1), height: inner.height.min(1), ..inner };
    let text = match choices.get(picker.selected) {
        Some(choice) => format!(" {}", choice.help),
        None => " nothing matches".into(),
    };
    frame.render_widget(Line::styled(text, theme.style(Role::Muted)), last);
}
