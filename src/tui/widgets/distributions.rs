//! Distributions over the steps: steps to the right, values upwards. A place is brighter the more values are in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::run::watch::{AtStep, Distribution};
use crate::tui::format;
use crate::tui::theme::{Depth, Role, Theme};

use super::image::Image;

/// What a full cell looks like: red, green, blue.
const HUE: [f32; 3] = [0.45, 0.75, 1.0];

/// Draws into `area`: each step's distribution fills as many columns as there is room for.
pub fn draw(theme: &Theme, moments: &[AtStep<Distribution>], area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return };
    let low = moments.iter().map(|moment| moment.what.low).fold(f64::INFINITY, f64::min);
    let high = moments.iter().map(|moment| moment.what.high).fold(f64::NEG_INFINITY, f64::max);
    // The middle of a range is finite also where its width is not.
    let labels =
        [(area.top(), high), (area.top() + area.height.saturating_sub(1) / 2, low / 2.0 + high / 2.0)];
    let labels = labels.map(|(y, value)| (y, format::number(value)));
    let bottom = format::number(low);
    let gutter = labels.iter().map(|(_, label)| label.len()).max().unwrap_or(0).max(bottom.len()) as u16 + 1;
    if area.height < 3 || area.width < gutter + 4 {
        return;
    }
    let plot = Rect { x: area.x + gutter, width: area.width - gutter, height: area.height - 1, ..area };
    let muted = theme.style(Role::Muted);
    for (y, label) in labels.into_iter().chain([(plot.bottom() - 1, bottom)]) {
        if y < plot.bottom() {
            buffer.set_string(plot.x - 1 - label.len() as u16, y, label, muted);
        }
    }
    let (from, to) = (format::steps(first.step as f64), format::steps(last.step as f64));
    buffer.set_string(plot.x, plot.bottom(), &from, muted);
    if usize::from(plot.width) > from.len() + to.len() + 1 {
        buffer.set_string(plot.right() - to.len() as u16, plot.bottom(), &to, muted);
    }
    let (columns, rows) = (usize::from(plot.width), 2 * usize::from(plot.height));
    // Without colours brightness is all there is.
    let hue = if theme.depth == Depth::Monochrome { [1.0; 3] } else { HUE };
    let pixels = pixels(moments, (low, high), [columns, rows], hue);
    if let Some(image) = Image::new(&[rows, columns, 3], &pixels) {
        image.draw(theme, plot, buffer);
    }
}

/// Brightness of each column of steps and row of values, in a hue.
fn pixels(
    moments: &[AtStep<Distribution>],
    (low, high): (f64, f64),
    [columns, rows]: [usize; 2],
    hue: [f32; 3],
) -> Vec<f32> {
    let mut pixels = vec![0.0; columns * rows * 3];
    for column in 0..columns {
        let distribution = &moments[column * moments.len() / columns].what;
        let levels: Vec<f32> = (0..rows).map(|row| level(distribution, low, high, row, rows)).collect();
        let most = levels.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for (row, level) in levels.into_iter().enumerate() {
            // Few values should be seen beside many.
            let share = (level / most).sqrt();
            let at = (row * columns + column) * 3;
            pixels[at..at + 3].iter_mut().zip(hue).for_each(|(pixel, hue)| *pixel = share * hue);
        }
    }
    pixels
}

/// How dense the values of a row are, the highest values in row 0.
fn level(distribution: &Distribution, low: f64, high: f64, row: usize, rows: usize) -> f32 {
    let value = |row: usize| high - (high - low) * row as f64 / rows as f64;
    let (from, to) = (value(row + 1), value(row));
    let width = (distribution.high - distribution.low) / Distribution::BUCKETS as f64;
    if width <= 0.0 {
        // All values are the same: they are in the row that holds it.
        let holds = from <= distribution.low && (distribution.low < to || row == 0);
        return if holds || high <= low { 1.0 } else { 0.0 };
    }
    let place = |value: f64| {
        (((value - distribution.low) / width).floor().max(-1.0) as isize).min(Distribution::BUCKETS as isize)
    };
    let buckets = place(from)..=place(to);
    let count = |place: isize| usize::try_from(place).ok().and_then(|place| distribution.counts.get(place));
    buckets.filter_map(count).copied().fold(0.0, f32::max) / width as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(step: i64, buckets: &[[f64; 3]]) -> AtStep<Distribution> {
        AtStep { step, what: Distribution::new(step, buckets).expect("it has values") }
    }

    #[test]
    fn what_grows_moves_upwards() {
        let theme = Theme::new(Depth::Monochrome, true);
        let moments = [moment(0, &[[0.0, 1.0, 9.0]]), moment(10, &[[3.0, 4.0, 9.0]])];
        let area = Rect::new(0, 0, 12, 5);
        let mut buffer = Buffer::empty(area);
        draw(&theme, &moments, area, &mut buffer);
        let rows: Vec<String> =
            buffer.content.chunks(12).map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect();
        assert!(rows[0].starts_with("4 ") && rows[0].ends_with("@@@@@"), "{rows:?}");
        assert!(rows[3].starts_with("0 ") && rows[3].contains("@@@@@     "), "{rows:?}");
        assert!(rows[4].contains('0') && rows[4].ends_with("10"), "{rows:?}");
    }

    #[test]
    fn any_distribution_can_be_drawn_at_any_size() {
        let theme = Theme::new(Depth::True, true);
        let cases = [
            vec![],
            vec![moment(0, &[[2.0, 2.0, 7.0]])],
            vec![moment(-5, &[[-1e300, 1e300, 1.0]]), moment(i64::MAX, &[[0.0, 1e-300, 1e30]])],
        ];
        for moments in cases {
            for (width, height) in [(1, 1), (20, 3), (80, 24)] {
                let area = Rect::new(0, 0, width, height);
                draw(&theme, &moments, area, &mut Buffer::empty(area));
            }
        }
    }
}
