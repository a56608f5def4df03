//! The curves, the progress, the log.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Row, Table};
use unicode_width::UnicodeWidthStr;

use crate::tui::state::training::WishedRate;
use crate::tui::state::{BelowCharts, SMOOTHING, Series, State, Training, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{cut, cut_words, wrap, wrap_most};
use crate::tui::widgets::{bar, more_below, pair, panel};
use crate::tui::{chart_places, format, layout};
use crate::worker::{Drive, EpochReport, Metrics, Phase, Scores};

use super::charts;
use super::frame::spinner;
use super::log;

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    charts::draw(state, frame);
    if state.chart.is_open {
        return;
    }
    let [_, progress, log] = chart_places::of_train(body);
    match state.below_charts {
        BelowCharts::Epochs => draw_epochs(state, state.epoch_scroll, progress.union(log), frame),
        BelowCharts::Log => log::draw(state, progress.union(log), frame),
        BelowCharts::Progress => {
            if progress.width >= 110 {
                let halves = [Constraint::Fill(1), Constraint::Fill(1)];
                let [left, right] = Layout::horizontal(halves).areas(progress);
                draw_progress(state, left, frame);
                draw_epochs(state, 0, right, frame);
            } else {
                draw_progress(state, progress, frame);
            }
            log::draw(state, log, frame);
        }
    }
}

/// How many epochs, and how many lines of the log, can be scrolled away.
pub fn scrollable(state: &State) -> (usize, usize) {
    let [_, body, _] = layout::parts(state.size);
    let [_, progress, log] = chart_places::of_train(body);
    let (alone, epochs) = (progress.union(log), state.training.as_ref().map_or(0, |it| it.epochs.len()));
    let log = if state.below_charts == BelowCharts::Log { alone } else { log };
    (epochs.saturating_sub(epochs_in(alone)), log::scrollable(state, log))
}

/// How many epochs there is room for.
fn epochs_in(area: Rect) -> usize {
    usize::from(layout::inside(area).height.saturating_sub(1))
}

/// What fits of the parts of the line about the machine; the first is cut where it alone does not.
fn system_line(parts: &[String], room: usize) -> String {
    let mut line = cut(parts.first().map_or("", String::as_str), room);
    for part in parts.iter().skip(1).filter(|part| !part.is_empty()) {
        if line.width() + 2 + part.width() <= room {
            line = format!("{line}  {part}");
        }
    }
    line
}

fn draw_progress(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, "Progress");
    // What runs takes something of the machine; the border has room for it where the panel has none.
    let running = state.training.as_ref().filter(|training| training.finish.is_none());
    let block = match running.and_then(|training| Some((training, training.usage.as_deref()?))) {
        Some((training, usage)) => {
            let room = usize::from(area.width.saturating_sub(6));
            let mut parts = format::usage(usage, theme.rich_glyphs, room / 8);
            // The memory that others leave matters least.
            let place = parts.len() - usize::from(usage.free.is_some());
            parts.insert(place, format::step_time(&training.step_time()));
            let text = system_line(&parts, room);
            block.title_bottom(Line::styled(format!(" {text} "), theme.style(Role::Muted)))
        }
        None => block,
    };
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let Some(training) = &state.training else {
        let text = match &state.preparing {
            Some(what) => format!("{} {}", spinner(state), clean(what)),
            None => state.failure.as_deref().map(clean).unwrap_or_else(|| "nothing is being trained".into()),
        };
        let lines = wrap(&text, usize::from(inner.width)).into_iter();
        let lines = lines.map(|line| Line::styled(line, theme.style(Role::Muted)));
        frame.render_widget(Text::from_iter(lines), inner);
        return;
    };
    let rows = inner.rows().collect::<Vec<_>>();
    let (done, of) = training.step_in_epoch();
    let epochs = training.info.epochs;
    let whole =
        if training.info.steps == 0 { 0.0 } else { training.step() as f64 / training.info.steps as f64 };
    let left = match training.seconds_left(state.drive.steps_per_second) {
        Some(seconds) if state.phase != Phase::Idle => format!("{} left", format::duration(seconds)),
        _ => training.finish.map(|f| format!("{} in all", whole_time(f.seconds))).unwrap_or_default(),
    };
    let bars = [
        ("epoch", whole, Role::Accent, format!("{} / {epochs}  {left}", training.epoch())),
        ("step", done as f64 / of as f64, Role::Training, format!("{done} / {of}")),
    ];
    let widest = bars.iter().map(|(.., text)| text.width() as u16 + 1).max().unwrap_or(0);
    for ((label, share, role, text), row) in bars.into_iter().zip(&rows) {
        let places = [Constraint::Length(7), Constraint::Min(4), Constraint::Length(widest.max(25))];
        let [name, middle, end] = Layout::horizontal(places).areas(*row);
        frame.render_widget(Span::styled(label, theme.style(Role::Muted)), name);
        bar::draw(theme, role, share, middle, frame.buffer_mut());
        frame.render_widget(Span::raw(format!(" {text}")), end);
    }
    let skip = if inner.height >= 7 { 3 } else { 2 };
    let Some(rest) = rows.get(skip..).filter(|rest| !rest.is_empty()) else { return };
    for (line, row) in
        figures(state, training, usize::from(inner.width.saturating_sub(12))).into_iter().zip(rest)
    {
        frame.render_widget(line, *row);
    }
}

