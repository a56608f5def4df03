//! The curves, the progress, the log.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Row, Table};

use crate::tui::format;
use crate::tui::state::{SMOOTHING, Series, State, Training, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::chart::{Chart, Curve};
use crate::tui::widgets::{bar, pair, panel};
use crate::worker::Phase;

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
    let none = Series::default();
    let smoothing = SMOOTHING[state.chart.smoothing % SMOOTHING.len()];
    let empty = match (state.phase, &state.training) {
        (Phase::Preparing, _) => "preparing",
        (_, None) => "no training yet: choose a preset and press Enter",
        _ => "waiting for the first step",
    };
    let series =
        |pick: fn(&Training) -> (&Series, &Series)| state.training.as_ref().map_or((&none, &none), pick);
    let loss = series(|t| (&t.training.loss, &t.validation.loss));
    let accuracy = series(|t| (&t.training.accuracy, &t.validation.accuracy));
    let steps = state.training.as_ref().map_or(0, |training| training.info.steps);
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    for (area, title, (training, validation), log_scale, ceiling) in
        [(left, "Loss", loss, state.chart.log_scale, None), (right, "Accuracy", accuracy, false, Some(1.0))]
    {
        let curves = [
            Curve { name: "training", role: Role::Training, series: training, smoothing, marked: false },
            Curve {
                name: "validation",
                role: Role::Validation,
                series: validation,
                smoothing: 0.0,
                marked: true,
            },
        ];
        let chart = Chart { title, curves: &curves, steps, log_scale, ceiling, empty };
        chart.draw(&state.theme, area, frame.buffer_mut());
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
    for (line, row) in figures(state, training).into_iter().zip(rest) {
        frame.render_widget(line, *row);
    }
}

fn scores(loss: f64, accuracy: Option<f64>) -> String {
    match accuracy {
        Some(share) => format!("loss {loss:.4}   accuracy {:.2}%", 100.0 * share),
        None => format!("loss {loss:.4}"),
    }
}

fn figures(state: &State, training: &Training) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = Vec::new();
    if let Some(report) = training.last {
        let newest = |series: &Series| series.smoothed(SMOOTHING[2]).last().map(|point| point.1);
        let loss = newest(&training.training.loss).unwrap_or(report.scores.loss);
        let accuracy = newest(&training.training.accuracy);
        lines.push(pair(theme, "training", 12, scores(loss, accuracy)));
    }
    if let Some(validation) = training.epochs.iter().rev().find_map(|epoch| epoch.validation) {
        lines.push(pair(theme, "validation", 12, scores(validation.loss, validation.accuracy)));
    }
    let rate = training.last.map_or(training.base_rate, |report| report.learning_rate);
    let speed = training.finish.map(|finish| finish.samples_per_second);
    let speed = speed.or(training.last.map(|report| report.samples_per_second)).unwrap_or(0.0);
    let speed = format!("{} samples/s", format::thousands(speed.max(0.0) as u64));
    match training.finish {
        Some(finish) => {
            let test = scores(finish.test.loss, finish.test.accuracy);
            let line = pair(theme, "test set", 12, format!("{test}   {speed}"));
            lines.insert(0, line.patch_style(theme.strong(Role::Good)));
        }
        None => lines.push(pair(theme, "rate", 12, format!("{rate:.3e}   {speed}"))),
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
    let epochs = state.training.as_ref().map_or(&[][..], |training| &training.epochs);
    let first = epochs.len().saturating_sub(usize::from(inner.height.saturating_sub(1)));
    let share = |accuracy: Option<f64>| accuracy.map_or("-".into(), |a| format!("{:.2}%", 100.0 * a));
    let right = |text: String| Text::from(text).right_aligned();
    let rows = epochs[first..].iter().map(|epoch| {
        Row::new([
            right(epoch.epoch.to_string()),
            right(format!("{:.4}", epoch.training.loss)),
            right(share(epoch.training.accuracy)),
            right(epoch.validation.map_or("-".into(), |v| format!("{:.4}", v.loss))),
            right(share(epoch.validation.and_then(|v| v.accuracy))),
            right(format::thousands(epoch.samples_per_second.max(0.0) as u64)),
            right(format!("{:.1}s", epoch.seconds)),
        ])
    });
    let titles = ["#", "loss", "accuracy", "val loss", "val acc", "samples/s", "time"];
    let header = Row::new(titles.map(|title| right(title.into())));
    let header = header.style(theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED));
    let widths = [3, 8, 9, 9, 9, 10, 8].map(Constraint::Length);
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
