//! The curves, the progress, the log.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Row, Table};
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::training::{ChartContent, Curves, WishedRate};
use crate::tui::state::{SMOOTHING, Series, State, Training, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::chart::{Chart, Curve};
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{bar, pair, panel};
use crate::worker::{EpochReport, Metrics, Phase};

use super::frame::spinner;

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let log = (body.height / 7).clamp(3, 8);
    let progress = if body.height >= 30 { 9 } else { 7 };
    let [charts, progress, log] =
        Layout::vertical([Constraint::Min(6), Constraint::Length(progress), Constraint::Length(log)])
            .areas(body);
    draw_charts(state, charts, frame);
    if progress.width >= 110 {
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(progress);
        draw_progress(state, left, frame);
        draw_epochs(state, right, frame);
    } else {
        draw_progress(state, progress, frame);
    }
    draw_log(state, log, frame);
}

fn draw_charts(state: &State, area: Rect, frame: &mut Frame) {
    let smoothing = SMOOTHING[state.chart.smoothing % SMOOTHING.len()];
    let empty = match (state.phase, &state.training) {
        (Phase::Preparing, _) => "preparing",
        (_, None) => "no training yet: choose a preset and press Enter",
        _ => "waiting for the first step",
    };
    let steps = state.training.as_ref().map_or(0, |training| training.info.steps);
    let shown = state.training.as_ref().map_or_else(|| vec![ChartContent::Accuracy], Training::charts);
    let beside = (usize::from(area.width / 56).clamp(2, 4) - 1).min(shown.len());
    let places = Layout::horizontal(vec![Constraint::Fill(1); 1 + beside]).split(area);
    let (theme, buffer) = (&state.theme, frame.buffer_mut());
    let (fit, mark) = (state.chart.fit, state.opened.as_ref().and_then(|opened| opened.at));
    let mut draw = |title: &str, curves: &[Curve], log_scale: bool, ceiling: Option<f64>, area: Rect| {
        Chart { title, curves, steps, log_scale, ceiling, fit, mark, empty }.draw(theme, area, buffer);
    };
    let curve = |name, role, series, marked: bool| {
        let smoothing = if marked { 0.0 } else { smoothing };
        Curve { name, role, series, smoothing, marked }
    };
    let none = Curves::default();
    let (training, validation) =
        state.training.as_ref().map_or((&none, &none), |training| (&training.training, &training.validation));
    let pair = |(training, validation)| {
        [
            curve("training", Role::Training, training, false),
            curve("validation", Role::Validation, validation, true),
        ]
    };
    draw("Loss", &pair((&training.loss, &validation.loss)), state.chart.log_scale, None, places[0]);
    for (place, area) in places.iter().skip(1).enumerate() {
        let chart = &shown[(state.chart.beside + place) % shown.len()];
        let title = chart.title();
        match chart {
            ChartContent::Accuracy => {
                draw(&title, &pair((&training.accuracy, &validation.accuracy)), false, Some(1.0), *area);
            }
            ChartContent::Metrics(metrics) => {
                // One metric has the colours of training and validation, several have one each.
                let alone = metrics.len() == 1;
                let roles = [Role::Training, Role::Validation, Role::Good, Role::Bad];
                let curves = metrics.iter().zip(roles.iter().cycle()).flat_map(|(metric, role)| {
                    let (name, held_out) =
                        if alone { ("training", Role::Validation) } else { (metric.title(), *role) };
                    let trained = training.metric(*metric).map(|series| curve(name, *role, series, false));
                    let name = if alone { "validation" } else { metric.title() };
                    let tested = validation.metric(*metric).map(|series| curve(name, held_out, series, true));
                    trained.into_iter().chain(tested)
                });
                draw(&title, &curves.collect::<Vec<_>>(), false, None, *area);
            }
        }
    }
}