/// What a training took: a short one is told to a tenth of a second and less.
fn whole_time(seconds: f64) -> String {
    if seconds < 10.0 { format::span(seconds) } else { format::duration(seconds) }
}

/// Scores in words, in as many rows as they need: none of them is cut.
fn words(loss: f64, accuracy: Option<f64>, metrics: &Metrics, width: usize) -> Vec<String> {
    let mut parts = vec![format!("loss {}", format::score(loss))];
    parts.extend(accuracy.map(|share| format!("accuracy {}", format::percent(share))));
    parts.extend(
        metrics.iter().map(|(metric, number)| format!("{} {}", metric.title(), format::score(number))),
    );
    joined(parts, width)
}

/// Parts in rows of this width, three blanks between them.
fn joined(parts: Vec<String>, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        match rows.last_mut().filter(|row| row.width() + 3 + part.width() <= width) {
            Some(row) => *row += &format!("   {part}"),
            None => rows.push(part),
        }
    }
    rows
}

/// A label beside the first of these rows.
fn labelled(theme: &Theme, label: &str, rows: Vec<String>) -> Vec<Line<'static>> {
    let label = |place| if place == 0 { label } else { "" };
    rows.into_iter().enumerate().map(|(place, row)| pair(theme, label(place), 12, row)).collect()
}

fn figures(state: &State, training: &Training, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = Vec::new();
    if let Some(done) = training.finish.and_then(|_| training.epochs.back()) {
        // What has ended is told by its last epoch, as the log and the table do.
        let Scores { loss, accuracy, metrics } = done.training;
        lines.extend(labelled(theme, "training", words(loss, accuracy, &metrics, width)));
    } else if let Some(report) = training.last {
        let newest = |series: &Series| series.smoothed(SMOOTHING[2]).last().map(|point| point.1);
        let loss = newest(&training.training.loss).unwrap_or(report.scores.loss);
        let accuracy = newest(&training.training.accuracy);
        let mut metrics = report.scores.metrics;
        // Those that an earlier phase reported say nothing about this one.
        for (metric, value) in report.scores.metrics.iter() {
            metrics.set(metric, training.training.metric(metric).and_then(newest).unwrap_or(value));
        }
        lines.extend(labelled(theme, "training", words(loss, accuracy, &metrics, width)));
    }
    if let Some(validation) = training.epochs.iter().rev().find_map(|epoch| epoch.validation) {
        let rows = words(validation.loss, validation.accuracy, &validation.metrics, width);
        lines.extend(labelled(theme, "validation", rows));
    }
    let used = training.rate().effective();
    let rate = match training.wished_rate {
        None => format!("{used:.3e}"),
        Some(WishedRate { rate, is_granted: false, .. }) => format!("{used:.3e} ({rate:.3e} asked for)"),
        Some(WishedRate { rate, is_granted: true, .. }) => format!("{used:.3e} (next step {rate:.3e})"),
    };
    let speed = format!("{} samples/s", format::thousands(training.samples_per_second().round() as u64));
    match training.finish {
        Some(finish) => {
            let test = finish.test.map_or(vec!["not evaluated".into()], |test| {
                words(test.loss, test.accuracy, &test.metrics, width)
            });
            let good = theme.strong(Role::Good);
            let test = labelled(theme, "test set", test).into_iter().map(|line| line.patch_style(good));
            lines.splice(0..0, test);
            lines.push(pair(theme, "speed", 12, speed));
        }
        None => {
            let parts = [rate, speed].into_iter().chain(drive(state)).collect();
            lines.extend(labelled(theme, "rate", joined(parts, width)));
        }
    }
    if let Some(finding) = training.findings.last() {
        let text = clean(&format!("{}; try {}", finding.seen(), finding.advice()));
        let bad = theme.style(Role::Bad);
        let rows = labelled(theme, "found", wrap_most(&text, width, 3)).into_iter();
        lines.extend(rows.map(|line| line.patch_style(bad)));
    }
    let parameters = format::thousands(training.info.parameters);
    let model = format!("{parameters} parameters   {}", clean(&training.info.device));
    lines.push(pair(theme, "model", 12, cut(&model, width)));
    let time = training.step_time();
    if time.steps > 0 {
        let ms = 1000.0 * time.seconds() / time.steps as f64;
        let text = format!("{} ms   {}", format::number(ms), format::step_time(&time));
        lines.push(pair(theme, "step time", 12, cut(&text, width)));
    }
    let (train, validation, test) = training.info.samples;
    let count = |number: usize, of: &str| format!("{} {of}", format::thousands(number as u64));
    let sizes = [count(train, "train"), count(validation, "validation"), count(test, "test")].join(" / ");
    lines.push(pair(theme, "samples", 12, cut_words(&sizes, width)));
    lines
}

