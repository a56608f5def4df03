//! Axes and ticks, and where values lie between them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::format;
use crate::tui::state::abscissa::Abscissa;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::axis::{Axis, round_step};

use super::curves::{Chart, Placed, Quantity};

/// Where things are in a chart.
#[derive(Debug)]
pub(super) struct Geometry {
    /// The place between the axes.
    pub plot: Rect,
    pub x: Axis,
    pub y: Axis,
    /// The largest value, where it is folded.
    pub folded: Option<f64>,
    x_ticks: Vec<(f64, String)>,
    y_ticks: Vec<(f64, String)>,
}

impl Chart<'_> {
    /// Where things are inside the border; `None` without values or room.
    pub(super) fn geometry(&self, placed: &[Placed], inner: Rect) -> Option<Geometry> {
        if inner.width < 12 || inner.height < 4 {
            return None;
        }
        let extent = self.extent(placed)?;
        let y = self.vertical(extent, placed);
        let y_ticks = self.vertical_ticks(&y, usize::from(inner.height / 4).clamp(2, 8));
        let gutter = y_ticks.iter().map(|(_, label)| label.len()).max().unwrap_or(1) as u16 + 1;
        if inner.width < gutter + 8 {
            return None;
        }
        let plot = Rect {
            x: inner.x + gutter,
            y: inner.y,
            width: inner.width - gutter - 1,
            height: inner.height - 2,
        };
        let x = self.horizontal(placed)?;
        let x_ticks = along_ticks(self.options.layout.along, &x, plot.width);
        let folded = extent.folds().then_some(extent.whole.1);
        Some(Geometry { plot, x, y, folded, x_ticks, y_ticks })
    }

    fn vertical_ticks(&self, axis: &Axis, count: usize) -> Vec<(f64, String)> {
        match self.quantity {
            Quantity::Number => axis.ticks(count),
            Quantity::Share => {
                let hundredfold = Axis { low: 100.0 * axis.low, high: 100.0 * axis.high, ..*axis };
                let ticks = hundredfold.ticks(count).into_iter();
                ticks.map(|(value, label)| (value / 100.0, format!("{label}%"))).collect()
            }
        }
    }

    /// The axis from the first to the last place, with room for what is still to come: it grows in jumps, so that the curve
    /// does not crawl, to the first of 1, 2, 5 times a power of ten beyond the newest place, at most to the end of training.
    pub(super) fn whole_axis(&self, placed: &[Placed]) -> Option<(f64, f64)> {
        let along = self.options.layout.along;
        let newest = placed.iter().filter_map(|placed| placed.xs.last()).copied().reduce(f64::max)?;
        let timeline = placed.first()?.curve.timeline;
        let end = if self.steps == 0 { None } else { timeline.place(along, self.steps) };
        let jumped = |least: f64| {
            let room = round_step(newest.max(least));
            match end {
                Some(end) if end >= newest => room.min(end),
                _ => newest,
            }
        };
        let (low, high) = match along {
            Abscissa::Step => (0.0, jumped(50.0).max(2.0)),
            Abscissa::Epoch => (0.0, jumped(0.0)),
            Abscissa::Elapsed => (0.0, newest),
            Abscissa::WallTime => {
                (placed.iter().filter_map(|placed| placed.xs.first()).copied().reduce(f64::min)?, newest)
            }
        };
        // An axis has a length, even if all values lie at one place.
        Some((low, if high > low { high } else { low + 1.0 }))
    }

    /// The horizontal axis, of which a part may be shown.
    pub(super) fn horizontal(&self, placed: &[Placed]) -> Option<Axis> {
        let (low, high) = self.options.view.or_else(|| self.whole_axis(placed))?;
        if !self.options.layout.log_x || self.options.layout.along == Abscissa::WallTime {
            return Some(Axis::between(low, high, false));
        }
        let positive = placed.iter().flat_map(|placed| &placed.xs).copied().filter(|x| *x > 0.0 && *x >= low);
        let first = positive.reduce(f64::min).filter(|first| *first < high);
        Some(match first {
            Some(first) => Axis::between(low.max(first), high, true),
            None => Axis::between(low, high, false),
        })
    }
}

impl Geometry {
    /// The column in which a place lies; `None` outside the axis.
    pub(super) fn column(&self, x: f64) -> Option<u16> {
        let share = self.x.share(x);
        // Written so that NaN is outside.
        (0.0..=1.0)
            .contains(&share)
            .then(|| self.plot.x + (share * f64::from(self.plot.width - 1)).round() as u16)
    }

    /// The row in which a value lies; `None` outside the axis.
    pub(super) fn row(&self, y: f64) -> Option<u16> {
        let rows = f64::from(self.plot.height);
        let row = ((1.0 - self.y.share(y)) * rows - 0.5).round();
        (0.0..rows).contains(&row).then(|| self.plot.y + row as u16)
    }

