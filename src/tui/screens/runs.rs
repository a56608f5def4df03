//! The runs on disk, and what is known about the chosen one.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::run::{Overview, Standing};
use crate::tui::state::{Runs, State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{more_below, pair, panel};
use crate::tui::{format, layout};

/// The list of runs and what is said about the chosen one.
fn places(body: Rect) -> [Rect; 2] {
    let about = (body.height / 3).clamp(7, 11);
    Layout::vertical([Constraint::Min(0), Constraint::Length(about)]).areas(body)
}

/// The titles of the list of runs, and its rows.
fn list_places(list: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(layout::inside(list))
}

/// The first run that is shown in these rows.
fn first_row(runs: &Runs, rows: Rect) -> usize {
    layout::scroll_to(runs.selected, runs.len(), usize::from(rows.height))
}

/// The run that stands at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<usize> {
    let [_, rows] = list_places(places(body)[0]);
    let place = layout::row_at(rows, first_row(&state.runs, rows), at)?;
    (place < state.runs.len()).then_some(place)
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let [list, about] = places(body);
    draw_list(state, list, frame);
    draw_about(state, about, frame);
}

fn draw_list(state: &State, area: Rect, frame: &mut Frame) {
    let (theme, runs) = (&state.theme, &state.runs);
    let [head, rows] = list_places(area);
    let first = first_row(runs, rows);
    let below = runs.len().saturating_sub(first + usize::from(rows.height));
    let block = panel(theme, "Runs").border_style(theme.style(Role::Accent));
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(block, area);
    let muted = theme.style(Role::Muted);
    let Some(list) = runs.list.as_ref().filter(|list| !list.is_empty()) else {
        let text = match (&runs.problem, &runs.list) {
            (Some(problem), _) => clean(problem),
            (None, Some(_)) => "no runs yet: every training becomes one".into(),
            (None, None) => "looking for runs".into(),
        };
        frame.render_widget(Line::styled(text, muted), head);
        return;
    };
    let columns = columns(usize::from(head.width));
    let titles = ["STARTED", "PRESET", "STATUS", "STEPS", "LOSS", "ACCURACY", "ON DISK"].map(String::from);
    frame.render_widget(Line::styled(line(&titles, columns), muted.add_modifier(Modifier::UNDERLINED)), head);
    for ((place, overview), row) in list.iter().enumerate().skip(first).zip(rows.rows()) {
        let style = if place == runs.selected {
            theme.selected().add_modifier(Modifier::BOLD)
        } else {
            role(overview.standing()).map_or(Style::new(), |role| theme.style(role))
        };
        frame.render_widget(Line::styled(line(&cells(overview, columns[0]), columns), style), row);
    }
}

fn role(standing: Standing) -> Option<Role> {
    match standing {
        Standing::Running => Some(Role::Good),
        Standing::Failed | Standing::Broken => Some(Role::Bad),
        Standing::Interrupted | Standing::Unknown => Some(Role::Warning),
        Standing::Stopped | Standing::Finished => None,
    }
}

/// Widths: the time is short where the terminal is narrow, the preset's name takes what is left.
fn columns(width: usize) -> [usize; 7] {
    let time = if width >= 90 { 16 } else { 11 };
    let fixed = [time, 0, 11, 9, 9, 8, 9];
    let preset = width.saturating_sub(fixed.iter().sum::<usize>() + 2 * 6);
    [fixed[0], preset.min(40), fixed[2], fixed[3], fixed[4], fixed[5], fixed[6]]
}

/// One line of the list: words are aligned left, numbers right.
fn line(cells: &[String; 7], columns: [usize; 7]) -> String {
    let mut text = String::new();
    for (place, (cell, width)) in cells.iter().zip(columns).enumerate() {
        let cell = cut(cell, width);
        let space = " ".repeat(width - cell.width());
        let (before, after) = if place < 3 { ("", &*space) } else { (&*space, "") };
        text.extend([if place == 0 { "" } else { "  " }, before, &cell, after]);
    }
    text
}

fn cells(overview: &Overview, time: usize) -> [String; 7] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let (started, preset) = match &overview.manifest {
        Ok(manifest) => (started(manifest.started), clean(&manifest.preset.name)),
        Err(_) => ("-".into(), clean(&overview.run.name())),
    };
    // The year is left out where the terminal is narrow.
    let started = if time < 16 { started.get(5..).unwrap_or(&started).to_owned() } else { started };
    [
        started,
        preset,
        overview.standing().word().into(),
        or_dash(overview.steps().map(format::thousands)),
        or_dash(overview.newest("loss").map(|(_, loss)| format::number(round(loss)))),
        or_dash(overview.newest("accuracy").map(|(_, share)| format!("{:.2}%", 100.0 * share))),
        or_dash(overview.disk_bytes.map(format::bytes)),
    ]
}

/// Four digits are enough in a list.
fn round(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

/// A moment, UTC, as `2026-11-24 10:15`.
fn started(seconds: u64) -> String {
    let form = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]");
    let moment = i64::try_from(seconds).ok().and_then(|s| time::OffsetDateTime::from_unix_timestamp(s).ok());
    moment.and_then(|moment| moment.format(&form).ok()).unwrap_or_else(|| "-".into())
}

fn draw_about(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let Some(overview) = state.runs.current() else {
        frame.render_widget(panel(theme, "Run"), area);
        return;
    };
    let block = panel(theme, cut(&clean(&overview.run.name()), usize::from(area.width.saturating_sub(4))));
    let inner = block.inner(area);
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    if let Some(reason) = overview.reason() {
        let bad = theme.style(Role::Bad);
        lines.extend(wrap(reason, width).into_iter().take(3).map(|row| Line::styled(row, bad)));
    }
    if overview.has_diverged() {
        let advice = " goes back to its last good checkpoint with a smaller learning rate";
        lines.push(Line::from(vec![Span::styled("r", theme.strong(Role::Accent)), Span::raw(advice)]));
    }
    let figure = |name: &str| {
        overview.newest(name).map(|(of, value)| format!("{name} {} ({of})", format::number(round(value))))
    };
    let newest: Vec<String> = ["loss", "accuracy"].into_iter().filter_map(figure).collect();
    let mut fact = |label: &str, value: String| {
        if !value.is_empty() {
            lines.push(pair(theme, label, 13, cut(&clean(&value), width.saturating_sub(13))));
        }
    };
    fact("newest", newest.join("   "));
    let steps: Vec<String> = overview.checkpoints.iter().map(|step| format::thousands(*step)).collect();
    let best = overview.manifest.as_ref().ok().and_then(|manifest| manifest.best);
    let best = best.map(|best| format!("; best at {}", format::thousands(best.step))).unwrap_or_default();
    fact("checkpoints", if steps.is_empty() { "none yet".into() } else { steps.join("  ") + &best });
    fact("folder", overview.run.path().display().to_string());
    if let Ok(manifest) = &overview.manifest {
        fact("seed", format!("{}   {} on {}", manifest.preset.seed, manifest.device, manifest.host));
        fact("command", manifest.command_line.join(" "));
    }
    frame.render_widget(Text::from(lines).style(Style::new()), inner);
    frame.render_widget(block, area);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_wide_as_the_screen_lets_it_be() {
        for width in [58, 78, 198] {
            let columns = columns(width);
            let long = std::array::from_fn(|_| "漢字".repeat(40));
            assert!(line(&long, columns).width() <= width.max(69), "{width}");
        }
        assert_eq!(started(0), "1970-01-01 00:00");
        assert_eq!(started(u64::MAX), "-");
    }
}
