//! The losses of a learning-rate range test.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::widgets::{Paragraph, Wrap};

use super::popups;
use crate::tui::state::State;
use crate::tui::state::rates::Rates;
use crate::tui::theme::Role;
use crate::tui::widgets::plot::Lines;
use crate::worker::{self, RangeEnd, RateCurve, RatePoint};

/// Losses beyond so many times the first one are not drawn: the curve would lie on the ground beside them.
const DRAWN: f64 = 1.5;

pub(super) fn draw(state: &State, rates: &Rates, frame: &mut Frame) {
    let height = frame.area().height.saturating_sub(4).min(30);
    let inner = popups::open(state, "Learning-rate range test", 110, height, frame);
    let words = |words: String, style: Style| Paragraph::new(words).style(style).wrap(Wrap { trim: true });
    let (points, said) = match &rates.found {
        Some(Err(problem)) => {
            return frame.render_widget(words(problem.clone(), state.theme.style(Role::Bad)), inner);
        }
        Some(Ok(curve)) => (&curve.points, said(rates, curve)),
        None => {
            let worker::RateRange { from, to, steps } = rates.range;
            let tried = rates.tried.len();
            let text = format!(
                "{tried} of {steps} steps are made, each with a higher rate, from {from:e} to {to} …"
            );
            (&rates.tried, vec![text])
        }
    };
    let [plot, below] = Layout::vertical([Constraint::Min(1), Constraint::Length(4)]).areas(inner);
    let mark = match &rates.found {
        Some(Ok(RateCurve { suggestion: Some(rate), .. })) => {
            points.iter().find(|point| point.rate >= *rate).map(|point| (point.rate, point.smoothed))
        }
        _ => None,
    };
    let (labels, lines) = (("learning rate", "loss"), lines(points));
    Lines { labels, lines: &lines, mark, log_x: true }.draw(&state.theme, plot, frame.buffer_mut());
    frame.render_widget(words(said.join("\n"), Style::new()), below);
}

/// The losses one by one, and their mean.
fn lines(points: &[RatePoint]) -> [worker::Line; 2] {
    let first = points.first().map_or(f64::INFINITY, |point| point.smoothed);
    let limit = if first > 0.0 { DRAWN * first } else { f64::INFINITY };
    let of = |name: &str, loss: fn(&RatePoint) -> f64| worker::Line {
        name: name.into(),
        points: points
            .iter()
            .map(|point| (point.rate, loss(point)))
            .filter(|(_, loss)| *loss <= limit)
            .collect(),
    };
    [of("each step", |point| point.loss), of("smoothed", |point| point.smoothed)]
}

fn said(rates: &Rates, curve: &RateCurve) -> Vec<String> {
    let two = |rate: f64| RateCurve::to_two_digits(rate).to_string();
    let tried = curve.points.last().map(|point| two(point.rate)).unwrap_or_default();
    let end = match curve.end {
        RangeEnd::Complete => format!("All rates up to {tried} were tried."),
        RangeEnd::Diverged => format!("At {tried} the loss had diverged."),
        RangeEnd::NotFinite => format!("Beyond {tried} the loss was not finite."),
    };
    let lowest =
        curve.lowest.map(|rate| format!("The loss was lowest at {}: too high to train with. ", two(rate)));
    let now = rates.now;
    let suggestion = match rates.suggestion() {
        Some(rate) => format!(
            "{rate} is suggested: in the middle of the rates over which the loss fell longest. The preset has {now}."
        ),
        None => format!("The loss did not fall over these rates: none is suggested. The preset has {now}."),
    };
    vec![suggestion, format!("{}{end}", lowest.unwrap_or_default())]
}
