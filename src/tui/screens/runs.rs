//! The runs on disk, and what is known about the chosen one.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::run::{Overview, Standing};
use crate::tui::chart_places::of_runs;
use crate::tui::state::marked::RunKey;
use crate::tui::state::matching::Pattern;
use crate::tui::state::{Overlay, Runs, State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{cut, end_of, wrap, wrap_most};
use crate::tui::widgets::{more_below, pair, panel};
use crate::tui::{format, layout};

use super::{Hit, charts, popups, watched};

/// The line of the filter, if there is one, the titles of the list of runs, and its rows.
fn list_places(state: &State, list: Rect) -> [Rect; 3] {
    let filters =
        !state.runs.filter().is_empty() || matches!(state.overlays.last(), Some(Overlay::Filter(_)));
    let places = [Constraint::Length(u16::from(filters)), Constraint::Length(1), Constraint::Min(0)];
    Layout::vertical(places).areas(layout::inside(list))
}

/// The first run that is shown in these rows.
fn first_row(runs: &Runs, rows: Rect) -> usize {
    layout::scroll_to(runs.selected, runs.len(), usize::from(rows.height))
}

/// The first run that is shown in the list, and how many rows it has.
pub fn rows_in_sight(state: &State, list: Rect) -> (usize, usize) {
    let [.., rows] = list_places(state, list);
    (first_row(&state.runs, rows), usize::from(rows.height))
}

/// The run that stands at this place, or its mark.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<Hit> {
    let [.., rows] = list_places(state, of_runs(state, body)[0]);
    let place = layout::row_at(rows, first_row(&state.runs, rows), at)?;
    let hit = if at.x < rows.x + 2 { Hit::Mark(place) } else { Hit::Row(place) };
    (place < state.runs.len()).then_some(hit)
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let [list, below] = of_runs(state, body);
    draw_list(state, list, frame);
    if state.runs.drawn().is_empty() { draw_about(state, below, frame) } else { charts::draw(state, frame) }
}

fn draw_list(state: &State, area: Rect, frame: &mut Frame) {
    let (theme, runs) = (&state.theme, &state.runs);
    let [filter, head, rows] = list_places(state, area);
    let first = first_row(runs, rows);
    let below = runs.len().saturating_sub(first + usize::from(rows.height));
    let title = match (runs.len(), runs.total()) {
        (shown, _) if runs.hidden_trials() > 0 => {
            format!("Runs {shown}   {} trials of searches are hidden: z shows them", runs.hidden_trials())
        }
        (shown, total) if shown < total => format!("Runs {shown} of {total}"),
        (_, 0) => "Runs".into(),
        (_, total) => format!("Runs {total}"),
    };
    let block = if runs.shows_watched() {
        watched::block(state, area, below)
    } else {
        let block = panel(theme, title).border_style(theme.style(Role::Accent));
        if below > 0 { block.title_bottom(more_below(below)) } else { block }
    };
    frame.render_widget(block, area);
    match state.overlays.last() {
        Some(Overlay::Filter(input)) => popups::draw_input(state, "/", input, filter, frame),
        _ => {
            let text = format!("/ {}", runs.filter());
            frame.render_widget(Line::styled(text, theme.style(Role::Warning)), filter);
        }
    }
    if runs.shows_watched() {
        return watched::draw(state, head, rows, first, frame);
    }
    let muted = theme.style(Role::Muted);
    if runs.is_empty() {
        let text = match (&runs.problem, &runs.list) {
            (Some(problem), _) => clean(problem),
            (None, Some(list)) if list.is_empty() => "no runs yet: every training becomes one".into(),
            (None, Some(_)) if runs.hidden_trials() > 0 => {
                "all runs are trials of searches: z shows them".into()
            }
            (None, Some(_)) => Pattern::problem(runs.filter()).unwrap_or_else(|| "no run matches".into()),
            (None, None) => "looking for runs".into(),
        };
        frame.render_widget(Line::styled(text, muted), head);
        return;
    }
    let table = table(runs, usize::from(head.width));
    frame.render_widget(Line::styled(table.header(), muted.add_modifier(Modifier::UNDERLINED)), head);
    for ((place, overview), row) in runs.rows().enumerate().skip(first).zip(rows.rows()) {
        let style = if place == runs.selected {
            theme.selected().add_modifier(Modifier::BOLD)
        } else {
            role(overview.standing()).map_or(Style::new(), |role| theme.style(role))
        };
        let key = RunKey::Own(overview.run.name());
        let sign = match runs.color_of(&key) {
            Some(color) if runs.is_pinned(&key) => Span::styled("◆ ", theme.style(Role::Curve(color))),
            Some(color) => Span::styled("● ", theme.style(Role::Curve(color))),
            None => Span::raw("  "),
        };
        frame.render_widget(Line::from(vec![sign, Span::styled(table.row(overview, place), style)]), row);
    }
}

