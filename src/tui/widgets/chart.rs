//! Curves over the steps, in braille dots (half blocks where the font has no braille).

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::Series;
use crate::tui::theme::{Depth, Role, Theme};

use super::axis::{Axis, round_step};
use super::dots::Dots;
use super::panel;
use super::text::cut;

/// One curve in the chart.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its colour.
    pub role: Role,
    /// Its values.
    pub series: &'a Series,
    /// The weight of the past in its moving average; with 0 it is drawn as it is.
    pub smoothing: f64,
    /// Whether each value is marked: for values that come once per epoch.
    pub marked: bool,
}

/// A chart with axes, ticks and legend.
#[derive(Clone, Copy, Debug)]
pub struct Chart<'a> {
    /// The title in the frame.
    pub title: &'a str,
    /// The curves, the most important last: it is drawn on top.
    pub curves: &'a [Curve<'a>],
    /// Steps of the whole training.
    pub steps: u64,
    /// Whether the vertical axis is logarithmic.
    pub log_scale: bool,
    /// The largest value that can be: 1 for shares.
    pub ceiling: Option<f64>,
    /// The text that is shown while there is nothing to draw.
    pub empty: &'a str,
}

impl Chart<'_> {
    /// Draws into `area`.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let scale = if self.log_scale { " (log)" } else { "" };
        let title = format!("{}{scale}", self.title);
        let room = usize::from(area.width).saturating_sub(title.width() + 5);
        let block = panel(theme, title).title_top(self.legend(theme, room).right_aligned());
        let inner = block.inner(area);
        block.render(area, buffer);
        if inner.width < 12 || inner.height < 4 {
            return;
        }
        let Some(axis) = self.axis() else {
            let row = Rect { y: inner.y + inner.height / 2, height: 1, ..inner };
            Line::styled(self.empty, theme.style(Role::Muted)).centered().render(row, buffer);
            return;
        };
        let ticks = axis.ticks(usize::from(inner.height / 4).clamp(2, 8));
        let gutter = ticks.iter().map(|(_, label)| label.len()).max().unwrap_or(1) as u16 + 1;
        if inner.width < gutter + 8 {
            return;
        }
        let plot = Rect {
            x: inner.x + gutter,
            y: inner.y,
            width: inner.width - gutter - 1,
            height: inner.height - 2,
        };
        self.draw_axes(theme, &axis, &ticks, plot, buffer);
        let mut dots = Dots::new(plot, theme.rich_glyphs);
        let last = self.last_step();
        for curve in self.curves {
            plot_curve(theme, curve, &axis, last, &mut dots);
        }
        dots.draw(buffer);
        for curve in self.curves.iter().filter(|curve| curve.marked) {
            mark(theme, curve, &axis, last, plot, buffer);
        }
    }

    /// Signs and names, shortened so that they leave the title its place.
    fn legend(&self, theme: &Theme, room: usize) -> Line<'static> {
        let mut spans = Vec::new();
        let shown: Vec<&Curve> = self.curves.iter().filter(|curve| curve.series.last().is_some()).collect();
        let needed: usize = shown.iter().map(|curve| curve.name.width() + 3).sum();
        let widest = if needed <= room { room } else { (room / shown.len().max(1)).saturating_sub(3) };
        if widest == 0 {
            return Line::default();
        }
        for curve in shown {
            let sign = if curve.marked { "•" } else { "─" };
            spans.push(Span::styled(format!(" {sign} "), theme.strong(curve.role)));
            spans.push(Span::styled(cut(curve.name, widest), theme.style(Role::Muted)));
        }
        if !spans.is_empty() {
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    }

    /// The horizontal axis grows in jumps, so that the curve does not crawl: to the first of 1, 2, 5 times a power of
    /// ten steps beyond the newest one, at most to the end of training.
    fn last_step(&self) -> u64 {
        let newest = self.curves.iter().filter_map(|c| c.series.last()).map(|b| b.step).max().unwrap_or(1);
        let room = round_step((newest as f64).max(50.0)) as u64;
        if self.steps >= newest { room.min(self.steps) } else { newest }.max(2)
    }

    fn axis(&self) -> Option<Axis> {
        let buckets = || self.curves.iter().flat_map(|curve| curve.series.buckets());
        // A few spikes must not flatten the rest: beyond the 99th percentile curves are cut off at the top.
        let high = percentile(buckets().map(|bucket| bucket.max), 99)?;
        // Where there is a ceiling, such as an accuracy's, what counts happens close below it: the first climb is cut off.
        let climb = if self.ceiling.is_some() { 5 } else { 0 };
        let newest = self.curves.iter().filter_map(|curve| curve.series.last()).map(|bucket| bucket.min);
        let low = newest.fold(percentile(buckets().map(|bucket| bucket.min), climb)?, f64::min);
        let high = high.max(low);
        if self.log_scale && high > 0.0 {
            let low = low.max(high * 1e-9);
            return Some(Axis::between(low / 1.2, high * 1.2, true));
        }
        let margin = ((high - low) * 0.05).max(high.abs() * 1e-3).max(1e-9);
        let bottom = if low >= 0.0 && low < 0.35 * high { 0.0 } else { low - margin };
        let top = self.ceiling.map_or(high + margin, |ceiling| (high + margin).min(ceiling.max(high)));
        Some(Axis::between(bottom, top.max(bottom + 1e-9), false))
    }

    fn draw_axes(
        &self,
        theme: &Theme,
        axis: &Axis,
        ticks: &[(f64, String)],
        plot: Rect,
        buffer: &mut Buffer,
    ) {
        let faint = theme.style(Role::Faint);
        let muted = theme.style(Role::Muted);
        let bottom = plot.bottom();
        let left = plot.x - 1;
        for y in plot.top()..bottom {
            buffer[(left, y)].set_symbol("│").set_style(faint);
        }
        for x in plot.left()..plot.right() {
            buffer[(x, bottom)].set_symbol("─").set_style(faint);
        }
        buffer[(left, bottom)].set_symbol("└").set_style(faint);
        let rows = f64::from(plot.height);
        let mut taken = None;
        for (value, label) in ticks {
            let row = ((1.0 - axis.share(*value)) * rows - 0.5).round().clamp(0.0, rows - 1.0) as u16;
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
        let last = self.last_step() as f64;
        let step = round_step(last / f64::from((plot.width / 12).clamp(1, 10))).max(1.0);
        let mut free_from = plot.left();
        for i in 0..=20 {
            let value = step * f64::from(i);
            if value > last {
                break;
            }
            let x = plot.x + (value / last * f64::from(plot.width - 1)).round() as u16;
            let label = format::steps(value);
            let start =
                x.saturating_sub(label.len() as u16 / 2).min(plot.right().saturating_sub(label.len() as u16));
            if start < free_from {
                continue;
            }
            buffer[(x, bottom)].set_symbol("┴").set_style(faint);
            buffer.set_string(start, bottom + 1, &label, muted);
            free_from = start + label.len() as u16 + 2;
        }
    }
}

