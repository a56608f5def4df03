//! An image in cells: two pixels per cell, one above the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::graphics;
use crate::tui::theme::Theme;

use super::pixels::{self, Tone};

/// Pixels as a data set gives them: `[height, width, channels]`, channels 1 (grey) or 3 (red, green, blue).
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    width: usize,
    height: usize,
    channels: usize,
    pixels: &'a [f32],
    /// The values that are drawn black and white. A range around zero is drawn in two colours, by sign.
    range: (f32, f32),
}

/// How many half cells a pixel takes, or how many pixels share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// How many half cells a pixel is wide and high.
    Up(usize),
    /// How many pixels across and down are drawn as one.
    Down(usize),
}

impl Scale {
    /// The columns and rows that an image of this height and width takes.
    pub fn cells(self, height: usize, width: usize) -> (u16, u16) {
        let (width, height) = match self {
            Scale::Up(by) => (width.saturating_mul(by), height.saturating_mul(by)),
            Scale::Down(by) => (width.div_ceil(by.max(1)), height.div_ceil(by.max(1))),
        };
        let clip = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
        (clip(width), clip(height.div_ceil(2)))
    }
}

impl<'a> Image<'a> {
    /// An image of this shape; `None` for inputs that are not images.
    pub fn new(shape: &[usize], pixels: &'a [f32]) -> Option<Self> {
        let range = pixels.iter().fold((0.0_f32, 1.0_f32), |(low, high), &p| (low.min(p), high.max(p)));
        // A standardised image has values below zero; it is still one of dark and bright.
        Self::ranged(
            shape,
            pixels,
            if range.0 == -range.1 { (range.0, range.1 + f32::EPSILON) } else { range },
        )
    }

    /// The same with the values that are drawn darkest and brightest. A range around zero (`-a, a`): colours by sign.
    pub fn ranged(shape: &[usize], pixels: &'a [f32], range: (f32, f32)) -> Option<Self> {
        let (height, width, channels) = match *shape {
            [height, width] => (height, width, 1),
            [height, width, channels @ (1 | 3)] => (height, width, channels),
            _ => return None,
        };
        let size = height.checked_mul(width).and_then(|size| size.checked_mul(channels));
        if height == 0 || width == 0 || size != Some(pixels.len()) {
            return None;
        }
        Some(Image { width, height, channels, pixels, range })
    }

    /// Columns and rows at the largest whole scale (at least 1) that fits into `area`.
    pub fn cells(&self, area: Rect) -> (u16, u16) {
        self.scale(area).cells(self.height, self.width)
    }

    fn scale(&self, area: Rect) -> Scale {
        let across = usize::from(area.width) / self.width;
        let down = 2 * usize::from(area.height) / self.height;
        Scale::Up(across.min(down).max(1))
    }

    /// The place of the whole image, as large as it can be in `area`, where pixels are drawn.
    fn fitted(&self, area: Rect) -> Rect {
        let (across, down) =
            graphics::cell().map_or((1.0, 2.0), |(width, height)| (f64::from(width), f64::from(height)));
        let (width, height) = (self.width as f64 / across, self.height as f64 / down);
        let by = (f64::from(area.width) / width).min(f64::from(area.height) / height);
        let cells = |side: f64, most: u16| ((side * by).round() as u16).clamp(1, most.max(1));
        Rect { width: cells(width, area.width), height: cells(height, area.height), ..area }
    }

