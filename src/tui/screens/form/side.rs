//! What the chosen row is, what it takes, and what the whole draft comes to.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::preset::form::Row;
use crate::preset::summary::{in_bytes, thousands};
use crate::tui::state::entry::as_the_form_counts;
use crate::tui::state::presets::{Entry, Hindrance};
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{pair, panel};

/// The width of labels.
const LABEL: usize = 10;

/// Beside the form: what runs, what the draft comes to, all about the chosen row.
pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, "Effect");
    let inner = block.inner(area);
    let width = usize::from(inner.width);
    let mut lines = running(state);
    lines.extend(state.presets.current().map(|entry| model(state, entry, width)).unwrap_or_default());
    lines.extend(state.form.chosen().map(|row| field(state, row, width)).unwrap_or_default());
    frame.render_widget(block, area);
    frame.render_widget(Text::from(lines), inner);
}

/// Below the form: the same in three lines.
pub(super) fn draw_below(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let running =
        state.running().map(|training| format!("Running now: {}", clean(&training.info.preset.name)));
    let block = panel(theme, running.unwrap_or_else(|| "Effect".into()));
    let inner = block.inner(area);
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    if let Some(entry) = state.presets.current() {
        match entry.experiment() {
            Ok(_) => lines.push(Line::from(cut(&totals(state, entry).join(", "), width))),
            Err(problem) => lines.extend(hindrance(state, problem, width).into_iter().take(2)),
        }
    }
    if let Some(row) = state.form.chosen() {
        lines.push(Line::styled(cut(&sentence(row), width), theme.style(Role::Muted)));
        lines.push(Line::styled(cut(&format!("takes {}", row.takes()), width), theme.style(Role::Muted)));
    }
    frame.render_widget(block, area);
    frame.render_widget(Text::from(lines), inner);
}

/// The training that runs.
fn running(state: &State) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let Some(training) = state.running() else { return Vec::new() };
    let (phase, role) = super::super::frame::phase(state);
    let label = |text: &str| Span::styled(format!("{text:<LABEL$}"), theme.style(Role::Muted));
    let rate = training.rate().effective().to_string();
    vec![
        Line::styled("Running now", theme.strong(Role::Accent)),
        pair(theme, "preset", LABEL, clean(&training.info.preset.name)),
        Line::from(vec![
            label("phase"),
            Span::styled(phase, theme.strong(role)),
            Span::styled("  Space", theme.style(Role::Muted)),
        ]),
        Line::from(vec![
            label("rate"),
            Span::styled(rate, Style::new().add_modifier(Modifier::BOLD)),
            Span::styled("  + -", theme.style(Role::Muted)),
        ]),
        Line::default(),
    ]
}

/// What the draft comes to: parameters, memory, time.
fn totals(state: &State, entry: &Entry) -> Vec<String> {
    let Ok(experiment) = entry.experiment() else { return Vec::new() };
    let networks = experiment.networks.iter().map(|network| &network.summary);
    let parameters = networks.map(|summary| summary.parameters.total()).sum();
    let size = [
        format!("{} parameters", thousands(parameters)),
        format!("{} of memory", in_bytes(experiment.memory().total())),
    ];
    size.into_iter().chain(state.form.pace.in_words(entry.source())).map(|text| clean(&text)).collect()
}

/// Why the draft cannot be trained, in lines.
fn hindrance(state: &State, hindrance: Hindrance<'_>, width: usize) -> Vec<Line<'static>> {
    let role = match hindrance {
        Hindrance::Unread => Role::Muted,
        Hindrance::Files(_) | Hindrance::Misfit(_) => Role::Bad,
    };
    let lines = wrap(hindrance.text(), width).into_iter();
    lines.map(|line| Line::styled(line, state.theme.style(role))).collect()
}

fn model(state: &State, entry: &Entry, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = vec![Line::styled("Model", theme.strong(Role::Accent))];
    match entry.experiment() {
        Ok(experiment) => {
            let summaries = || experiment.networks.iter().map(|network| &network.summary);
            let layers: usize = summaries().map(|summary| summary.rows.len()).sum();
            let parameters = summaries().map(|summary| summary.parameters.total()).sum();
            lines.push(pair(theme, "layers", LABEL, layers.to_string()));
            lines.push(pair(theme, "params", LABEL, thousands(parameters)));
            lines.push(pair(theme, "memory", LABEL, in_bytes(experiment.memory().total())));
            if let Some(time) = state.form.pace.in_words(entry.source()) {
                let rows = wrap(&time, width.saturating_sub(LABEL)).into_iter().enumerate();
                lines.extend(
                    rows.map(|(place, row)| pair(theme, if place == 0 { "time" } else { "" }, LABEL, row)),
                );
            }
        }
        Err(problem) => lines.extend(hindrance(state, problem, width)),
    }
    lines.push(Line::default());
    lines
}

/// What a row is for, as a sentence.
fn sentence(row: &Row) -> String {
    let place = as_the_form_counts(&row.path.to_string());
    let default = match (row.is_written, row.is_off) {
        (_, true) => "; left out",
        (false, false) => "; left out, so it is the default",
        (true, false) => "",
    };
    format!("{}: {}{default}", clean(&place), row.help.trim_end_matches('.'))
}

/// All about the chosen row: what it is for, what it takes, and what each of its words means.
fn field(state: &State, row: &Row, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let place = clean(&as_the_form_counts(&row.path.to_string()));
    let mut lines = vec![Line::styled(cut(&place, width), theme.strong(Role::Accent))];
    lines.extend(wrap(row.help, width).into_iter().map(Line::from));
    if row.is_off || !row.is_written {
        let text = if row.is_off { "left out" } else { "left out, so it is the default" };
        lines.push(Line::styled(text, theme.style(Role::Muted)));
    }
    match state.form.sheet.size_of(row) {
        Some(Ok(size)) => {
            let sizes: Vec<String> = size.output.iter().map(ToString::to_string).collect();
            lines.push(Line::default());
            lines.push(pair(theme, "output", LABEL, sizes.join(" × ")));
            lines.push(pair(theme, "params", LABEL, thousands(size.parameters)));
            lines.push(pair(theme, "memory", LABEL, in_bytes(size.bytes)));
            return lines;
        }
        Some(Err(error)) => {
            let reason = wrap(&as_the_form_counts(&error.to_string()), width).into_iter();
            lines.extend(reason.map(|line| Line::styled(line, theme.style(Role::Bad))));
            return lines;
        }
        None => {}
    }
    let choices = row.choices();
    if choices.is_empty() {
        lines.extend(wrap(&format!("takes {}", row.takes()), width).into_iter().map(Line::from));
        return lines;
    }
    lines.push(Line::default());
    let names = choices.iter().map(|choice| choice.word.width()).max().unwrap_or(0).min(width / 2);
    lines.extend(choices.into_iter().map(|choice| {
        let is_chosen = choice.word == row.value;
        let style = if is_chosen { theme.strong(Role::Accent) } else { Style::new() };
        let room = width.saturating_sub(names + 2);
        Line::from(vec![
            Span::styled(format!("{:<names$}  ", cut(choice.word, names)), style),
            Span::styled(cut(choice.help, room), theme.style(Role::Muted)),
        ])
    }));
    lines
}
