//! A grid of charts: on Train those of the training, on Runs those of the marked runs.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::preset::ReferenceLine;
use crate::tui::chart_places::{grid, of_charts, panes, references, shown_panes};
use crate::tui::state::charts::ChartOptions;
use crate::tui::state::mark::{Mark, MarkKind};
use crate::tui::state::matching::Pattern;
use crate::tui::state::panes::{Pane, Scalar, Values};
use crate::tui::state::{Screen, State};
use crate::tui::theme::{Depth, Role};
use crate::tui::widgets::chart::{Chart, Curve, Quantity};
use crate::tui::widgets::panel;
use crate::worker::Phase;

use super::media;

/// What happened in the training that is shown.
fn marks(state: &State) -> Vec<Mark> {
    let Some(training) = state.training.as_ref().filter(|_| state.screen == Screen::Train) else {
        return Vec::new();
    };
    let mut marks = training.marks.clone();
    if let Some(opened) = &state.opened {
        let mark = |step, kind, text: &str| Mark { step, kind, text: text.into() };
        marks.extend(opened.checkpoints.iter().map(|step| mark(*step, MarkKind::Checkpoint, "checkpoint")));
        marks.extend(opened.at.map(|step| mark(step, MarkKind::Shown, "the network that is shown")));
    }
    marks
}

/// Hands the charts of the screen in front, with their places, to `then`; `None` where there are none.
fn with_charts<R>(state: &State, then: impl FnOnce(&[(Chart, Rect)]) -> R) -> Option<R> {
    with_panes(state, |charts, _| then(charts))
}

/// The same with the panes that are no charts, with their places.
fn with_panes<R>(state: &State, then: impl FnOnce(&[(Chart, Rect)], &[(&Pane, Rect)]) -> R) -> Option<R> {
    let (options, area) = of_charts(state)?;
    let panes = shown_panes(state);
    let places = grid(panes.len(), area);
    let marks = marks(state);
    let references = references(state);
    let of_pane =
        |pane: &Pane| references.iter().filter(|line| pane.is_called(&line.of)).cloned().collect::<Vec<_>>();
    let lines: Vec<Vec<ReferenceLine>> = panes.iter().map(of_pane).collect();
    let notes: Vec<Vec<String>> = panes.iter().map(|pane| notes(options, pane)).collect();
    let curves: Vec<Vec<Curve>> = panes.iter().map(|pane| curves(state, pane, options)).collect();
    let (steps, empty) = match state.screen {
        Screen::Train => (state.training.as_ref().map_or(0, |training| training.info.steps), waiting(state)),
        Screen::Presets | Screen::Inspect | Screen::Hyper | Screen::Runs | Screen::Search | Screen::Queue => {
            (0, "no run has such a curve")
        }
    };
    let media: Vec<(&Pane, Rect)> =
        panes.iter().zip(places.iter().copied()).filter(|(pane, _)| pane.media.is_some()).collect();
    let with_curves = panes.iter().zip(&curves).zip(notes.iter().zip(&lines)).zip(places);
    let with_curves = with_curves.filter(|(((pane, _), _), _)| pane.media.is_none());
    let charts = with_curves.map(|(((pane, curves), (notes, references)), place)| {
        let chart = Chart {
            title: &pane.title,
            curves,
            options,
            log_y: options.layout.log_y && pane.may_be_log,
            quantity: if pane.is_share { Quantity::Share } else { Quantity::Number },
            steps,
            marks: &marks,
            references,
            notes,
            empty: pane.empty.as_deref().unwrap_or(empty),
        };
        (chart, place)
    });
    Some(then(&charts.collect::<Vec<_>>(), &media))
}

/// The curves of a pane as they are drawn.
fn curves<'a>(state: &State, pane: &'a Pane, options: &ChartOptions) -> Vec<Curve<'a>> {
    // Without colours the curve on top stands out from those of other runs, which are dim.
    let is_grey = state.screen == Screen::Runs && state.theme.depth == Depth::Monochrome;
    let last = pane.scalars.last();
    let role = |scalar: &Scalar| match last {
        Some(last) if is_grey && std::ptr::eq(last, scalar) => Role::Accent,
        _ if is_grey => Role::Muted,
        _ => scalar.role,
    };
    let curve = |scalar: &'a Scalar| Curve {
        name: &scalar.name,
        role: role(scalar),
        series: scalar.series,
        timeline: scalar.timeline,
        smoothing: if scalar.values == Values::Noisy { options.layout.smoothing() } else { 0.0 },
        marked: scalar.values == Values::PerEpoch,
    };
    pane.scalars.iter().map(curve).collect()
}