/// The value below which `percent` percent of the values are; `None` without values.
fn percentile(values: impl Iterator<Item = f64>, percent: usize) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    let place = values.len().checked_sub(1)? * percent / 100;
    Some(*values.select_nth_unstable_by(place, f64::total_cmp).1)
}

fn plot_curve(theme: &Theme, curve: &Curve, axis: &Axis, last: u64, dots: &mut Dots) {
    let (width, height) = dots.size();
    let x_of = |step: u64| (step as f64 / last as f64 * (width - 1) as f64).round() as i64;
    let y_of = |value: f64| ((1.0 - axis.share(value)) * (height - 1) as f64).round().clamp(-1e6, 1e6) as i64;
    let strong = theme.style(curve.role);
    if curve.smoothing > 0.0 {
        // The values as they came: one bar per column from smallest to largest, faint, behind the average.
        let faint = match theme.depth {
            Depth::Monochrome | Depth::Sixteen => theme.style(Role::Faint),
            _ => strong.add_modifier(Modifier::DIM),
        };
        let mut column: Option<(i64, f64, f64)> = None;
        for bucket in curve.series.buckets() {
            let x = x_of(bucket.step);
            column = match column {
                Some((at, low, high)) if at == x => Some((x, low.min(bucket.min), high.max(bucket.max))),
                other => {
                    if let Some((at, low, high)) = other {
                        dots.column(at, y_of(high), y_of(low), faint);
                    }
                    Some((x, bucket.min, bucket.max))
                }
            };
        }
        if let Some((at, low, high)) = column {
            dots.column(at, y_of(high), y_of(low), faint);
        }
    }
    // One point per column: the mean of the average's values there.
    let mut points: Vec<(i64, f64, f64)> = Vec::new();
    for (step, value) in curve.series.smoothed(curve.smoothing) {
        let x = x_of(step);
        match points.last_mut() {
            Some((at, sum, count)) if *at == x => {
                *sum += value;
                *count += 1.0;
            }
            _ => points.push((x, value, 1.0)),
        }
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

fn mark(theme: &Theme, curve: &Curve, axis: &Axis, last: u64, plot: Rect, buffer: &mut Buffer) {
    let buckets = curve.series.buckets();
    if buckets.len() > usize::from(plot.width) / 3 {
        return;
    }
    for bucket in buckets {
        let column = (bucket.step as f64 / last as f64 * f64::from(plot.width - 1)).round();
        let row = ((1.0 - axis.share(bucket.mean)) * f64::from(plot.height) - 0.5).round();
        if column < f64::from(plot.width) && (0.0..f64::from(plot.height)).contains(&row) {
            buffer[(plot.x + column as u16, plot.y + row as u16)]
                .set_symbol("•")
                .set_style(theme.strong(curve.role));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_values_can_be_drawn_at_any_size() {
        let theme = Theme { depth: Depth::True, rich_glyphs: true };
        let steps = [1, 2, 3, u64::MAX, 1 << 63, 1, 0];
        let extremes = vec![f64::MAX, f64::MIN, f64::MIN_POSITIVE, 1.0, f64::MAX, -0.0, 5e-324];
        for values in [
            vec![],
            vec![0.0],
            vec![1e300, -1e300],
            vec![f64::MAX; 2],
            vec![5.0; 3],
            vec![1e-12, 1e12, 0.0],
            extremes,
        ] {
            let mut series = Series::default();
            for (step, value) in steps.into_iter().zip(values) {
                series.push(step, 1, value);
            }
            for (width, height) in [(1, 1), (13, 5), (30, 8), (200, 60)] {
                for log_scale in [false, true] {
                    let curve = Curve {
                        name: "x",
                        role: Role::Training,
                        series: &series,
                        smoothing: 0.9,
                        marked: true,
                    };
                    let curves = [curve];
                    let chart =
                        Chart { title: "t", curves: &curves, steps: 10, log_scale, ceiling: None, empty: "" };
                    let area = Rect::new(0, 0, width, height);
                    chart.draw(&theme, area, &mut Buffer::empty(area));
                }
            }
        }
    }
}
