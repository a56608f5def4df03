//! Curves over the steps, in braille dots (half blocks where the font has no braille).

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::Series;
use crate::tui::state::history::Bucket;
use crate::tui::theme::{Depth, Role, Theme};

use super::axis::{self, Axis, round_step};
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
    /// Which values the vertical axis covers.
    pub fit: Fit,
    /// A step that is marked by a line from top to bottom.
    pub mark: Option<u64>,
    /// The text that is shown while there is nothing to draw.
    pub empty: &'a str,
}

/// Which values a vertical axis covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// All, unless a few lie so far out that the rest would be flat.
    #[default]
    Sensible,
    /// All.
    Whole,
    /// All but the largest hundredth.
    Folded,
}

impl Fit {
    /// The one that the key shows next.
    pub fn next(self) -> Self {
        match self {
            Fit::Sensible => Fit::Folded,
            Fit::Folded => Fit::Whole,
            Fit::Whole => Fit::Sensible,
        }
    }

    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            Fit::Sensible => "the charts show all values, unless a few would flatten the rest",
            Fit::Whole => "the charts show all values",
            Fit::Folded => "the charts leave out the largest hundredth of the values",
        }
    }
}

/// The fewest columns to which a name in the legend is cut.
const LEAST_NAME: usize = 8;

/// How many times larger the range of all values is than that of all but the largest hundredth, when these are folded
/// unasked.
const FAR_OUT: f64 = 20.0;

/// Smallest and largest value: those that the axis covers, and those that there are.
#[derive(Clone, Copy, Debug)]
struct Range {
    shown: (f64, f64),
    whole: (f64, f64),
}

impl Range {
    fn folds(&self) -> bool {
        self.shown != self.whole
    }
}

