//! The legend, and what the cursor reads.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::abscissa::Abscissa;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{cut, end_of};

use super::curves::{Chart, Curve, Placed, Quantity};
use super::frame::Geometry;

/// The fewest columns to which a name in the legend is cut.
const LEAST_NAME: usize = 8;

/// A place on the axis in words.
fn place(along: Abscissa, x: f64) -> String {
    let short = short(along, x);
    match along {
        Abscissa::Step => format!("step {short}"),
        Abscissa::Epoch => format!("epoch {short}"),
        Abscissa::Elapsed => format!("after {short}"),
        Abscissa::WallTime => format!("{short} UTC"),
    }
}

/// The same where it is plain what is counted.
fn short(along: Abscissa, x: f64) -> String {
    match along {
        Abscissa::Step => format::thousands(x.max(0.0) as u64),
        Abscissa::Epoch => format!("{x:.2}"),
        Abscissa::Elapsed => format::clock(x, 1.0),
        Abscissa::WallTime => format::time_of_day(x, 1.0),
    }
}

/// The cursor's place, for the upper border.
pub(super) fn place_line(theme: &Theme, along: Abscissa, x: f64) -> Line<'static> {
    Line::styled(format!(" {} ", place(along, x)), theme.strong(Role::Accent))
}

/// The most columns that a name may take, so that names of these widths fit into `room` with their signs: short ones leave
/// their room to the others.
fn widest_name(widths: impl Iterator<Item = usize>, room: usize) -> usize {
    let mut widths: Vec<usize> = widths.collect();
    widths.sort_unstable();
    let mut left = room.saturating_sub(3 * widths.len());
    for (place, width) in widths.iter().enumerate() {
        let share = left / (widths.len() - place);
        if *width > share {
            return share.max(LEAST_NAME);
        }
        left -= width;
    }
    room
}

/// A row of what the cursor reads: sign, name, value, and its own place where that is not the cursor's.
struct Reading {
    sign: &'static str,
    role: Role,
    name: String,
    value: String,
    place: String,
}

impl Chart<'_> {
    /// Signs and names, shortened so that they leave the title its place; then how many have no room.
    pub(super) fn legend(&self, theme: &Theme, room: usize) -> Line<'static> {
        let mut shown: Vec<&Curve> = Vec::new();
        for curve in self.curves.iter().filter(|curve| curve.series.last().is_some()) {
            // The held-out values of a curve have its name and colour: their marks explain themselves.
            if !shown.iter().any(|other| other.name == curve.name && other.marked != curve.marked) {
                shown.push(curve);
            }
        }
        let widest = widest_name(shown.iter().map(|curve| curve.name.width()), room.saturating_sub(1));
        let mut spans = Vec::new();
        let mut left = room.saturating_sub(1);
        for (place, curve) in shown.iter().enumerate() {
            let sign = if curve.marked { "•" } else { "─" };
            // Names of runs differ at their ends.
            let name = end_of(curve.name, widest);
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

    /// A value as the axis writes it.
    fn in_words(&self, value: f64) -> String {
        match self.quantity {
            Quantity::Share => format::percent(value),
            Quantity::Number => format::number(value),
        }
    }

    /// What stands at the cursor: for each curve its value that lies nearest, as it came, and what happened there.
    fn readings(&self, x: f64, placed: &[Placed], geometry: &Geometry) -> Vec<Reading> {
        let along = self.options.layout.along;
        let here = place(along, x);
        let mut readings = Vec::new();
        // The curve on top is the most important one.
        for placed in placed.iter().rev() {
            let Some((at, bucket)) = placed.nearest(x) else { continue };
            let there = place(along, at);
            let spread = (bucket.min < bucket.max)
                .then(|| format!(" ({} to {})", self.in_words(bucket.min), self.in_words(bucket.max)));
            readings.push(Reading {
                sign: if placed.curve.marked { "•" } else { "─" },
                role: placed.curve.role,
                name: placed.curve.name.to_owned(),
                value: self.in_words(bucket.mean) + &spread.unwrap_or_default(),
                place: if there == here { String::new() } else { format!(" at {}", short(along, at)) },
            });
        }
        let column = geometry.column(x);
        let here = self.marks.iter().filter(|mark| {
            let at = self.mark_column(mark, geometry);
            at.is_some() && at == column
        });
        readings.extend(here.map(|mark| Reading {
            sign: mark.kind.sign(),
            role: Role::Warning,
            name: mark.text.clone(),
            value: String::new(),
            place: String::new(),
        }));
        readings
    }

    /// Draws what the cursor reads, beside it, over the half of the curves that it does not stand in; gives the place that it takes.
    pub(super) fn draw_readout(
        &self,
        theme: &Theme,
        x: f64,
        placed: &[Placed],
        geometry: &Geometry,
        buffer: &mut Buffer,
    ) -> Rect {
        let plot = geometry.plot;
        let readings = self.readings(x, placed, geometry);
        let most = usize::from(plot.width.saturating_sub(2));
        let rest = readings.iter().map(|reading| reading.value.width() + reading.place.width() + 4).max();
        let Some(rest) = rest.filter(|rest| rest + 3 < most) else { return Rect::default() };
        let names = readings.iter().map(|reading| reading.name.width()).max().unwrap_or(0).min(most - rest);
        let rows = readings.len().min(usize::from(plot.height));
        let width = (names + rest) as u16;
        let is_on_the_left = geometry.x.share(x) > 0.5;
        let left = if is_on_the_left { plot.x } else { plot.right() - width };
        for (place, reading) in readings.iter().take(rows).enumerate() {
            let row = Rect { x: left, y: plot.y + place as u16, width, height: 1 };
            Clear.render(row, buffer);
            let more = place + 1 == rows && rows < readings.len();
            let line = if more {
                Line::styled(format!(" {} more", readings.len() - place), theme.style(Role::Muted))
            } else {
                // A mark's text has the room that values have.
                let name = if reading.value.is_empty() {
                    cut(&reading.name, usize::from(width) - 3)
                } else {
                    end_of(&reading.name, names)
                };
                let space = " ".repeat(names.saturating_sub(name.width()));
                Line::from(vec![
                    Span::styled(format!(" {} ", reading.sign), theme.strong(reading.role)),
                    Span::styled(format!("{name}{space} "), theme.style(Role::Muted)),
                    Span::raw(reading.value.clone()),
                    Span::styled(reading.place.clone(), theme.style(Role::Muted)),
                ])
            };
            line.render(row, buffer);
        }
        Rect { x: left, y: plot.y, width, height: rows as u16 }
    }
}
