//! All about the chosen run.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Text};
use ratatui::widgets::Clear;
use unicode_width::UnicodeWidthStr;

use crate::run::settings::most_told_first;
use crate::run::watch::Row;
use crate::run::{Overview, watch};
use crate::tui::state::runs::Item;
use crate::tui::state::{State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{cut, end_of};
use crate::tui::widgets::{more_below, pair, panel};
use crate::tui::{format, layout};

use super::runs::about;

fn area(size: Size) -> Rect {
    layout::popup(size, 100.min(size.width.saturating_sub(4)), size.height.saturating_sub(4).min(44))
}

fn heading(theme: &Theme, text: &'static str) -> [Line<'static>; 2] {
    [Line::default(), Line::styled(text, theme.strong(Role::Accent))]
}

/// The newest values of scalars.
fn values<'a>(
    theme: &Theme,
    values: impl Iterator<Item = (&'a str, i64, f64)>,
    lines: &mut Vec<Line<'static>>,
) {
    let line = |(tag, step, value): (&str, i64, f64)| {
        let number = format!("{:>12}   step {step}", format::number(value));
        pair(theme, &format!("{}  ", end_of(&clean(tag), 40)), 42, number)
    };
    let mut values = values.map(line).peekable();
    if values.peek().is_some() {
        lines.extend(heading(theme, "Newest values"));
        lines.extend(values);
    }
}

/// Names with their values.
fn settings(theme: &Theme, all: &[(String, String)], width: usize, lines: &mut Vec<Line<'static>>) {
    if !all.is_empty() {
        lines.extend(heading(theme, "Hyperparameters"));
    }
    let names: Vec<String> = all.iter().map(|(name, _)| format!("{}  ", cut(&clean(name), 44))).collect();
    let of_names = names.iter().map(|name| name.width()).max().unwrap_or(0).max(24);
    let line = |(name, (_, value)): (&String, &(String, String))| {
        pair(theme, name, of_names, cut(&clean(value), width.saturating_sub(of_names)))
    };
    lines.extend(names.iter().zip(all).map(line));
}

fn of_own(theme: &Theme, overview: &Overview, width: usize) -> Vec<Line<'static>> {
    let mut lines = about(theme, overview, width);
    let newest = overview.numbers.iter().map(|number| (number.tag.as_str(), number.step, number.value));
    values(theme, newest, &mut lines);
    if let Ok(manifest) = &overview.manifest {
        settings(theme, &most_told_first(&manifest.preset), width, &mut lines);
    }
    lines
}

fn of_watched(theme: &Theme, details: &watch::Details, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> =
        details.about.iter().map(|(name, value)| pair(theme, name, 14, value.clone())).collect();
    settings(theme, &details.hparams, width, &mut lines);
    values(theme, details.values.iter().map(|(tag, step, value)| (&**tag, *step, *value)), &mut lines);
    lines
}

fn content(state: &State) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let width = usize::from(layout::inside(area(state.size)).width);
    match state.runs.chosen() {
        Some(Item::Own(overview)) => of_own(theme, overview, width),
        Some(Item::Watched(run, _)) => {
            let details = state.runs.watched.view.details.as_ref().filter(|details| details.run == run);
            details.map_or_else(|| vec![Line::from("reading")], |details| of_watched(theme, details, width))
        }
        None => Vec::new(),
    }
}

/// How far the popup can be scrolled.
pub fn scrollable_lines(state: &State) -> usize {
    content(state).len().saturating_sub(usize::from(layout::inside(area(state.size)).height))
}

pub(super) fn draw(state: &State, scroll: usize, frame: &mut Frame) {
    let area = area(frame.area().as_size());
    let name = match state.runs.chosen() {
        Some(Item::Own(overview)) => clean(&overview.run.name()),
        Some(Item::Watched(_, Row { name, .. })) => name.to_string(),
        None => String::new(),
    };
    let title = end_of(&name, usize::from(area.width.saturating_sub(6)));
    let block = panel(&state.theme, title).border_style(state.theme.style(Role::Accent));
    let inner = block.inner(area);
    let lines = content(state);
    let below = lines.len().saturating_sub(scroll + usize::from(inner.height));
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(lines.into_iter().skip(scroll)), inner);
}