/// The columns of the list, as wide as their contents.
struct List {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
}

/// Columns that hold words, which stand on the left: the time, the name, the status.
const WORDS: usize = 3;

/// A line without when the run began, its steps and its size: their place is needed for settings.
fn without_facts(cells: Vec<String>) -> Vec<String> {
    let is_kept = |(at, _): &(usize, String)| ![0, 3, 6].contains(at);
    cells.into_iter().enumerate().filter(is_kept).map(|(_, cell)| cell).collect()
}

/// What is known of each run, or the settings in which they differ, as far as there is room.
fn table(runs: &Runs, width: usize) -> List {
    let width = width.saturating_sub(2);
    let time = if width >= 90 { 16 } else { 11 };
    let mut titles =
        ["STARTED", "RUN", "STATUS", "STEPS", "LOSS", "ACCURACY", "ON DISK"].map(String::from).to_vec();
    let mut rows: Vec<Vec<String>> = runs.rows().map(|overview| cells(overview, time).to_vec()).collect();
    if runs.shows_settings {
        titles = without_facts(titles);
        rows = rows.into_iter().map(without_facts).collect();
        for (path, values) in runs.varying_settings() {
            titles.push(end_of(&clean(&path), 24));
            for (row, value) in rows.iter_mut().zip(values) {
                row.push(value.map_or_else(|| "-".into(), |value| cut(&clean(&value), 24)));
            }
        }
    }
    List::fitted(titles, rows, width)
}

impl List {
    /// The columns that fit into this width.
    fn fitted(titles: Vec<String>, rows: Vec<Vec<String>>, width: usize) -> Self {
        let mut widths: Vec<usize> = titles.iter().map(|title| title.width()).collect();
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        // A long name gives way before a column is left out.
        let name = titles.iter().position(|title| title == "RUN").unwrap_or(0);
        let needed = |widths: &[usize]| widths.iter().map(|width| width + 2).sum::<usize>().saturating_sub(2);
        let others = needed(&widths).saturating_sub(widths[name]);
        widths[name] = widths[name].min(width.saturating_sub(others).max(12));
        while needed(&widths) > width && widths.len() > 2 {
            widths.pop();
        }
        List { titles, rows, widths }
    }

    fn header(&self) -> String {
        format!("  {}", self.line(&self.titles))
    }

    /// The row of a run that is shown at this place.
    fn row(&self, _: &Overview, place: usize) -> String {
        self.rows.get(place).map(|row| self.line(row)).unwrap_or_default()
    }

