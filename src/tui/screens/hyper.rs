//! The form over the chosen preset.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};

use crate::preset::field::FieldKind;
use crate::tui::state::hyper;
use crate::tui::state::presets::Hindrance;
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::{pair, panel};
use crate::tui::{format, layout};

/// The form and its side.
fn places(body: Rect) -> [Rect; 2] {
    let side = if body.width >= 100 { body.width * 2 / 5 } else { 30 };
    Layout::horizontal([Constraint::Min(0), Constraint::Length(side)]).areas(body)
}

/// What stands in each line of the form: a field, or the title of a group or a gap.
fn lines(state: &State) -> Vec<Option<usize>> {
    let fields = state.presets.current().map(|entry| hyper::fields(&entry.draft)).unwrap_or_default();
    let mut lines = Vec::new();
    for (place, field) in fields.iter().enumerate() {
        let begins = place == 0 || fields[place - 1].group != field.group;
        if begins {
            lines.extend(std::iter::repeat_n(None, if place == 0 { 1 } else { 2 }));
        }
        lines.push(Some(place));
    }
    lines
}

/// The first line shown at this height.
fn first_line(state: &State, lines: &[Option<usize>], height: u16) -> usize {
    let chosen = lines.iter().position(|line| *line == Some(state.hyper.selected)).unwrap_or(0);
    layout::scroll_to(chosen, lines.len(), usize::from(height))
}

/// The field that stands at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<usize> {
    let list = layout::inside(places(body)[0]);
    let lines = lines(state);
    let line = layout::row_at(list, first_line(state, &lines, list.height), at)?;
    lines.get(line).copied().flatten()
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let [form, side] = places(body);
    let name = state.presets.current().map(|e| clean(&e.draft.name)).unwrap_or_default();
    let block = panel(theme, format!("{name}: for the next start")).border_style(theme.style(Role::Accent));
    let inner = block.inner(form);
    frame.render_widget(block, form);
    draw_fields(state, inner, frame);
    draw_side(state, side, frame);
}

fn draw_fields(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let Some(entry) = state.presets.current() else { return };
    let fields = hyper::fields(&entry.draft);
    let original = hyper::fields(&entry.original);
    let lines = lines(state);
    let first = first_line(state, &lines, area.height);
    for (row, place) in area.rows().zip(first..lines.len()) {
        let Some(index) = lines[place] else {
            if let Some(Some(below)) = lines.get(place + 1) {
                let title = Line::styled(fields[*below].group.clone(), theme.strong(Role::Accent));
                frame.render_widget(title, row);
            }
            continue;
        };
        let field = &fields[index];
        let before = original.iter().find(|other| other.place == field.place).map(|other| &other.value);
        let changed = before.is_some_and(|before| *before != field.value);
        let value = match field.kind {
            FieldKind::Choice(_) => format!("‹ {} ›", field.value),
            _ => field.value.clone(),
        };
        let note = match before {
            Some(before) if changed => format!("was {before}"),
            _ => String::new(),
        };
        if index == state.hyper.selected {
            let text = format!("  {:<18}{value:<16}{note}", field.label);
            let width = usize::from(row.width);
            frame.render_widget(Line::styled(format!("{text:<width$}"), theme.selected()), row);
        } else {
            let style = if changed { theme.strong(Role::Warning) } else { ratatui::style::Style::new() };
            frame.render_widget(
                Line::from(vec![
                    Span::styled(format!("  {:<18}", field.label), theme.style(Role::Muted)),
                    Span::styled(format!("{value:<16}"), style),
                    Span::styled(note, theme.style(Role::Muted)),
                ]),
                row,
            );
        }
    }
}

fn draw_side(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let mut lines = Vec::new();
    let heading = |text: &'static str| Line::styled(text, theme.strong(Role::Accent));
    if let Some(training) = state.running() {
        let (phase, role) = super::frame::phase(state);
        lines.push(heading("Running now"));
        lines.push(pair(theme, "preset", 10, clean(&training.info.preset.name)));
        lines.push(Line::from(vec![
            Span::styled(format!("{:<10}", "phase"), theme.style(Role::Muted)),
            Span::styled(phase, theme.strong(role)),
            Span::styled("  Space", theme.style(Role::Muted)),
        ]));
        lines.push(Line::from(vec![
            Span::styled(format!("{:<10}", "rate"), theme.style(Role::Muted)),
            Span::styled(
                training.rate().effective().to_string(),
                ratatui::style::Style::new().add_modifier(Modifier::BOLD),
            ),
            Span::styled("  + -", theme.style(Role::Muted)),
        ]));
        lines.push(Line::default());
    }
    if let Some(entry) = state.presets.current() {
        lines.push(heading("Model"));
        match entry.experiment() {
            Ok(experiment) => {
                let summaries = || experiment.networks.iter().map(|network| &network.summary);
                let layers: usize = summaries().map(|summary| summary.rows.len()).sum();
                let parameters = summaries().map(|summary| summary.parameters.total()).sum();
                lines.push(pair(theme, "layers", 10, layers.to_string()));
                lines.push(pair(theme, "params", 10, format::thousands(parameters)));
            }
            Err(Hindrance::Unread) => {
                lines.push(Line::styled(Hindrance::Unread.text(), theme.style(Role::Muted)));
            }
            Err(problem) => lines.push(Line::styled(clean(problem.text()), theme.style(Role::Bad))),
        }
        let selected = hyper::fields(&entry.draft).into_iter().nth(state.hyper.selected);
        if let Some(field) = selected {
            lines.push(Line::default());
            lines.push(Line::styled(field.label, theme.strong(Role::Accent)));
            lines.push(Line::from(field.kind.in_words()));
        }
    }
    let block = panel(theme, "Effect");
    frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: true }).block(block), area);
}
