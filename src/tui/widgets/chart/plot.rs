//! Curves, and the marks of what happened.

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::tui::state::mark::{Mark, MarkKind};
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::widgets::dots::Dots;
use crate::tui::widgets::text::cut;

use super::curves::{Chart, Placed};
use super::frame::Geometry;

/// Draws the curves, the last one on top.
pub(super) fn draw(theme: &Theme, placed: &[Placed], geometry: &Geometry, buffer: &mut Buffer) {
    let mut dots = Dots::new(geometry.plot, theme.rich_glyphs);
    for curve in placed {
        draw_curve(theme, curve, geometry, &mut dots);
    }
    dots.draw(buffer);
    for curve in placed.iter().filter(|placed| placed.curve.marked) {
        mark_values(theme, curve, geometry, buffer);
    }
}

fn draw_curve(theme: &Theme, placed: &Placed, geometry: &Geometry, dots: &mut Dots) {
    let (width, height) = dots.size();
    let far = |place: f64| place.round().clamp(-1e6, 1e6) as i64;
    let x_of = |x: f64| far(geometry.x.share(x) * (width - 1) as f64);
    let y_of = |value: f64| far((1.0 - geometry.y.share(value)) * (height - 1) as f64);
    let (curve, range) = (placed.curve, placed.reaching_out());
    let buckets = &curve.series.buckets()[range.clone()];
    let columns: Vec<i64> = placed.xs[range.clone()].iter().map(|x| x_of(*x)).collect();
    let strong = theme.style(curve.role);
    // The values as they came: one bar per column from smallest to largest, faint, behind the curve.
    let faint = match theme.depth {
        Depth::Monochrome | Depth::Sixteen => theme.style(Role::Faint),
        Depth::Indexed | Depth::True => strong.add_modifier(Modifier::DIM),
    };
    let mut bar: Option<(i64, f64, f64)> = None;
    let draw_bar = |bar: Option<(i64, f64, f64)>, dots: &mut Dots| {
        if let Some((column, low, high)) = bar.filter(|(_, low, high)| low < high) {
            dots.column(column, y_of(high), y_of(low), faint);
        }
    };
    for (bucket, column) in buckets.iter().zip(&columns) {
        bar = match bar {
            Some((at, low, high)) if at == *column => Some((at, low.min(bucket.min), high.max(bucket.max))),
            before => {
                draw_bar(before, dots);
                Some((*column, bucket.min, bucket.max))
            }
        };
    }
    draw_bar(bar, dots);
    // One point per column: the mean of the curve's values there.
    let mut points: Vec<(i64, f64, f64)> = Vec::new();
    let mut add = |column: i64, value: f64| match points.last_mut() {
        Some((at, sum, count)) if *at == column => {
            *sum += value;
            *count += 1.0;
        }
        _ => points.push((column, value, 1.0)),
    };
    if curve.smoothing > 0.0 {
        // An average begins with the curve, not with the part of it that is shown.
        let smoothed = curve.series.smoothed(curve.smoothing);
        smoothed[range].iter().zip(&columns).for_each(|((_, value), column)| add(*column, *value));
    } else {
        buckets.iter().zip(&columns).for_each(|(bucket, column)| add(*column, bucket.mean));
    }
    let at = |(x, sum, count): (i64, f64, f64)| (x, y_of(sum / count));
    if let [only] = points[..] {
        let (x, y) = at(only);
        dots.set(x, y, strong);
    }
    for pair in points.windows(2) {
        dots.line(at(pair[0]), at(pair[1]), strong);
    }
}

/// A sign at each value of a curve that has few.
fn mark_values(theme: &Theme, placed: &Placed, geometry: &Geometry, buffer: &mut Buffer) {
    let shown = placed.shown();
    if shown.len() > usize::from(geometry.plot.width) / 3 {
        return;
    }
    for (bucket, x) in shown.iter().zip(&placed.xs[placed.inside.clone()]) {
        if let (Some(column), Some(row)) = (geometry.column(*x), geometry.row(bucket.mean)) {
            buffer[(column, row)].set_symbol("•").set_style(theme.strong(placed.curve.role));
        }
    }
}

impl Chart<'_> {
    /// Where a mark stands; `None` outside the part that is shown.
    pub(super) fn mark_column(&self, mark: &Mark, geometry: &Geometry) -> Option<u16> {
        let timeline = self.curves.first()?.timeline;
        geometry.column(timeline.place(self.options.layout.along, mark.step)?)
    }

    /// A line from top to bottom where a phase begins and where the network that is shown was saved; a sign on the axis for
    /// the rest.
    pub(super) fn draw_marks(&self, theme: &Theme, geometry: &Geometry, buffer: &mut Buffer) {
        let plot = geometry.plot;
        // Rare marks are drawn last: they are not covered by those that come all the time.
        for kind in
            [MarkKind::Checkpoint, MarkKind::Resume, MarkKind::Change, MarkKind::Phase, MarkKind::Shown]
        {
            let (style, rows) = match kind {
                MarkKind::Phase => (theme.style(Role::Muted), plot.top()..plot.bottom()),
                MarkKind::Shown => (theme.style(Role::Warning), plot.top()..plot.bottom()),
                MarkKind::Change | MarkKind::Resume => {
                    (theme.strong(Role::Warning), plot.bottom()..plot.bottom() + 1)
                }
                MarkKind::Checkpoint => (theme.style(Role::Muted), plot.bottom()..plot.bottom() + 1),
            };
            for mark in self.marks.iter().filter(|mark| mark.kind == kind) {
                let Some(column) = self.mark_column(mark, geometry) else { continue };
                for row in rows.clone() {
                    buffer[(column, row)].set_symbol(kind.sign()).set_style(style);
                }
            }
        }
    }

    /// The names of the phases, above the curves where their lines begin.
    pub(super) fn draw_phases(&self, theme: &Theme, geometry: &Geometry, buffer: &mut Buffer) {
        let plot = geometry.plot;
        let phases = self.marks.iter().filter(|mark| mark.kind == MarkKind::Phase);
        let columns: Vec<(u16, &Mark)> =
            phases.filter_map(|mark| Some((self.mark_column(mark, geometry)?, mark))).collect();
        for (place, (column, mark)) in columns.iter().enumerate() {
            let end = columns.get(place + 1).map_or(plot.right(), |(next, _)| *next);
            let room = usize::from(end.saturating_sub(column + 1));
            if room >= 4 && plot.height >= 4 {
                buffer.set_string(column + 1, plot.y, cut(&mark.text, room), theme.style(Role::Muted));
            }
        }
    }

    /// What the signs on the axis mean, those that are to be seen: `◆ checkpoint  ▲ change  `.
    pub(super) fn signs_in_words(&self, geometry: &Geometry) -> String {
        let is_seen = |kind: MarkKind| {
            self.marks.iter().any(|mark| mark.kind == kind && self.mark_column(mark, geometry).is_some())
        };
        let on_axis = [MarkKind::Change, MarkKind::Resume, MarkKind::Checkpoint];
        let seen = on_axis.into_iter().filter(|kind| is_seen(*kind));
        seen.map(|kind| format!("{} {}  ", kind.sign(), kind.title())).collect()
    }
}
