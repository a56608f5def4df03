//! The curves, the progress, the log.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Row, Table};
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::training::{ChartContent, Curves, WishedRate};
use crate::tui::state::{SMOOTHING, Series, State, Training, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::chart::{Chart, Curve};
use crate::tui::widgets::text::cut;
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
    let mut draw = |title: &str, curves: &[Curve], log_scale: bool, ceiling: Option<f64>, area: Rect| {
        Chart { title, curves, steps, log_scale, ceiling, empty }.draw(theme, area, buffer);
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
        frame.render_widget(Line::styled(text, theme.style(Role::Muted)), inner);
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
    for ((label, share, role, text), row) in bars.into_iter().zip(&rows) {
        let places = [Constraint::Length(7), Constraint::Min(4), Constraint::Length(25)];
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

fn value(value: f64) -> String {
    if value.abs() >= 1000.0 { format!("{value:.1}") } else { format!("{value:.4}") }
}

/// Scores in words, with as many metrics as fit.
fn words(loss: f64, accuracy: Option<f64>, metrics: &Metrics, width: usize) -> String {
    let accuracy = accuracy.map(|share| format!("   accuracy {:.2}%", 100.0 * share)).unwrap_or_default();
    let mut text = format!("loss {loss:.4}{accuracy}");
    for (metric, number) in metrics.iter() {
        let more = format!("   {} {}", metric.title(), value(number));
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
            let test = finish.test.map_or("not evaluated".into(), |test| {
                words(test.loss, test.accuracy, &test.metrics, width.saturating_sub(20))
            });
            let line = pair(theme, "test set", 12, format!("{test}   {speed}"));
            lines.insert(0, line.patch_style(theme.strong(Role::Good)));
        }
        None => lines.push(pair(theme, "rate", 12, format!("{rate}   {speed}"))),
    }
    let (samples, parameters) = (training.info.samples, format::thousands(training.info.parameters));
    let sizes = [samples.0, samples.1, samples.2].map(|n| format::thousands(n as u64)).join(" / ");
    lines.push(pair(
        theme,
        "model",
        12,
        format!("{parameters} parameters   {}", clean(&training.info.device)),
    ));
    lines.push(pair(theme, "samples", 12, format!("{sizes} (train / validation / test)")));
    lines
}

fn draw_epochs(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, "Epochs");
    let inner = block.inner(area);
    let none_yet = VecDeque::new();
    let epochs = state.training.as_ref().map_or(&none_yet, |training| &training.epochs);
    let first = epochs.len().saturating_sub(usize::from(inner.height.saturating_sub(1)));
    let share = |accuracy: Option<f64>| accuracy.map_or("-".into(), |a| format!("{:.2}%", 100.0 * a));
    let right = |text: String| Text::from(text).right_aligned();
    let has_accuracy = epochs.iter().any(|epoch| epoch.training.accuracy.is_some());
    let has_validation = epochs.iter().any(|epoch| epoch.validation.is_some());
    let none = epochs.is_empty();
    // Each width has one column to spare.
    let tight = u16::from(inner.width < 62);
    // The metrics of held-out samples where there are any, as many as fit.
    let scores = |epoch: &EpochReport| epoch.validation.unwrap_or(epoch.training).metrics;
    let mut columns: Vec<(String, u16, Box<dyn Fn(&EpochReport) -> String>)> = vec![
        ("#".into(), 3, Box::new(|epoch| epoch.epoch.to_string())),
        ("loss".into(), 8, Box::new(|epoch| format!("{:.4}", epoch.training.loss))),
    ];
    if has_accuracy || none {
        columns.push(("accuracy".into(), 9, Box::new(|epoch| share(epoch.training.accuracy))));
    }
    if has_validation || none {
        let loss = |epoch: &EpochReport| epoch.validation.map_or("-".into(), |v| format!("{:.4}", v.loss));
        columns.push(("val loss".into(), 9, Box::new(loss)));
    }
    if has_validation && has_accuracy || none {
        let accuracy = |epoch: &EpochReport| share(epoch.validation.and_then(|v| v.accuracy));
        columns.push(("val acc".into(), 9, Box::new(accuracy)));
    }
    let mut room = inner.width.saturating_sub(columns.iter().map(|column| column.1 + 1).sum::<u16>() + 20);
    for (metric, _) in epochs.back().map(scores).iter().flat_map(Metrics::iter) {
        let title = cut(metric.title(), 14);
        let width = (title.chars().count() as u16).max(9);
        if room > width {
            room -= width + 1;
            let text = move |epoch: &EpochReport| scores(epoch).get(metric).map_or("-".into(), value);
            columns.push((title, width, Box::new(text)));
        }
    }
    let speed = |epoch: &EpochReport| format::thousands(epoch.samples_per_second().round() as u64);
    columns.push(("samples/s".into(), 10, Box::new(speed)));
    columns.push(("time".into(), 8, Box::new(|epoch| format!("{:.1}s", epoch.seconds))));
    let rows =
        epochs.range(first..).map(|epoch| Row::new(columns.iter().map(|column| right(column.2(epoch)))));
    let header = Row::new(columns.iter().map(|column| right(column.0.clone())));
    let header = header.style(theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED));
    let widths: Vec<Constraint> = columns.iter().map(|column| Constraint::Length(column.1 - tight)).collect();
    frame.render_widget(Table::new(rows, widths).header(header).block(block), area);
}

fn draw_log(state: &State, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, "Log");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let height = usize::from(inner.height);
    let scroll = state.log_scroll.min(state.log.len().saturating_sub(height));
    let end = state.log.len() - scroll;
    let lines = state
        .log
        .range(end.saturating_sub(height)..end)
        .map(|line| Line::styled(line.as_str(), Style::new()));
    frame.render_widget(Text::from_iter(lines), inner);
}