/// How the training is driven, where not as fast as it can to its last epoch.
fn drive(state: &State) -> impl Iterator<Item = String> {
    let Drive { steps_per_second, stops_after_epoch } = state.drive;
    let tempo = steps_per_second.map(|steps| format!("at most {steps} steps/s"));
    let end = stops_after_epoch.then(|| "ends after this epoch".to_owned());
    let seed = state.is_looping.then(|| "then the next seed".to_owned());
    tempo.into_iter().chain(end).chain(seed)
}

/// A column of the table of epochs: its title, and what it says of an epoch.
type Column<'a> = (String, Box<dyn Fn(&EpochReport) -> String + 'a>);

/// The columns, the most important first.
fn epoch_columns(epochs: &VecDeque<EpochReport>) -> Vec<Column<'static>> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let has_accuracy = epochs.iter().any(|epoch| epoch.training.accuracy.is_some());
    let has_validation = epochs.iter().any(|epoch| epoch.validation.is_some());
    let none = epochs.is_empty();
    let mut columns: Vec<Column> = vec![
        ("#".into(), Box::new(|epoch| epoch.epoch.to_string())),
        ("loss".into(), Box::new(|epoch| format::score(epoch.training.loss))),
    ];
    if has_accuracy || none {
        columns.push((
            "accuracy".into(),
            Box::new(move |epoch| or_dash(epoch.training.accuracy.map(format::percent))),
        ));
    }
    if has_validation || none {
        columns.push((
            "val loss".into(),
            Box::new(move |epoch| or_dash(epoch.validation.map(|scores| format::score(scores.loss)))),
        ));
    }
    if has_validation && has_accuracy || none {
        let accuracy = |epoch: &EpochReport| epoch.validation.and_then(|scores| scores.accuracy);
        columns
            .push(("val acc".into(), Box::new(move |epoch| or_dash(accuracy(epoch).map(format::percent)))));
    }
    columns.push(("time".into(), Box::new(|epoch| format::span(epoch.seconds))));
    let speed = |epoch: &EpochReport| format::thousands(epoch.samples_per_second().round() as u64);
    columns.push(("samples/s".into(), Box::new(speed)));
    // The metrics of held-out samples where there are any.
    let scores = |epoch: &EpochReport| epoch.validation.unwrap_or(epoch.training).metrics;
    for (metric, _) in epochs.back().map(scores).iter().flat_map(Metrics::iter) {
        let text = move |epoch: &EpochReport| or_dash(scores(epoch).get(metric).map(format::score));
        columns.push((cut(metric.title(), 14), Box::new(text)));
    }
    columns
}

/// The table of epochs up to the one that is `scroll` before the newest.
fn draw_epochs(state: &State, scroll: usize, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let inner = layout::inside(area);
    let none_yet = VecDeque::new();
    let epochs = state.training.as_ref().map_or(&none_yet, |training| &training.epochs);
    // The terminal may have grown since it was scrolled.
    let end = epochs.len() - scroll.min(epochs.len().saturating_sub(epochs_in(area)));
    let first = end.saturating_sub(epochs_in(area));
    // A column is as wide as what stands in it; those that have no room are left out whole, the last ones first.
    let mut room = usize::from(inner.width);
    let mut shown: Vec<(String, Vec<String>, usize)> = Vec::new();
    for (title, text) in epoch_columns(epochs) {
        let cells: Vec<String> = epochs.range(first..end).map(text).collect();
        let width = cells.iter().chain([&title]).map(|cell| cell.width()).max().unwrap_or(0);
        if width < room {
            room -= width + 1;
            shown.push((title, cells, width));
        }
    }
    // What is left of the line is shared out.
    let spare = (room / shown.len().max(1)).min(2);
    let right = |text: &String| Text::from(text.clone()).right_aligned();
    let rows = (0..end - first).map(|row| Row::new(shown.iter().map(|(_, cells, _)| right(&cells[row]))));
    let header = Row::new(shown.iter().map(|(title, ..)| right(title)));
    let header = header.style(theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED));
    let block = panel(theme, "Epochs");
    let below = epochs.len() - end;
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    let widths = shown.iter().map(|(_, _, width)| Constraint::Length((width + spare) as u16));
    frame.render_widget(Table::new(rows, widths).header(header).block(block), area);
}
