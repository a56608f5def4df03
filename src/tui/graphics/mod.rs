//! Images in pixels, where the terminal draws them: by Kitty's protocol, iTerm2's, or as Sixel.
//!
//! `asked`: which of them a terminal understands, found out without waiting; `encode`: their sequences; `shown`: what is on the screen.
//!
//! A widget offers a picture while a frame is drawn; where it is taken, the widget leaves the place blank, and the picture is sent after
//! the frame. Where nobody takes it, as in tests and in most terminals, the widget draws half blocks. While a popup is open no picture is
//! taken, so that none covers it.

mod asked;
mod encode;
mod shown;

use std::cell::RefCell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use serde::Deserialize;

pub use asked::{Asked, Asking, LIMIT, QUESTION};
pub use shown::Shown;

/// How a terminal takes images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Kitty's graphics protocol.
    Kitty,
    /// iTerm2's inline images.
    Iterm2,
    /// DEC's Sixel.
    Sixel,
}

/// Whether images are drawn in pixels, as `config.ron` says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Images {
    /// Where the terminal says that it can.
    #[default]
    Auto,
    /// Never: half blocks.
    Blocks,
    /// By Kitty's protocol, whatever the terminal says.
    Kitty,
    /// By iTerm2's.
    Iterm2,
    /// As Sixel.
    Sixel,
}

/// The pixels of a cell of the terminal: width and height.
pub type Cell = (u16, u16);

/// An image at a place of the screen.
#[derive(Clone, Debug, PartialEq)]
struct Picture {
    area: Rect,
    /// Columns and rows of pixels.
    size: (u32, u32),
    /// Red, green and blue of each pixel, row by row.
    rgb: Vec<u8>,
}

/// The most pixels of an image.
const PIXELS: u64 = 4 << 20;

/// What takes the pictures of the frame that is drawn on this thread.
struct Taking {
    cell: Cell,
    pictures: Vec<Picture>,
}

thread_local! {
    static TAKING: RefCell<Option<Taking>> = const { RefCell::new(None) };
}

/// Draws with pictures of a terminal whose cells have so many pixels, which are returned.
fn taking(cell: Cell, draw: impl FnOnce()) -> Vec<Picture> {
    TAKING.with_borrow_mut(|taking| *taking = Some(Taking { cell, pictures: Vec::new() }));
    draw();
    TAKING.take().map_or_else(Vec::new, |taking| taking.pictures)
}

/// Offers an image of `width` x `height` pixels to fill `area`, whose pixels `rgb` gives. Where it is taken, the area is left blank in
/// `buffer`, and true is returned.
pub fn offer(
    area: Rect,
    (width, height): (usize, usize),
    buffer: &mut Buffer,
    rgb: impl Fn(usize, usize) -> [u8; 3],
) -> bool {
    let area = area.intersection(buffer.area);
    TAKING.with_borrow_mut(|taking| {
        let Some(taking) = taking.as_mut().filter(|_| !area.is_empty() && width > 0 && height > 0) else {
            return false;
        };
        let (across, down) = (
            u32::from(area.width) * u32::from(taking.cell.0),
            u32::from(area.height) * u32::from(taking.cell.1),
        );
        if u64::from(across) * u64::from(down) > PIXELS || across == 0 || down == 0 {
            return false;
        }
        let mut bytes = Vec::with_capacity((across * down * 3) as usize);
        for y in 0..down as usize {
            for x in 0..across as usize {
                bytes.extend(rgb(x * width / across as usize, y * height / down as usize));
            }
        }
        // A blank that differs from every other blank: it is written again when the picture goes.
        let blank = Style::reset().fg(Color::Indexed(16));
        for place in area.positions() {
            buffer[place].reset();
            buffer[place].set_style(blank);
        }
        taking.pictures.push(Picture { area, size: (across, down), rgb: bytes });
        true
    })
}

/// The pixels of a cell, where pictures are taken.
pub fn cell() -> Option<Cell> {
    TAKING.with_borrow(|taking| taking.as_ref().map(|taking| taking.cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_taken_only_while_a_frame_is_drawn_for_a_terminal_that_shows_it() {
        let area = Rect::new(1, 1, 2, 1);
        let mut buffer = Buffer::filled(Rect::new(0, 0, 4, 3), ratatui::buffer::Cell::new("x"));
        let colour = |x: usize, y: usize| [x as u8, y as u8, 9];
        assert!(!offer(area, (2, 2), &mut buffer, colour));
        let taken = taking((2, 4), || assert!(offer(area, (2, 2), &mut buffer, colour)));
        let [Picture { size, rgb, .. }] = &taken[..] else { panic!("{taken:?}") };
        // Each of 2 x 2 pixels becomes 2 x 2 of 4 x 4.
        assert_eq!((*size, rgb.len()), ((4, 4), 48));
        let pixel = |x: usize, y: usize| rgb[3 * (4 * y + x)..][..3].to_vec();
        assert_eq!([pixel(1, 1), pixel(2, 1), pixel(3, 2)], [[0, 0, 9], [1, 0, 9], [1, 1, 9]].map(Vec::from));
        assert_eq!((buffer[(1, 1)].symbol(), buffer[(3, 1)].symbol()), (" ", "x"));
        assert!(!offer(area, (2, 2), &mut buffer, colour), "the frame is over");
    }
}
