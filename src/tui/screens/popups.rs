//! Palette, questions, lines to type.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::availability::hindrance;
use crate::tui::layout::{popup, scroll_to};
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Prompt, Purpose};
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::panel;
use crate::tui::widgets::text::{cut, end_of};
use crate::tui::{chart_places, format, keymap, palette};

pub(super) fn open(state: &State, title: &str, width: u16, height: u16, frame: &mut Frame) -> Rect {
    let area = popup(frame.area().as_size(), width, height);
    let block = panel(&state.theme, title).border_style(state.theme.style(Role::Accent));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

/// A line to type, after a sign of one column.
pub(super) fn draw_input(state: &State, sign: &str, input: &LineInput, row: Rect, frame: &mut Frame) {
    if row.is_empty() {
        return;
    }
    let before: String = input.text().chars().take(input.cursor()).collect();
    // A long line is scrolled so that its cursor is in view.
    let room = usize::from(row.width).saturating_sub(4).max(1);
    let skipped = before.width().saturating_sub(room);
    let shown: String = input.text().chars().skip(skipped).collect();
    let line = Line::from(vec![
        Span::styled(format!("{sign} "), state.theme.strong(Role::Accent)),
        Span::styled(shown, if input.is_selected() { state.theme.selected() } else { Style::new() }),
    ]);
    frame.render_widget(line, row);
    let column = 2 + before.width().saturating_sub(skipped) as u16;
    frame.set_cursor_position(Position::new(row.x + column.min(row.width - 1), row.y));
}

pub(super) fn palette(state: &State, input: &LineInput, selected: usize, frame: &mut Frame) {
    let theme = &state.theme;
    let height = frame.area().height.saturating_sub(4).min(24);
    let inner = open(state, "Commands", 96, height, frame);
    let mut rows = inner.rows();
    let Some(first) = rows.next() else { return };
    draw_input(state, ">", input, first, frame);
    rows.next();
    let commands = palette::matching(input.text());
    // The last row says in full what the chosen one does.
    let listed = usize::from(inner.height.saturating_sub(3));
    let from = scroll_to(selected, commands.len(), listed);
    let width = usize::from(inner.width);
    for (row, (place, command)) in rows.take(listed).zip(commands.iter().enumerate().skip(from)) {
        let keys = keymap::keys_of(&state.keymap, *command);
        let name = format!("  {:<19} {keys:<10} ", command.name());
        let reason = hindrance(state, *command);
        let doc = reason.map_or_else(|| command.doc().to_owned(), |reason| format!("not now: {reason}"));
        let doc = cut(&doc, width.saturating_sub(name.width()));
        let line = if place == selected {
            Line::styled(format!("{:<width$}", format!("{name}{doc}")), theme.selected())
        } else if reason.is_some() {
            Line::styled(format!("{name}{doc}"), theme.style(Role::Faint))
        } else {
            Line::from(vec![
                Span::raw(format!("  {:<19} ", command.name())),
                Span::styled(format!("{keys:<10} "), theme.strong(Role::Accent)),
                Span::styled(doc, theme.style(Role::Muted)),
            ])
        };
        frame.render_widget(line, row);
    }
    if let Some(command) = commands.get(selected).filter(|_| inner.height > 3) {
        let row = Rect { y: inner.bottom() - 1, height: 1, ..inner };
        let why_not = hindrance(state, *command).map(|reason| format!("not now: {reason}"));
        let text = why_not.unwrap_or_else(|| command.doc().to_owned());
        let text = cut(&format!("  {text}"), width);
        frame.render_widget(Line::styled(text, theme.style(Role::Muted)), row);
    }
    if commands.is_empty() && inner.height > 2 {
        let row = Rect { y: inner.y + 2, height: 1, ..inner };
        frame.render_widget(Line::styled("  no command matches", theme.style(Role::Muted)), row);
    }
}

/// All that can be drawn, for choosing what stands first.
pub(super) fn tags(state: &State, input: &LineInput, selected: usize, frame: &mut Frame) {
    let theme = &state.theme;
    let height = frame.area().height.saturating_sub(4).min(44);
    let found = chart_places::tags_like(state, input.text());
    let title = format!("Curves, distributions, pictures, texts: {}", format::thousands(found.len() as u64));
    let inner = open(state, &title, 90, height, frame);
    let mut rows = inner.rows();
    let Some(first) = rows.next() else { return };
    draw_input(state, "/", input, first, frame);
    let from = scroll_to(selected, found.len(), usize::from(inner.height.saturating_sub(1)));
    for ((place, (kind, name)), row) in found.iter().enumerate().skip(from).zip(rows) {
        let name = end_of(&clean(name), usize::from(row.width.saturating_sub(16)));
        let line =
            Line::from(vec![Span::styled(format!(" {kind:<14}"), theme.style(Role::Muted)), Span::raw(name)]);
        frame.render_widget(line, row);
        if place == selected {
            frame.buffer_mut().set_style(row, theme.selected());
        }
    }
    if found.is_empty() && inner.height > 1 {
        let row = Rect { y: inner.y + 1, height: 1, ..inner };
        frame.render_widget(Line::styled("  nothing is called so", theme.style(Role::Muted)), row);
    }
}

pub(super) fn confirm(state: &State, confirm: &Confirm, frame: &mut Frame) {
    let inner = open(state, confirm.title, 64, 7, frame);
    let question = Rect { height: inner.height.saturating_sub(2), ..inner };
    frame.render_widget(
        Paragraph::new(confirm.question.as_str()).centered().wrap(Wrap { trim: true }),
        question,
    );
    // What loses nothing stands first.
    let mut answers = vec![("n", "no"), ("y", confirm.yes)];
    if confirm.purpose == Purpose::Quit {
        answers = vec![("d", "leave it running"), ("n", "stay"), ("y", confirm.yes)];
    }
    let keys = answers.into_iter().enumerate().flat_map(|(place, (key, word))| {
        let gap = if place == 0 { "" } else { "     " };
        [Span::raw(gap), Span::styled(key, state.theme.strong(Role::Accent)), Span::raw(format!(" {word}"))]
    });
    if inner.height > 0 {
        let row = Rect { y: inner.bottom() - 1, height: 1, ..inner };
        frame.render_widget(Line::from_iter(keys).centered(), row);
    }
}

pub(super) fn prompt(state: &State, prompt: &Prompt, frame: &mut Frame) {
    let inner = open(state, &prompt.title, 60, 7, frame);
    let Some(first) = inner.rows().next() else { return };
    draw_input(state, ">", &prompt.input, first, frame);
    let below = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner }.intersection(inner);
    let (text, role) = match &prompt.error {
        Some(error) => (error.as_str(), Role::Bad),
        None => (prompt.help.as_str(), Role::Muted),
    };
    frame.render_widget(Paragraph::new(text).style(state.theme.style(role)).wrap(Wrap { trim: true }), below);
}
