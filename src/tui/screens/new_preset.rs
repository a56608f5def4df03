//! The questions for a preset for data of a person's own: which column is to be predicted, and what was made of it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

use crate::tui::layout;
use crate::tui::state::new_preset::{Said, Suggested, Targets};
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::{more_below, panel, text::wrap};

/// The widest column of names.
const NAMES: usize = 24;

fn area(size: Size) -> Rect {
    layout::popup(size, 100, size.height.saturating_sub(4).min(44))
}

/// The list of columns, and what is said below it.
pub(super) fn targets(state: &State, targets: &Targets, frame: &mut Frame) {
    let theme = &state.theme;
    let area = area(frame.area().as_size());
    let Targets { suggestion, selected, marked, said } = targets;
    let columns = &suggestion.targets;
    let block = panel(theme, "Which column is to be predicted?").border_style(theme.style(Role::Accent));
    let inner = block.inner(area);
    let (text, role) = match said {
        Said::Nothing => (String::new(), Role::Muted),
        Said::Reading => ("reading it again …".into(), Role::Muted),
        Said::Problem(problem) => (problem.clone(), Role::Bad),
    };
    let said = wrap(&text, usize::from(inner.width));
    let [list, below] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(said.len().min(8) as u16)]).areas(inner);
    let first = layout::scroll_to(*selected, columns.len(), usize::from(list.height));
    let more = columns.len().saturating_sub(first + usize::from(list.height));
    let block = if more > 0 { block.title_bottom(more_below(more)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let names = columns.iter().map(|column| shown(&column.name).width()).max().unwrap_or(0).min(NAMES);
    for ((place, column), row) in columns.iter().enumerate().skip(first).zip(list.rows()) {
        let name: String = shown(&column.name).chars().take(names).collect();
        let pad = " ".repeat(names.saturating_sub(name.width()));
        let mark = if marked.contains(&place) { '*' } else { ' ' };
        let (name, what) = (format!("{mark}{name}{pad}  "), clean(&column.what));
        let line = if place == *selected {
            let room = usize::from(row.width).saturating_sub(name.width() + what.width());
            Line::styled(format!("{name}{what}{}", " ".repeat(room)), theme.selected())
        } else {
            Line::from(vec![Span::raw(name), Span::styled(what, theme.style(Role::Muted))])
        };
        frame.render_widget(line, row);
    }
    frame.render_widget(Text::from_iter(said).style(theme.style(role)), below);
}

/// A column's name; one that has none can be seen as well.
fn shown(name: &str) -> String {
    if name.is_empty() { "(no name)".into() } else { clean(name) }
}

/// How far the preset that was made can be scrolled.
pub fn scrollable_lines(size: Size, suggested: &Suggested) -> usize {
    let inner = layout::inside(area(size));
    lines(suggested, inner).len().saturating_sub(usize::from(text_height(suggested, inner)))
}

/// What is told of the data, then the preset's lines, each cut into what it says and the reason for that. What follows a break is indented like its line.
fn lines(suggested: &Suggested, inner: Rect) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for sentence in &suggested.suggestion.told {
        let pieces =
            wrap(&clean(sentence), usize::from(inner.width).saturating_sub(2)).into_iter().enumerate();
        lines
            .extend(pieces.map(|(row, piece)| {
                (format!("{} {piece}", if row == 0 { '*' } else { ' ' }), String::new())
            }));
    }
    if !lines.is_empty() {
        lines.push(Default::default());
    }
    for line in suggested.suggestion.text.lines() {
        let said = line.trim_start();
        let indent = " ".repeat(line.len() - said.len());
        let mut is_reason = false;
        for piece in wrap(said, usize::from(inner.width).saturating_sub(indent.len())) {
            let at = if is_reason { Some(0) } else { piece.find("//") };
            is_reason = at.is_some();
            let (said, reason) = piece.split_at(at.unwrap_or(piece.len()));
            lines.push((format!("{indent}{said}"), reason.to_owned()));
        }
    }
    lines
}

fn error_lines(suggested: &Suggested, inner: Rect) -> Vec<String> {
    suggested.error.as_ref().map(|error| wrap(error, usize::from(inner.width))).unwrap_or_default()
}

fn text_height(suggested: &Suggested, inner: Rect) -> u16 {
    inner.height.saturating_sub(error_lines(suggested, inner).len() as u16)
}

/// The preset that was made, its reasons apart from what it says.
pub(super) fn suggested(state: &State, suggested: &Suggested, frame: &mut Frame) {
    let theme = &state.theme;
    let area = area(frame.area().as_size());
    let title = format!("New preset: {}", clean(&suggested.suggestion.name));
    let block = panel(theme, title).border_style(theme.style(Role::Accent));
    let inner = block.inner(area);
    let height = text_height(suggested, inner);
    let [text, below] = Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(inner);
    let lines = lines(suggested, inner);
    let more = lines.len().saturating_sub(suggested.scroll + usize::from(height));
    let block = if more > 0 { block.title_bottom(more_below(more)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let line = |(said, reason): (String, String)| {
        Line::from(vec![Span::raw(said), Span::styled(reason, theme.style(Role::Muted))])
    };
    let shown = lines.into_iter().skip(suggested.scroll).take(usize::from(height)).map(line);
    frame.render_widget(Text::from_iter(shown), text);
    let error = Text::from_iter(error_lines(suggested, inner)).style(theme.style(Role::Bad));
    frame.render_widget(Paragraph::new(error), below);
}
