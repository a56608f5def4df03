//! Curves over steps, epochs or time, in braille dots (half blocks where the font has no braille).
//!
//! `curves`: what a chart is made of; `fit`: which values the vertical axis covers; `frame`: axes and ticks, and where a place on the screen lies on them;
//! `plot`: curves and marks; `references`: lines to compare them with; `readout`: the legend, and what the cursor reads.

mod curves;
mod fit;
mod frame;
mod plot;
mod readout;
mod references;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::abscissa::Abscissa;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::cut_words;

pub use curves::{Chart, Curve, Quantity};

use super::panel;
use frame::Geometry;

impl Chart<'_> {
    /// Draws into `area`.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let placed = self.placed();
        let inner = panel(theme, self.title).inner(area);
        let geometry = self.geometry(&placed, inner);
        self.draw_border(theme, area, geometry.as_ref(), buffer);
        let Some(geometry) = geometry else {
            if inner.height > 0 {
                let row = Rect { y: inner.y + inner.height / 2, height: 1, ..inner };
                let has_values = self.extent(&placed).is_some() && self.horizontal(&placed).is_some();
                let text = match self.options.layout.along {
                    _ if has_values => "no room for this chart",
                    _ if !self.has_no_places(&placed) => self.empty,
                    Abscissa::Epoch => "the epochs of this run are not known",
                    Abscissa::Step | Abscissa::Elapsed | Abscissa::WallTime => {
                        "the times of this run are not known"
                    }
                };
                Line::styled(text, theme.style(Role::Muted)).centered().render(row, buffer);
            }
            return;
        };
        geometry.draw(theme, buffer);
        self.draw_references(theme, &geometry, buffer);
        self.draw_marks(theme, &geometry, buffer);
        if let Some(column) = self.options.cursor.and_then(|x| geometry.column(x)) {
            for y in geometry.plot.top()..geometry.plot.bottom() {
                buffer[(column, y)].set_symbol("│").set_style(theme.style(Role::Accent));
            }
        }
        plot::draw(theme, &placed, &geometry, buffer);
        self.draw_phases(theme, &geometry, buffer);
        let covered = self.options.cursor.map(|x| self.draw_readout(theme, x, &placed, &geometry, buffer));
        self.name_references(theme, &geometry, covered.unwrap_or_default(), buffer);
    }

    /// The place on the horizontal axis under a place on the screen; `None` outside the axes.
    pub fn place_at(&self, theme: &Theme, area: Rect, at: Position) -> Option<f64> {
        let geometry = self.geometry(&self.placed(), panel(theme, self.title).inner(area))?;
        geometry.plot.contains(at).then(|| geometry.place(at.x))
    }

    /// How far one column of the screen reaches on the horizontal axis.
    pub fn per_column(&self, theme: &Theme, area: Rect) -> Option<f64> {
        let geometry = self.geometry(&self.placed(), panel(theme, self.title).inner(area))?;
        Some((geometry.x.high - geometry.x.low) / f64::from(geometry.plot.width.max(1)))
    }

    /// The whole horizontal axis; `None` without values.
    pub fn whole(&self) -> Option<(f64, f64)> {
        self.whole_axis(&self.placed())
    }

    /// The nearest real value of any curve beyond `x`, to the right or to the left.
    pub fn next_value(&self, x: f64, is_rightwards: bool) -> Option<f64> {
        let placed = self.placed();
        let beyond = placed.iter().filter_map(|curve| {
            if is_rightwards {
                curve.xs.get(curve.xs.partition_point(|there| *there <= x)).copied()
            } else {
                curve.xs.partition_point(|there| *there < x).checked_sub(1).map(|place| curve.xs[place])
            }
        });
        beyond.reduce(if is_rightwards { f64::min } else { f64::max })
    }

    /// Title, legend or the cursor's place, and in the lower border how the curves are drawn.
    fn draw_border(&self, theme: &Theme, area: Rect, geometry: Option<&Geometry>, buffer: &mut Buffer) {
        let layout = &self.options.layout;
        let smoothing = self.curves.iter().map(|curve| curve.smoothing).fold(0.0, f64::max);
        let inside = usize::from(area.width).saturating_sub(4);
        let axes = match (self.log_y, layout.log_x) {
            (true, true) => Some(["both axes logarithmic", "log x, log y"]),
            (true, false) => Some(["logarithmic", "log y"]),
            (false, true) => Some(["horizontally logarithmic", "log x"]),
            (false, false) => None,
        };
        let mut notes = Vec::new();
        if smoothing > 0.0 {
            notes.push(format!("smoothed {smoothing}"));
        }
        if self.options.view.is_some() {
            notes.push("a part".to_owned());
        }
        if let Some(top) = geometry.and_then(|geometry| geometry.folded) {
            notes.push(format!("outliers up to {} folded", format::number(top)));
        }
        notes.extend(self.notes.iter().cloned());
        if let Some([long, short]) = axes {
            let taken = notes.iter().map(|note| note.width() + 2).sum::<usize>();
            let signs = geometry.map_or(0, |geometry| self.signs_in_words(geometry).width());
            let beside = signs + layout.along.title().width() + 4;
            notes.insert(0, if taken + long.width() + beside <= inside { long } else { short }.to_owned());
        }
        let room = usize::from(area.width).saturating_sub(self.title.width() + 5);
        let right = match self.options.cursor.filter(|_| geometry.is_some()) {
            Some(x) => readout::place_line(theme, layout.along, x),
            None => self.legend(theme, room),
        };
        let muted = theme.style(Role::Muted);
        let mut block = panel(theme, self.title).title_top(right.right_aligned());
        if !notes.is_empty() {
            block = block
                .title_bottom(Line::styled(format!(" {} ", cut_words(&notes.join(", "), inside)), muted));
        }
        if let Some(geometry) = geometry {
            // What the axis counts, and what the signs on it mean, as far as there is room.
            let taken = notes.iter().map(|note| note.width() + 2).sum::<usize>() + 4;
            let along = layout.along.title();
            let signs = self.signs_in_words(geometry);
            let longest = [format!(" {signs}{along} "), format!(" {along} ")];
            let fitting = longest.into_iter().find(|text| text.width() + taken <= usize::from(area.width));
            if let Some(text) = fitting {
                block = block.title_bottom(Line::styled(text, muted).right_aligned());
            }
        }
        block.render(area, buffer);
    }
}