impl Chart<'_> {
    /// Draws into `area`.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let smoothing = self.curves.iter().map(|curve| curve.smoothing).fold(0.0, f64::max);
        let mut notes = Vec::new();
        if self.log_scale {
            notes.push("logarithmic".to_owned());
        }
        if smoothing > 0.0 {
            notes.push(format!("smoothed {smoothing}"));
        }
        let range = self.range();
        if let Some(range) = range.filter(Range::folds) {
            notes.push(format!("outliers up to {} folded", format::number(range.whole.1)));
        }
        let room = usize::from(area.width).saturating_sub(self.title.width() + 5);
        let mut block = panel(theme, self.title).title_top(self.legend(theme, room).right_aligned());
        if !notes.is_empty() {
            let notes = Line::styled(format!(" {} ", notes.join(", ")), theme.style(Role::Muted));
            block = block.title_bottom(notes);
        }
        let inner = block.inner(area);
        block.render(area, buffer);
        if inner.width < 12 || inner.height < 4 {
            return;
        }
        let Some(axis) = range.map(|range| self.axis(range)) else {
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
        let last = self.last_step();
        if let Some(step) = self.mark.filter(|step| *step <= last) {
            let x = plot.x + (step as f64 / last as f64 * f64::from(plot.width - 1)).round() as u16;
            for y in plot.top()..plot.bottom() {
                buffer[(x, y)].set_symbol("│").set_style(theme.style(Role::Warning));
            }
        }
        let mut dots = Dots::new(plot, theme.rich_glyphs);
        for curve in self.curves {
            plot_curve(theme, curve, &axis, last, &mut dots);
        }
        dots.draw(buffer);
        for curve in self.curves.iter().filter(|curve| curve.marked) {
            mark(theme, curve, &axis, last, plot, buffer);
        }
    }

    /// Signs and names, shortened so that they leave the title its place; then how many have no room.
    fn legend(&self, theme: &Theme, room: usize) -> Line<'static> {
        let mut shown: Vec<&Curve> = Vec::new();
        for curve in self.curves.iter().filter(|curve| curve.series.last().is_some()) {
            // The held-out values of a curve have its name and colour: their marks explain themselves.
            if !shown.iter().any(|other| other.name == curve.name && other.marked != curve.marked) {
                shown.push(curve);
            }
        }
        let needed: usize = shown.iter().map(|curve| curve.name.width() + 3).sum();
        let share = (room / shown.len().max(1)).saturating_sub(3);
        let widest = if needed < room { room } else { share.max(LEAST_NAME) };
        let mut spans = Vec::new();
        let mut left = room.saturating_sub(1);
        for (place, curve) in shown.iter().enumerate() {
            let sign = if curve.marked { "•" } else { "─" };
            let name = cut(curve.name, widest);
            // The last one needs no room for the count of the others.
            let needed = name.width() + 3 + if place + 1 == shown.len() { 0 } else { 4 };
            if needed > left {
                if left >= 4 {
                    spans.push(Span::styled(format!(" +{}", shown.len() - place), theme.style(Role::Muted)));
                }
                break;
            }
            left -= name.width() + 3;
            spans.push(Span::styled(format!(" {sign} "), theme.strong(curve.role)));
            spans.push(Span::styled(name, theme.style(Role::Muted)));
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

    /// `None` without values.
    fn range(&self) -> Option<Range> {
        let buckets = || self.curves.iter().flat_map(|curve| curve.series.buckets());
        let whole = buckets().fold(None, |range: Option<(f64, f64)>, bucket| {
            let (low, high) = range.unwrap_or((bucket.min, bucket.max));
            Some((low.min(bucket.min), high.max(bucket.max)))
        })?;
        let (low, high) = whole;
        // A bucket counts as often as it has steps: a history that was thinned weighs as much as one that was not.
        let usual = percentile(buckets().map(|bucket| (bucket.max, bucket.steps)), 0.99)?.max(low);
        let folds = match self.fit {
            Fit::Whole => false,
            Fit::Folded => usual < high,
            Fit::Sensible => !self.log_scale && high - low > FAR_OUT * (usual - low),
        };
        let newest = self.curves.iter().filter_map(|curve| curve.series.last()).map(|bucket| bucket.min);
        // What is going on now is never folded.
        let top = newest.fold(usual, f64::max).min(high);
        Some(Range { shown: if folds { (low, top) } else { whole }, whole })
    }

    fn axis(&self, Range { shown: (low, high), .. }: Range) -> Axis {
        if self.log_scale && high > 0.0 {
            let positive =
                |low: f64, bucket: &Bucket| if bucket.min > 0.0 { low.min(bucket.min) } else { low };
            let buckets = self.curves.iter().flat_map(|curve| curve.series.buckets());
            let low = buckets.fold(high, positive);
            return Axis::between(low / 1.2, high * 1.2, true);
        }
        let margin = axis::margin(low, high, 0.05);
        let bottom = if low >= 0.0 && low < 0.35 * high { 0.0 } else { low - margin };
        let top = self.ceiling.map_or(high + margin, |ceiling| (high + margin).min(ceiling.max(high)));
        Axis::between(bottom, if top > bottom { top } else { bottom + margin }, false)
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

/// The value below which this share of the values lies, each counted as often as its number says; `None` without values.
fn percentile(values: impl Iterator<Item = (f64, u64)>, share: f64) -> Option<f64> {
    let mut values: Vec<(f64, u64)> = values.collect();
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = values.iter().map(|(_, times)| *times as f64).sum();
    let mut counted = 0.0;
    let place = values.iter().position(|(_, times)| {
        counted += *times as f64;
        counted >= share * all
    });
    place.map(|place| values[place].0)
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
        let theme = Theme::new(Depth::True, true);
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
                for (log_scale, fit) in
                    [(false, Fit::Sensible), (true, Fit::Sensible), (false, Fit::Folded), (true, Fit::Whole)]
                {
                    let curve = Curve {
                        name: "x",
                        role: Role::Training,
                        series: &series,
                        smoothing: 0.9,
                        marked: true,
                    };
                    let curves = [curve];
                    let chart = Chart {
                        title: "t",
                        curves: &curves,
                        steps: 10,
                        log_scale,
                        ceiling: None,
                        fit,
                        mark: Some(3),
                        empty: "",
                    };
                    let area = Rect::new(0, 0, width, height);
                    chart.draw(&theme, area, &mut Buffer::empty(area));
                }
            }
        }
    }

    fn chart<'a>(curves: &'a [Curve<'a>], fit: Fit) -> Chart<'a> {
        Chart {
            title: "t",
            curves,
            steps: 0,
            log_scale: false,
            ceiling: Some(1.0),
            fit,
            mark: None,
            empty: "",
        }
    }

    fn curve(series: &Series) -> Curve<'_> {
        Curve { name: "x", role: Role::Training, series, smoothing: 0.0, marked: false }
    }

    #[test]
    fn a_jump_from_three_quarters_to_all_is_on_the_axis() {
        let mut series = Series::default();
        (1..=400).for_each(|step| series.push(step, 1, if step <= 4 { 0.75 } else { 1.0 }));
        let range = chart(&[curve(&series)], Fit::Sensible).range().unwrap();
        assert_eq!((range.shown, range.folds()), ((0.75, 1.0), false));
    }

    #[test]
    fn a_history_that_was_thinned_counts_as_many_steps_as_it_stands_for() {
        let mut series = Series::default();
        // The fall of the loss is in few long reports, what follows in many short ones.
        (1..=10).for_each(|report| series.push(report * 50, 50, 4.4 - 0.2 * report as f64));
        (501..=1500).for_each(|step| series.push(step, 1, 2.2));
        let folded = chart(&[curve(&series)], Fit::Folded).range().unwrap();
        assert!(folded.shown.1 > 4.1, "{folded:?}");
    }

    #[test]
    fn a_loss_that_exploded_once_is_folded_and_said_to_be_unless_all_is_wanted() {
        let mut series = Series::default();
        (1..=1000)
            .for_each(|step| series.push(step, 1, if step == 500 { 7e15 } else { 0.5 + 1.0 / step as f64 }));
        let shown = |fit| chart(&[curve(&series)], fit).range().unwrap().shown.1;
        assert!(shown(Fit::Sensible) < 2.0);
        assert_eq!(shown(Fit::Whole), 7e15);
    }

    #[test]
    fn tiny_values_have_an_axis_of_their_size() {
        let mut series = Series::default();
        (1..=9).for_each(|step| series.push(step, 1, step as f64 * 1e-12));
        let curves = [curve(&series)];
        let chart = chart(&curves, Fit::Sensible);
        let axis = chart.axis(chart.range().unwrap());
        assert!(axis.high < 1.1e-11, "{axis:?}");
    }
}