    fn tone(&self, x: usize, y: usize) -> Option<Tone> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y * self.width + x) * self.channels;
        let (low, high) = self.range;
        let span = if high > low { high - low } else { 1.0 };
        let level = |value: f32| (value - low) / span;
        Some(match self.pixels[at..at + self.channels] {
            [r, g, b] => Tone::Rgb([r, g, b].map(level)),
            [value, ..] if low == -high => Tone::Signed(value / if high > 0.0 { high } else { 1.0 }),
            _ => Tone::Grey(level(self.pixels[at])),
        })
    }

    /// The mean of `by` times `by` pixels.
    fn mean(&self, x: usize, y: usize, by: usize) -> Option<Tone> {
        let inside = (y * by..((y + 1) * by).min(self.height))
            .flat_map(|y| (x * by..((x + 1) * by).min(self.width)).map(move |x| (x, y)));
        let tones: Vec<Tone> = inside.filter_map(|(x, y)| self.tone(x, y)).collect();
        let count = tones.len() as f32;
        let mean = |level: fn(&Tone) -> f32| tones.iter().map(level).sum::<f32>() / count;
        Some(match tones.first()? {
            Tone::Rgb(_) => Tone::Rgb(std::array::from_fn(|i| {
                tones.iter().map(|tone| if let Tone::Rgb(rgb) = tone { rgb[i] } else { 0.0 }).sum::<f32>()
                    / count
            })),
            Tone::Signed(_) => {
                Tone::Signed(mean(|tone| if let Tone::Signed(level) = tone { *level } else { 0.0 }))
            }
            _ => Tone::Grey(mean(|tone| if let Tone::Grey(level) = tone { *level } else { 0.0 })),
        })
    }

    /// Draws from the top left of `area` as large as it can; what does not fit is cut off.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        self.draw_scaled(theme, self.scale(area), area, buffer);
    }

    /// Draws from the top left of `area` at that scale; what does not fit is cut off.
    pub fn draw_scaled(&self, theme: &Theme, scale: Scale, area: Rect, buffer: &mut Buffer) {
        let (columns, rows) = scale.cells(self.height, self.width);
        let fits = columns <= area.width && rows <= area.height;
        let place = if fits { Rect { width: columns, height: rows, ..area } } else { self.fitted(area) };
        let colour = |x, y| self.tone(x, y).map_or([0; 3], |tone| tone.rgb(theme));
        if graphics::offer(place, (self.width, self.height), buffer, colour) {
            return;
        }
        let area = Rect { width: columns.min(area.width), height: rows.min(area.height), ..area };
        pixels::draw(theme, area, buffer, |x, y| match scale {
            Scale::Up(by) => self.tone(x / by.max(1), y / by.max(1)),
            Scale::Down(by) => self.mean(x, y, by.max(1)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;
    use ratatui::style::Color;

    #[test]
    fn two_pixels_share_a_cell() {
        let theme = Theme::new(Depth::True, true);
        let pixels = [0.0, 1.0, 1.0, 0.0];
        let image = Image::new(&[2, 2, 1], &pixels).expect("a shape of an image");
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        image.draw(&theme, area, &mut buffer);
        assert_eq!(buffer[(0, 0)].fg, Color::Rgb(0, 0, 0));
        assert_eq!(buffer[(0, 0)].bg, Color::Rgb(255, 255, 255));
        assert_eq!(buffer[(1, 0)].fg, Color::Rgb(255, 255, 255));
    }

    #[test]
    fn without_colours_brightness_becomes_letters() {
        let theme = Theme::new(Depth::Monochrome, true);
        let pixels = [0.0, 1.0, 0.0, 1.0];
        let image = Image::new(&[2, 2, 1], &pixels).expect("a shape of an image");
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        image.draw(&theme, area, &mut buffer);
        assert_eq!((buffer[(0, 0)].symbol(), buffer[(1, 0)].symbol()), (" ", "@"));
    }

    #[test]
    fn made_smaller_an_image_shows_the_means() {
        let theme = Theme::new(Depth::True, true);
        let pixels = [[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]].concat().repeat(2);
        let image = Image::new(&[4, 4, 1], &pixels).expect("a shape of an image");
        let area = Rect::new(0, 0, 4, 4);
        let mut buffer = Buffer::empty(area);
        image.draw_scaled(&theme, Scale::Down(2), area, &mut buffer);
        assert_eq!(buffer[(0, 0)].fg, Color::Rgb(128, 128, 128));
        assert_eq!(buffer[(1, 0)].fg, Color::Rgb(0, 0, 0));
        assert_eq!(buffer[(2, 0)].symbol(), " ");
    }

    #[test]
    fn what_is_no_image_is_refused() {
        assert!(Image::new(&[30], &[0.0; 30]).is_none());
        assert!(Image::new(&[2, 2, 1], &[0.0; 3]).is_none());
        assert!(Image::new(&[0, 2, 1], &[]).is_none());
    }
}