    /// One line of the list: words are aligned left, numbers right.
    fn line(&self, cells: &[String]) -> String {
        let mut text = String::new();
        for (place, (cell, width)) in cells.iter().zip(&self.widths).enumerate() {
            let cell = cut(cell, *width);
            let space = " ".repeat(width - cell.width());
            let is_word = place
                < WORDS.min(self.titles.iter().position(|title| title == "STATUS").map_or(0, |at| at + 1));
            let (before, after) = if is_word { ("", &*space) } else { (&*space, "") };
            text.extend([if place == 0 { "" } else { "  " }, before, &cell, after]);
        }
        text
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

fn cells(overview: &Overview, time: usize) -> [String; 7] {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let (started, preset) = match &overview.manifest {
        Ok(manifest) => (started(manifest.started), clean(&manifest.preset.name)),
        Err(_) => ("-".into(), clean(&overview.run.name())),
    };
    // What a person calls it says more than its preset.
    let preset = overview.label.name.as_ref().map_or(preset, |name| clean(name));
    // The year is left out where the terminal is narrow.
    let started = if time < 16 { started.get(5..).unwrap_or(&started).to_owned() } else { started };
    [
        started,
        preset,
        overview.standing().word().into(),
        or_dash(overview.steps().map(format::thousands)),
        or_dash(overview.newest("loss").map(|(_, loss)| format::number(round(loss)))),
        or_dash(overview.newest("accuracy").map(|(_, share)| format::percent(share))),
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
    let lines = about(theme, overview, usize::from(inner.width));
    frame.render_widget(Text::from(lines).style(Style::new()), inner);
    frame.render_widget(block, area);
}

/// What is known of one of our own runs.
pub(super) fn about(theme: &Theme, overview: &Overview, width: usize) -> Vec<Line<'static>> {
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
        overview.newest(name).map(|(of, value)| {
            let value =
                if name == "accuracy" { format::percent(value) } else { format::number(round(value)) };
            format!("{name} {value} ({of})")
        })
    };
    let newest: Vec<String> = ["loss", "accuracy"].into_iter().filter_map(figure).collect();
    let mut fact = |label: &str, value: String| {
        let rows =
            if value.is_empty() { Vec::new() } else { wrap_most(&value, width.saturating_sub(13), 12) };
        for (place, row) in rows.into_iter().enumerate() {
            lines.push(pair(theme, if place == 0 { label } else { "" }, 13, row));
        }
    };
    fact("name", overview.label.name.clone().unwrap_or_default());
    let tags: Vec<String> = overview.label.tags.iter().map(|tag| format!("#{tag}")).collect();
    fact("tags", tags.join(" "));
    fact("note", overview.label.note.replace('\n', " "));
    fact("newest", newest.join("   "));
    let steps: Vec<String> = overview.checkpoints.iter().map(|step| format::thousands(*step)).collect();
    let best = overview.manifest.as_ref().ok().and_then(|manifest| manifest.best);
    let best = best.map(|best| format!("; best at {}", format::thousands(best.step))).unwrap_or_default();
    fact("checkpoints", if steps.is_empty() { "none yet".into() } else { steps.join("  ") + &best });
    fact("folder", overview.run.path().display().to_string());
    if let Ok(manifest) = &overview.manifest {
        let extended = manifest.extensions.iter().map(|extension| {
            format!("after step {}: {}", format::thousands(extension.steps), extension.changes.join(", "))
        });
        fact("extended", extended.collect::<Vec<_>>().join("; "));
        let steered = manifest.extensions.iter().flat_map(|one| &one.steered).chain(&manifest.steered);
        fact("steered", steered.map(ToString::to_string).collect::<Vec<_>>().join("; "));
        fact("branched", manifest.branched.as_ref().map(ToString::to_string).unwrap_or_default());
        let job = manifest.job.as_ref().map(|job| format!(", job {job}")).unwrap_or_default();
        fact("seed", format!("{}   {} on {}{job}", manifest.preset.seed, manifest.device, manifest.host));
        fact("command", manifest.command_line.join(" "));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_wide_as_the_screen_lets_it_be() {
        for width in [58, 78, 198] {
            let long = || vec!["漢字".repeat(40); 7];
            let titles =
                ["STARTED", "RUN", "STATUS", "STEPS", "LOSS", "ACCURACY", "ON DISK"].map(String::from);
            let list = List::fitted(titles.to_vec(), vec![long(), long()], width);
            // Two columns always stay.
            assert!(list.line(&list.rows[0]).width() <= width.max(12 + 2 + 160), "{width}");
            let short = List::fitted(titles.to_vec(), vec![vec!["1".into(); 7]], width);
            assert!(short.line(&short.rows[0]).width() <= width && short.widths.len() == 7, "{width}");
        }
        assert_eq!(started(0), "1970-01-01 00:00");
        assert_eq!(started(u64::MAX), "-");
    }
}
