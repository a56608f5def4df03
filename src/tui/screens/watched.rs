//! The list of the runs of event files.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Block;
use unicode_width::UnicodeWidthStr;

use crate::run::watch::{Row, RunId};
use crate::tui::format;
use crate::tui::state::State;
use crate::tui::state::marked::RunKey;
use crate::tui::state::matching::Pattern;
use crate::tui::state::runs::Item;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, cut_words, end_of};
use crate::tui::widgets::{more_below, panel};

/// Where the columns are, from the left edge of a row: the mark, the name, then step, value, age and size, then what is left for the
/// hyperparameters.
struct Columns {
    name: u16,
    bytes: u16,
    hparams: u16,
}

const MARK: u16 = 2;
const STEP: u16 = 9;
const VALUE: u16 = 12;
const AGE: u16 = 5;
const BYTES: u16 = 10;

impl Columns {
    fn new(rows: &[(RunId, &Row)], hparams: &[String], width: u16) -> Self {
        let bytes = if width >= 100 { BYTES } else { 0 };
        let free = width.saturating_sub(MARK + STEP + VALUE + AGE + bytes + 1);
        let widest = rows.iter().map(|(_, row)| row.name.width()).max().unwrap_or(0) as u16;
        let hparams = hparams.iter().map(|text| text.width()).max().unwrap_or(0) as u16;
        let hparams = if hparams == 0 || free < 30 {
            0
        } else {
            hparams.min(free.saturating_sub(widest.min(2 * free / 3)).saturating_sub(2))
        };
        Columns { name: free - if hparams > 0 { hparams + 2 } else { 0 }, bytes, hparams }
    }
}

/// How far the reader has read, and by what the list is sorted.
fn status(state: &State) -> String {
    let watched = &state.runs.watched;
    let (progress, runs) = (watched.view.progress, watched.rows().len());
    let thousands = |number: usize| format::thousands(number as u64);
    let reading = if !watched.is_started || progress.is_walking {
        format!("looking: {} folders, ", thousands(progress.folders))
    } else if progress.read < runs {
        format!("reading {} of {}, ", thousands(progress.read), thousands(runs))
    } else {
        String::new()
    };
    let reversed = if state.runs.is_reversed() { ", reversed" } else { "" };
    format!("{reading}{}{reversed}", state.runs.sort_in_words())
}

/// The frame: how many runs there are, where, and what is wrong.
pub(super) fn block(state: &State, area: Rect, below: usize) -> Block<'static> {
    let theme = &state.theme;
    let runs = &state.runs;
    let (shown, all) = (runs.len() as u64, runs.total() as u64);
    let count = if shown == all {
        format::thousands(all)
    } else {
        format!("{} of {}", format::thousands(shown), format::thousands(all))
    };
    let title = format!("Event files: runs {count}");
    let status = status(state);
    let room = usize::from(area.width).saturating_sub(title.width() + status.width() + 9);
    let muted = theme.style(Role::Muted);
    let block = panel(theme, title).border_style(theme.style(Role::Accent));
    let block = block.title_top(Line::styled(format!(" {status} "), muted).right_aligned());
    let block = if room >= 8 && !runs.watched.root.is_empty() {
        block.title_top(Line::styled(format!(" {} ", end_of(&runs.watched.root, room)), muted))
    } else {
        block
    };
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    let gone = runs.watched.is_gone.then_some("reading has ended unexpectedly");
    match gone.or(runs.watched.view.problems.first().map(String::as_str)) {
        Some(problem) => {
            let text = cut(problem, usize::from(area.width).saturating_sub(26));
            block.title_bottom(Line::styled(format!(" ✗ {text} "), theme.style(Role::Bad)))
        }
        None => block,
    }
}

/// Draws the titles of the columns and the rows from the place `first` on.
pub(super) fn draw(state: &State, head: Rect, rows: Rect, first: usize, frame: &mut Frame) {
    let theme = &state.theme;
    let muted = theme.style(Role::Muted);
    let watched = &state.runs.watched;
    if state.runs.is_empty() {
        let text = match (watched.rows().is_empty(), watched.view.progress.is_walking || !watched.is_started)
        {
            (false, _) => Pattern::problem(state.runs.filter()).unwrap_or_else(|| "no run matches".into()),
            (true, true) => "looking for event files".into(),
            (true, false) => "no event files here yet".into(),
        };
        frame.render_widget(Line::styled(text, muted), head);
        return;
    }
    let run = |item| match item {
        Item::Watched(run, row) => Some((run, row)),
        Item::Own(_) => None,
    };
    let in_sight: Vec<(RunId, &Row)> =
        state.runs.items().skip(first).take(usize::from(rows.height)).filter_map(run).collect();
    let (title, hparams) = hparams(state, first, &in_sight);
    let columns = Columns::new(&in_sight, &hparams, rows.width);
    let value = watched.value.and_then(|tag| watched.tag(tag));
    let value = end_of(value.map_or("value", |tag| &*tag.name), usize::from(VALUE) - 1);
    let names = ["run", "step", &value, "age", "on disk", &title];
    let underlined = muted.add_modifier(Modifier::UNDERLINED);
    let buffer = frame.buffer_mut();
    cells(&columns, names, [underlined; 6], head, buffer);
    for (place, ((row, (run, of)), hparams)) in rows.rows().zip(&in_sight).zip(&hparams).enumerate() {
        draw_row(state, (*run, of), hparams, &columns, row, first + place == state.runs.selected, buffer);
    }
}