/// What is said below every chart.
fn notes(options: &ChartOptions, pane: &Pane) -> Vec<String> {
    let filter = options.layout.filter.trim();
    let filter = (!filter.is_empty()).then(|| format!("only {filter}"));
    pane.notes.iter().cloned().chain(filter).collect()
}

/// Why there is nothing to draw.
fn waiting(state: &State) -> &'static str {
    if state.screen == Screen::Runs {
        return "reading";
    }
    match (state.phase, &state.training) {
        (Phase::Preparing, _) => "preparing",
        (_, None) => "no training yet: choose a preset and press Enter",
        (_, Some(training)) if training.finish.is_some() => "this run has kept none of it",
        _ => "waiting for the first step",
    }
}

/// Draws the charts of the screen in front.
pub(super) fn draw(state: &State, frame: &mut Frame) {
    let Some((options, area)) = of_charts(state) else { return };
    let is_drawn = with_panes(state, |charts, media| {
        charts.iter().for_each(|(chart, place)| chart.draw(&state.theme, *place, frame.buffer_mut()));
        media.iter().for_each(|(pane, place)| media::draw(state, pane, *place, frame));
        !charts.is_empty() || !media.is_empty()
    });
    if is_drawn != Some(true) {
        let filter = options.layout.filter.trim();
        let text = if filter.is_empty() || panes(state).is_empty() {
            waiting(state).to_owned()
        } else {
            let why = Pattern::problem(filter).unwrap_or_else(|| format!("no pane matches {filter}"));
            format!("{why}: / changes that")
        };
        let block = panel(&state.theme, "Charts");
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let row = Rect { y: inner.y + inner.height / 2, height: 1.min(inner.height), ..inner };
        frame.render_widget(Line::styled(text, state.theme.style(Role::Muted)).centered(), row);
    }
}

/// The place on the horizontal axis under a place on the screen, if a chart is there.
pub fn place_at(state: &State, at: Position) -> Option<f64> {
    with_charts(state, |charts| {
        let (chart, place) = charts.iter().find(|(_, place)| place.contains(at))?;
        chart.place_at(&state.theme, *place, at)
    })?
}

/// The whole horizontal axis of the charts in front; `None` where nothing is drawn.
pub fn whole(state: &State) -> Option<(f64, f64)> {
    with_charts(state, |charts| {
        let axes = charts.iter().filter_map(|(chart, _)| chart.whole());
        axes.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    })?
}

/// The place to which the cursor moves by so many columns from `x`: a real value of some curve, at least the next one.
pub fn moved(state: &State, x: f64, columns: f64) -> Option<f64> {
    let is_rightwards = columns > 0.0;
    with_charts(state, |charts| {
        let per_column = charts.iter().find_map(|(chart, place)| chart.per_column(&state.theme, *place));
        let aim = x + columns * per_column.unwrap_or(0.0);
        let next = |from: f64, is_rightwards: bool| {
            let found = charts.iter().filter_map(|(chart, _)| chart.next_value(from, is_rightwards));
            found.reduce(if is_rightwards { f64::min } else { f64::max })
        };
        // The last value before the aim, unless that is no way: then the first one beyond.
        let is_on_the_way = |value: &f64| if is_rightwards { *value > x } else { *value < x };
        next(aim, !is_rightwards).filter(is_on_the_way).or_else(|| next(x, is_rightwards))
    })?
}

/// The first and the last real value of the curves in front.
pub fn ends(state: &State) -> Option<(f64, f64)> {
    with_charts(state, |charts| {
        let first = charts.iter().filter_map(|(chart, _)| chart.next_value(f64::NEG_INFINITY, true));
        let last = charts.iter().filter_map(|(chart, _)| chart.next_value(f64::INFINITY, false));
        Some((first.reduce(f64::min)?, last.reduce(f64::max)?))
    })?
}
