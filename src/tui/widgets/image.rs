//! An image in cells: two pixels a cell, one above the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::tui::theme::{Depth, Theme};

/// Pixels as a data set gives them: `[height, width, channels]`, channels 1 (grey) or 3 (red, green, blue).
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    width: usize,
    height: usize,
    channels: usize,
    pixels: &'a [f32],
    /// The values of black and white.
    range: (f32, f32),
}

/// From dark to bright, for terminals without colours.
const RAMP: &[u8] = b" .:-=+*#%@";

impl<'a> Image<'a> {
    /// The image of such a shape; `None` for inputs that are no images.
    pub fn new(shape: &[usize], pixels: &'a [f32]) -> Option<Self> {
        let (height, width, channels) = match *shape {
            [height, width] => (height, width, 1),
            [height, width, channels @ (1 | 3)] => (height, width, channels),
            _ => return None,
        };
        if height == 0 || width == 0 || pixels.len() != height * width * channels {
            return None;
        }
        let (low, high) = pixels.iter().fold((0.0_f32, 1.0_f32), |(low, high), &p| (low.min(p), high.max(p)));
        Some(Image { width, height, channels, pixels, range: (low, high) })
    }

    /// Columns and rows at the largest whole scale (at least 1) that fits into `area`.
    pub fn cells(&self, area: Rect) -> (u16, u16) {
        let scale = self.scale(area);
        let clip = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
        (clip(self.width * scale), clip((self.height * scale).div_ceil(2)))
    }

    fn scale(&self, area: Rect) -> usize {
        let across = usize::from(area.width) / self.width;
        let down = 2 * usize::from(area.height) / self.height;
        across.min(down).max(1)
    }

    fn pixel(&self, x: usize, y: usize) -> Option<[f32; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y * self.width + x) * self.channels;
        let (low, high) = self.range;
        let level = |value: f32| ((value - low) / (high - low)).clamp(0.0, 1.0);
        let first = level(self.pixels[at]);
        Some(if self.channels == 3 {
            [first, level(self.pixels[at + 1]), level(self.pixels[at + 2])]
        } else {
            [first; 3]
        })
    }

    /// Draws from the top left of `area`; what does not fit is cut off.
    pub fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let scale = self.scale(area);
        let (columns, rows) = self.cells(area);
        let area = Rect { width: columns.min(area.width), height: rows.min(area.height), ..area };
        for position in area.intersection(buffer.area).positions() {
            let x = usize::from(position.x - area.x) / scale;
            let y = 2 * usize::from(position.y - area.y);
            let (upper, lower) = (self.pixel(x, y / scale), self.pixel(x, (y + 1) / scale));
            let cell = &mut buffer[position];
            if theme.depth == Depth::Monochrome {
                let grey = |p: Option<[f32; 3]>| p.map_or(0.0, |[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b);
                let level = (grey(upper) + grey(lower)) / 2.0;
                let letter = RAMP[(level * (RAMP.len() - 1) as f32).round() as usize];
                cell.set_char(char::from(letter));
            } else {
                let color = |p: Option<[f32; 3]>| {
                    p.map_or(Color::Reset, |rgb| {
                        let [r, g, b] = rgb.map(|level| (level * 255.0).round() as u8);
                        theme.rgb(r, g, b)
                    })
                };
                cell.set_symbol("▀").set_fg(color(upper)).set_bg(color(lower));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pixels_share_a_cell() {
        let theme = Theme { depth: Depth::True, rich_glyphs: true };
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
        let theme = Theme { depth: Depth::Monochrome, rich_glyphs: true };
        let pixels = [0.0, 1.0, 0.0, 1.0];
        let image = Image::new(&[2, 2, 1], &pixels).expect("a shape of an image");
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        image.draw(&theme, area, &mut buffer);
        assert_eq!((buffer[(0, 0)].symbol(), buffer[(1, 0)].symbol()), (" ", "@"));
    }

    #[test]
    fn what_is_no_image_is_refused() {
        assert!(Image::new(&[30], &[0.0; 30]).is_none());
        assert!(Image::new(&[2, 2, 1], &[0.0; 3]).is_none());
        assert!(Image::new(&[0, 2, 1], &[]).is_none());
    }
}