    /// The place that lies in a column.
    pub(super) fn place(&self, column: u16) -> f64 {
        let across = f64::from(self.plot.width.saturating_sub(1).max(1));
        self.x.value(f64::from(column.saturating_sub(self.plot.x)) / across)
    }

    /// Draws axes, ticks and labels.
    pub(super) fn draw(&self, theme: &Theme, buffer: &mut Buffer) {
        let faint = theme.style(Role::Faint);
        let muted = theme.style(Role::Muted);
        let (plot, left, bottom) = (self.plot, self.plot.x - 1, self.plot.bottom());
        for y in plot.top()..bottom {
            buffer[(left, y)].set_symbol("│").set_style(faint);
        }
        for x in plot.left()..plot.right() {
            buffer[(x, bottom)].set_symbol("─").set_style(faint);
        }
        buffer[(left, bottom)].set_symbol("└").set_style(faint);
        let rows = f64::from(plot.height);
        let mut taken = None;
        for (value, label) in &self.y_ticks {
            let row = ((1.0 - self.y.share(*value)) * rows - 0.5).round().clamp(0.0, rows - 1.0) as u16;
            if taken == Some(row) {
                continue;
            }
            taken = Some(row);
            let y = plot.y + row;
            let start = left.saturating_sub(label.len() as u16);
            buffer.set_string(start, y, label, muted);
            buffer[(left, y)].set_symbol("┤").set_style(faint);
            for x in (plot.left()..plot.right()).step_by(2) {
                buffer[(x, y)].set_symbol(if theme.rich_glyphs { "·" } else { " " }).set_style(faint);
            }
        }
        let mut free_from = plot.left();
        for (value, label) in &self.x_ticks {
            let Some(x) = self.column(*value) else { continue };
            let width = label.len() as u16;
            let start = x.saturating_sub(width / 2).min(plot.right().saturating_sub(width));
            if start < free_from {
                continue;
            }
            buffer[(x, bottom)].set_symbol("┴").set_style(faint);
            buffer.set_string(start, bottom + 1, label, muted);
            free_from = start + width + 2;
        }
    }
}

/// Round places on a horizontal axis that is this many columns wide, with their labels.
fn along_ticks(along: Abscissa, axis: &Axis, width: u16) -> Vec<(f64, String)> {
    let count = f64::from((width / 12).clamp(1, 10));
    let length = axis.high - axis.low;
    if axis.log {
        let ticks = axis.ticks(count as usize).into_iter();
        return match along {
            Abscissa::Step => ticks.map(|(value, _)| (value, steps(value))).collect(),
            Abscissa::Epoch => epoch_ticks(axis, count as usize),
            Abscissa::Elapsed | Abscissa::WallTime => ticks.collect(),
        };
    }
    let step = match along {
        Abscissa::Step => {
            let ticks = axis.whole_ticks(count as usize).into_iter();
            return ticks.map(|(value, _)| (value, steps(value))).collect();
        }
        Abscissa::Epoch => return epoch_ticks(axis, count as usize),
        Abscissa::Elapsed | Abscissa::WallTime => round_time(length / count),
    };
    let label = |value: f64| match along {
        Abscissa::WallTime => format::time_of_day(value, step),
        Abscissa::Step | Abscissa::Epoch | Abscissa::Elapsed => format::clock(value, step),
    };
    let first = (axis.low / step - 1e-9).ceil();
    let values = (0..=40).map(|place| (first + f64::from(place)) * step);
    let ticks = values.take_while(|value| *value <= axis.high).map(|value| (value, label(value)));
    // Where parts of a second are too small to be told apart, each label stands once.
    ticks.fold(Vec::new(), |mut ticks: Vec<(f64, String)>, tick| {
        if ticks.last().is_none_or(|(_, before)| *before != tick.1) {
            ticks.push(tick);
        }
        ticks
    })
}

/// Whole epochs, or parts of them where fewer than two whole ones are on the axis.
fn epoch_ticks(axis: &Axis, count: usize) -> Vec<(f64, String)> {
    let whole = axis.whole_ticks(count);
    if whole.len() < 2 { axis.ticks(count) } else { whole }
}

/// Steps in a few letters, in full where these would be another number.
fn steps(value: f64) -> String {
    let is_round = match value {
        value if value >= 1e6 => value % 1e5 == 0.0,
        value if value >= 1e4 => value % 100.0 == 0.0,
        _ => true,
    };
    if is_round { format::steps(value) } else { format::thousands(value as u64) }
}

/// The smallest round number of seconds that is not below `least`.
fn round_time(least: f64) -> f64 {
    const ROUND: [f64; 19] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0,
        21_600.0, 43_200.0, 86_400.0, 172_800.0,
    ];
    if least <= ROUND[0] / 2.0 {
        return round_step(least);
    }
    let days = 86_400.0 * round_step(least / 86_400.0);
    ROUND.into_iter().find(|round| *round >= least).unwrap_or(days)
}