/// The title of the last column, and what stands in it: all hyperparameters, or those in which the runs differ.
fn hparams(state: &State, first: usize, rows: &[(RunId, &Row)]) -> (String, Vec<String>) {
    let varying = if state.runs.shows_settings { state.runs.varying_settings() } else { Vec::new() };
    if varying.is_empty() {
        return (
            "hyperparameters".into(),
            rows.iter().map(|(_, row)| with_problem(row, &row.hparams)).collect(),
        );
    }
    let width = |(name, values): &(String, Vec<Option<String>>)| {
        let values = values.iter().skip(first).take(rows.len()).flatten().map(|value| value.width());
        values.max().unwrap_or(1).max(name.width()).min(24)
    };
    let widths: Vec<usize> = varying.iter().map(width).collect();
    let line = |cells: Vec<String>| {
        let pad = |(cell, width): (String, &usize)| {
            let cell = end_of(&cell, *width);
            format!("{}{cell}", " ".repeat(width.saturating_sub(cell.width())))
        };
        cells.into_iter().zip(&widths).map(pad).collect::<Vec<_>>().join("  ")
    };
    let row = |place: usize| {
        let value = |(_, values): &(String, Vec<Option<String>>)| {
            values.get(place).cloned().flatten().unwrap_or_else(|| "-".into())
        };
        line(varying.iter().map(value).collect())
    };
    let title = line(varying.iter().map(|(name, _)| name.clone()).collect());
    let lines = (first..).zip(rows).map(|(place, (_, of))| with_problem(of, &row(place)));
    (title, lines.collect())
}

/// What is wrong with a run's files, and its hyperparameters.
fn with_problem(row: &Row, hparams: &str) -> String {
    let problem = row.problem().map(|problem| problem + "  ").unwrap_or_default();
    (problem + hparams).trim_end().to_owned()
}

fn draw_row(
    state: &State,
    (run, row): (RunId, &Row),
    hparams: &str,
    columns: &Columns,
    area: Rect,
    is_chosen: bool,
    buffer: &mut Buffer,
) {
    let theme = &state.theme;
    let key = RunKey::Watched(run);
    let color = state.runs.color_of(&key);
    let plain = Style::new();
    let muted = theme.style(Role::Muted);
    let or_dash =
        |text: Option<String>| text.unwrap_or_else(|| if row.is_read { "-".into() } else { "…".into() });
    let step = or_dash(row.step.map(|step| step.to_string()));
    let value = or_dash(row.value.map(format::number));
    let age = or_dash(row.time.map(|time| format::age(state.runs.watched.now - time)));
    let size = format::bytes(row.bytes);
    let of_hparams = if row.problem().is_some() { theme.style(Role::Warning) } else { muted };
    // A value that is not finite should catch the eye.
    let is_finite = row.value.is_none_or(f64::is_finite);
    let of_value = if is_finite { plain } else { theme.strong(Role::Bad) };
    let name = if color.is_some() { plain.add_modifier(Modifier::BOLD) } else { plain };
    let texts = [&*row.name, &step, &value, &age, &size, hparams];
    cells(columns, texts, [name, plain, of_value, muted, muted, of_hparams], area, buffer);
    if is_chosen {
        buffer.set_style(area, theme.selected());
    }
    let color = color.or(is_chosen.then(|| state.runs.color_of_chosen()));
    let Some(color) = color else { return };
    let sign = match (state.runs.is_pinned(&key), state.runs.color_of(&key)) {
        (true, _) => "◆",
        (false, Some(_)) => "●",
        (false, None) => "○",
    };
    buffer.set_string(area.x, area.y, sign, theme.strong(Role::Curve(color)));
}

/// One line of the list: the name and the hyperparameters are aligned left, numbers right.
fn cells(columns: &Columns, texts: [&str; 6], styles: [Style; 6], area: Rect, buffer: &mut Buffer) {
    let [name, step, value, age, bytes, hparams] = texts;
    let mut x = area.x + MARK;
    let room = usize::from(columns.name);
    buffer.set_stringn(x, area.y, end_of(name, room), room, styles[0]);
    x += columns.name;
    let numbers = [(step, STEP), (value, VALUE), (age, AGE), (bytes, columns.bytes)];
    for ((text, width), style) in numbers.into_iter().zip(&styles[1..]) {
        if width == 0 {
            continue;
        }
        let text = end_of(text, usize::from(width) - 1);
        let start = (x + width).saturating_sub(text.width() as u16);
        buffer.set_string(start, area.y, text, *style);
        x += width;
    }
    if columns.hparams > 0 {
        let room = usize::from(columns.hparams);
        buffer.set_string(x + 2, area.y, cut_words(hparams, room), styles[5]);
    }
}