fn draw_progress(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, "Progress");
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
    let left = match training.seconds_left() {
        Some(seconds) if state.phase != Phase::Idle => format!("{} left", format::duration(seconds)),
        _ => training.finish.map(|f| format!("{} in all", format::duration(f.seconds))).unwrap_or_default(),
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

/// Scores in words, with as many metrics as fit.
fn words(loss: f64, accuracy: Option<f64>, metrics: &Metrics, width: usize) -> String {
    let accuracy =
        accuracy.map(|share| format!("   accuracy {}", format::percent(share))).unwrap_or_default();
    let mut text = format!("loss {}{accuracy}", format::score(loss));
    for (metric, number) in metrics.iter() {
        let more = format!("   {} {}", metric.title(), format::score(number));
        if text.width() + more.width() <= width {
            text += &more;
        }
    }
    text
}

fn figures(state: &State, training: &Training, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = Vec::new();
    if let Some(report) = training.last {
        let newest = |series: &Series| series.smoothed(SMOOTHING[2]).last().map(|point| point.1);
        let loss = newest(&training.training.loss).unwrap_or(report.scores.loss);
        let accuracy = newest(&training.training.accuracy);
        let mut metrics = report.scores.metrics;
        for (metric, series) in &training.training.metrics {
            metrics.set(*metric, newest(series).unwrap_or(f64::NAN));
        }
        lines.push(pair(theme, "training", 12, words(loss, accuracy, &metrics, width)));
    }
    if let Some(validation) = training.epochs.iter().rev().find_map(|epoch| epoch.validation) {
        let text = words(validation.loss, validation.accuracy, &validation.metrics, width);
        lines.push(pair(theme, "validation", 12, text));
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
            let test = finish
                .test
                .map_or("not evaluated".into(), |test| words(test.loss, test.accuracy, &test.metrics, width));
            let line = pair(theme, "test set", 12, test);
            lines.insert(0, line.patch_style(theme.strong(Role::Good)));
            lines.push(pair(theme, "speed", 12, speed));
        }
        None => lines.push(pair(theme, "rate", 12, format!("{rate}   {speed}"))),
    }
    let parameters = format::thousands(training.info.parameters);
    let model = format!("{parameters} parameters   {}", clean(&training.info.device));
    lines.push(pair(theme, "model", 12, cut(&model, width)));
    let (train, validation, test) = training.info.samples;
    let count = |number: usize, of: &str| format!("{} {of}", format::thousands(number as u64));
    let sizes = [count(train, "train"), count(validation, "validation"), count(test, "test")].join(" / ");
    lines.push(pair(theme, "samples", 12, cut(&sizes, width)));
    lines
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
    columns.push(("time".into(), Box::new(|epoch| format!("{:.1}s", epoch.seconds))));
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

fn draw_epochs(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, "Epochs");
    let inner = block.inner(area);
    let none_yet = VecDeque::new();
    let epochs = state.training.as_ref().map_or(&none_yet, |training| &training.epochs);
    let first = epochs.len().saturating_sub(usize::from(inner.height.saturating_sub(1)));
    // A column is as wide as what stands in it; those that have no room are left out whole, the last ones first.
    let mut room = usize::from(inner.width);
    let mut shown: Vec<(String, Vec<String>, usize)> = Vec::new();
    for (title, text) in epoch_columns(epochs) {
        let cells: Vec<String> = epochs.range(first..).map(text).collect();
        let width = cells.iter().chain([&title]).map(|cell| cell.width()).max().unwrap_or(0);
        if width < room {
            room -= width + 1;
            shown.push((title, cells, width));
        }
    }
    // What is left of the line is shared out.
    let spare = (room / shown.len().max(1)).min(2);
    let right = |text: &String| Text::from(text.clone()).right_aligned();
    let rows =
        (0..epochs.len() - first).map(|row| Row::new(shown.iter().map(|(_, cells, _)| right(&cells[row]))));
    let header = Row::new(shown.iter().map(|(title, ..)| right(title)));
    let header = header.style(theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED));
    let widths = shown.iter().map(|(_, _, width)| Constraint::Length((width + spare) as u16));
    frame.render_widget(Table::new(rows, widths).header(header).block(block), area);
}

fn draw_log(state: &State, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, "Log");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let height = usize::from(inner.height);
    let last = state.log.len() - state.log_scroll.min(state.log.len().saturating_sub(1));
    // From the last line upwards, until the panel is full: a long line takes several rows.
    let mut rows: VecDeque<Line> = VecDeque::new();
    for line in state.log.range(..last).rev() {
        if rows.len() >= height {
            break;
        }
        let wrapped = wrap(&line.text, usize::from(inner.width).saturating_sub(TIME + 1));
        for (place, row) in wrapped.into_iter().enumerate().rev() {
            let time = line.seconds.filter(|_| place == 0).map(clock).unwrap_or_default();
            let time = Span::styled(format!("{time:>TIME$} "), state.theme.style(Role::Muted));
            rows.push_front(Line::from(vec![time, Span::raw(row)]));
        }
    }
    let above = rows.len().saturating_sub(height);
    frame.render_widget(Text::from_iter(rows.into_iter().skip(above)), inner);
}

/// Columns that the time in the log takes.
const TIME: usize = 7;

/// Seconds of training as `12:05`, `1:02:05`.
fn clock(seconds: f64) -> String {
    let whole = seconds.clamp(0.0, 1e6) as u64;
    match whole / 3600 {
        0 => format!("{}:{:02}", whole / 60, whole % 60),
        hours => format!("{hours}:{:02}:{:02}", whole / 60 % 60, whole % 60),
    }
}
