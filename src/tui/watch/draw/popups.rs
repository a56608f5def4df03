//! Help, the list of tags, all about a run.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Clear};

use crate::run::watch::Kind;
use crate::tui::format;
use crate::tui::state::input::LineInput;
use crate::tui::theme::{Role, Theme};
use crate::tui::watch::keymap;
use crate::tui::watch::layout::popup;
use crate::tui::watch::state::{Overlay, State};
use crate::tui::widgets::{more_below, pair, panel, text::end_of};

fn area(size: Size) -> Rect {
    popup(size, 90.min(size.width.saturating_sub(4)), size.height.saturating_sub(4).min(44))
}

fn frame_of<'a>(state: &State, title: &str) -> Block<'a> {
    panel(&state.theme, title).border_style(state.theme.style(Role::Accent))
}

fn lines_of_help(theme: &Theme) -> Vec<Line<'static>> {
    let line = |binding: &keymap::Binding| {
        let keys: Vec<String> = binding.keys.iter().map(|key| key.label()).collect();
        Line::from(vec![
            Span::raw(format!(" {:<19} ", keys.join(" "))),
            Span::styled(binding.command.doc(), theme.style(Role::Muted)),
        ])
    };
    let mouse = " mouse               Click to choose, before a name to mark; wheel to move";
    keymap::MAIN.iter().map(line).chain([Line::from(mouse)]).collect()
}

fn lines_of_details(state: &State) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let Some(details) = state.view.details.as_ref().filter(|details| Some(details.run) == state.cursor)
    else {
        return vec![Line::from("reading")];
    };
    let heading = |text: &'static str| [Line::default(), Line::styled(text, theme.strong(Role::Accent))];
    let mut lines: Vec<Line> =
        details.about.iter().map(|(name, value)| pair(theme, name, 14, value.clone())).collect();
    if !details.hparams.is_empty() {
        lines.extend(heading("Hyperparameters"));
        lines.extend(
            details.hparams.iter().map(|(name, value)| pair(theme, &format!("{name}  "), 24, value.clone())),
        );
    }
    if !details.values.is_empty() {
        lines.extend(heading("Newest values"));
        lines.extend(details.values.iter().map(|(tag, step, value)| {
            let number = format!("{:>12}   step {step}", format::number(*value));
            pair(theme, &format!("{}  ", end_of(tag, 40)), 42, number)
        }));
    }
    lines
}

/// How far the popup on top can be scrolled.
pub fn scrollable_lines(state: &State) -> usize {
    let lines = match state.overlays.last() {
        Some(Overlay::Help { .. }) => lines_of_help(&state.theme).len(),
        Some(Overlay::Details { .. }) => lines_of_details(state).len(),
        _ => 0,
    };
    lines.saturating_sub(usize::from(area(state.size).height.saturating_sub(2)))
}

fn scrolled(state: &State, title: &str, lines: Vec<Line>, scroll: usize, frame: &mut Frame) {
    let area = area(frame.area().as_size());
    let block = frame_of(state, title);
    let inner = block.inner(area);
    let below = lines.len().saturating_sub(scroll + usize::from(inner.height));
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(lines.into_iter().skip(scroll)), inner);
}

pub(super) fn help(state: &State, scroll: usize, frame: &mut Frame) {
    scrolled(state, "Keys", lines_of_help(&state.theme), scroll, frame);
}

pub(super) fn details(state: &State, scroll: usize, frame: &mut Frame) {
    let name = state.cursor.map_or("", |run| &*state.view.rows[run as usize].name);
    let title = end_of(name, usize::from(area(frame.area().as_size()).width.saturating_sub(6)));
    scrolled(state, &title, lines_of_details(state), scroll, frame);
}

pub(super) fn tags(state: &State, input: &LineInput, selected: usize, frame: &mut Frame) {
    let theme = &state.theme;
    let area = area(frame.area().as_size());
    let found = state.tags(input.text());
    let block = frame_of(state, &format!("Figures {}", format::thousands(found.len() as u64)));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let (before, after): (String, String) = (
        input.text().chars().take(input.cursor()).collect(),
        input.text().chars().skip(input.cursor() + 1).collect(),
    );
    let under = input.text().chars().nth(input.cursor()).unwrap_or(' ').to_string();
    let line = Line::from(vec![
        Span::styled("/ ", theme.strong(Role::Accent)),
        Span::raw(before),
        Span::styled(under, Style::new().add_modifier(Modifier::REVERSED)),
        Span::raw(after),
    ]);
    frame.render_widget(line, Rect { height: 1.min(inner.height), ..inner });
    let rows = Rect { y: inner.y + 1.min(inner.height), height: inner.height.saturating_sub(1), ..inner };
    let first = crate::tui::layout::scroll_to(selected, found.len(), usize::from(rows.height));
    for ((place, tag), row) in found.iter().enumerate().skip(first).zip(rows.rows()) {
        let tag = &state.view.tags[*tag as usize];
        let kind = match tag.kind {
            Kind::Scalar => "number",
            Kind::Histogram => "histogram",
            Kind::Picture => "picture",
            Kind::Text => "text",
        };
        let line = Line::from(vec![
            Span::styled(format!(" {kind:<10}"), theme.style(Role::Muted)),
            Span::raw(end_of(&tag.name, usize::from(row.width.saturating_sub(12)))),
        ]);
        frame.render_widget(line, row);
        if place == selected {
            frame.buffer_mut().set_style(row, theme.selected());
        }
    }
}
