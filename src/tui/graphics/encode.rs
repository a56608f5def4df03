//! Images as terminals take them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{Picture, Protocol};
use crate::run::tensorboard::Pixels;

/// The longest piece of an image in Kitty's protocol, in bytes of base64.
const PIECE: usize = 4096;

/// What draws a picture at its place. The cursor comes back to where it was.
pub(super) fn drawn(protocol: Protocol, picture: &Picture) -> Vec<u8> {
    let (column, row) = (picture.area.x + 1, picture.area.y + 1);
    let mut bytes = format!("\x1b7\x1b[{row};{column}H").into_bytes();
    match protocol {
        Protocol::Kitty => bytes.extend(kitty(picture)),
        Protocol::Iterm2 => bytes.extend(iterm2(picture)),
        Protocol::Sixel => bytes.extend(sixel(picture)),
    }
    bytes.extend(b"\x1b8");
    bytes
}

fn png(picture: &Picture) -> Vec<u8> {
    let (width, height) = picture.size;
    let pixels = Pixels { width, height, channels: 3, bytes: picture.rgb.clone() };
    // It fails only for sizes that no picture has.
    pixels.png().unwrap_or_default()
}

/// <https://sw.kovidgoyal.net/kitty/graphics-protocol/>: a PNG in pieces, stretched over so many cells, without an answer and without
/// moving the cursor.
fn kitty(picture: &Picture) -> Vec<u8> {
    let text = BASE64_STANDARD.encode(png(picture));
    let (columns, rows) = (picture.area.width, picture.area.height);
    let mut bytes = Vec::new();
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(PIECE).collect();
    for (place, piece) in pieces.iter().enumerate() {
        let more = u8::from(place + 1 < pieces.len());
        let head = match place {
            0 => format!("a=T,f=100,q=2,C=1,c={columns},r={rows},m={more}"),
            _ => format!("m={more}"),
        };
        bytes.extend(format!("\x1b_G{head};").into_bytes());
        bytes.extend(*piece);
        bytes.extend(b"\x1b\\");
    }
    bytes
}

/// <https://iterm2.com/documentation-images.html>
fn iterm2(picture: &Picture) -> Vec<u8> {
    let file = png(picture);
    let (columns, rows) = (picture.area.width, picture.area.height);
    let head = format!("inline=1;size={};width={columns};height={rows};preserveAspectRatio=0", file.len());
    format!("\x1b]1337;File={head}:{}\x07", BASE64_STANDARD.encode(&file)).into_bytes()
}

/// The most colours of a Sixel image.
const COLOURS: usize = 256;

/// DEC STD 070: bands of six rows, a colour of a palette at a time, runs counted.
fn sixel(picture: &Picture) -> Vec<u8> {
    let (width, height) = (picture.size.0 as usize, picture.size.1 as usize);
    // Shades of as many levels as the palette has room for.
    let palette_of = |levels: u16| -> (Vec<[u8; 3]>, BTreeMap<[u8; 3], usize>) {
        let rounded = |level: u8| {
            let step = f32::from(levels - 1) / 255.0;
            ((f32::from(level) * step).round() / step).round() as u8
        };
        let all: Vec<[u8; 3]> =
            picture.rgb.as_chunks().0.iter().map(|rgb: &[u8; 3]| rgb.map(rounded)).collect();
        let mut palette = BTreeMap::new();
        for colour in &all {
            let next = palette.len();
            palette.entry(*colour).or_insert(next);
            if palette.len() > COLOURS {
                break;
            }
        }
        (all, palette)
    };
    // Six levels of each of three colours are 216.
    let fitting =
        [256, 64, 32, 16, 8].into_iter().map(palette_of).find(|(_, palette)| palette.len() <= COLOURS);
    let (pixels, palette) = fitting.unwrap_or_else(|| palette_of(6));
    let mut text = format!("\x1bP0;1q\"1;1;{width};{height}");
    for (colour, number) in &palette {
        let [r, g, b] = colour.map(|level| (u32::from(level) * 100 + 127) / 255);
        let _ = write!(text, "#{number};2;{r};{g};{b}");
    }
    for top in (0..height).step_by(6) {
        let rows = top..(top + 6).min(height);
        // For each colour of the band, which of the six rows have it in each column.
        let mut band: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for (bit, y) in rows.enumerate() {
            for (x, colour) in pixels[y * width..(y + 1) * width].iter().enumerate() {
                let number = palette.get(colour).copied().unwrap_or(0);
                band.entry(number).or_insert_with(|| vec![0; width])[x] |= 1 << bit;
            }
        }
        for (number, columns) in &band {
            let _ = write!(text, "#{number}");
            for run in columns.chunk_by(|a, b| a == b) {
                let sign = char::from(b'?' + run[0]);
                match run.len() {
                    count @ 4.. => drop(write!(text, "!{count}{sign}")),
                    count => text.extend(std::iter::repeat_n(sign, count)),
                }
            }
            text.push('$');
        }
        text.push('-');
    }
    text.push_str("\x1b\\");
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn picture(size: (u32, u32), rgb: Vec<u8>) -> Picture {
        Picture { area: Rect::new(2, 4, 3, 2), size, rgb }
    }

    #[test]
    fn a_sixel_image_has_its_colours_in_percent_and_its_rows_as_bits() {
        // Two columns and seven rows: red above, the last row blue; DEC STD 070 by hand.
        let mut rgb = [255, 0, 0].repeat(12);
        rgb.extend([0, 0, 255].repeat(2));
        let text = String::from_utf8(sixel(&picture((2, 7), rgb))).unwrap();
        assert_eq!(text, "\x1bP0;1q\"1;1;2;7#1;2;0;0;100#0;2;100;0;0#0~~$-#1@@$-\x1b\\");
    }

    #[test]
    fn a_photograph_has_no_more_colours_than_the_palette() {
        let rgb: Vec<u8> = (0..64 * 64)
            .flat_map(|at: u32| [(at % 64 * 4) as u8, (at / 64 * 4) as u8, (at % 7 * 36) as u8])
            .collect();
        let text = String::from_utf8(sixel(&picture((64, 64), rgb))).unwrap();
        assert!(text.matches(";2;").count() <= COLOURS && text.matches('-').count() == 11, "{}", text.len());
    }

    /// iterm2.com/documentation-images.html: arguments with semicolons between, a colon, the file in base64, BEL; sizes without a unit
    /// are cells, and a file that is longer than its size is refused.
    #[test]
    fn an_image_for_iterm2_is_one_file_of_the_size_that_is_told() {
        let bytes = drawn(Protocol::Iterm2, &picture((2, 2), vec![7; 12]));
        let text = String::from_utf8(bytes).unwrap();
        let inside = text.strip_prefix("\x1b7\x1b[5;3H\x1b]1337;File=").unwrap();
        let (arguments, file) = inside.strip_suffix("\x07\x1b8").unwrap().split_once(':').unwrap();
        let file = BASE64_STANDARD.decode(file).unwrap();
        assert!(file.starts_with(b"\x89PNG\r\n"));
        let expected = format!("inline=1;size={};width=3;height=2;preserveAspectRatio=0", file.len());
        assert_eq!(arguments, expected);
    }

    #[test]
    fn a_long_image_comes_to_kitty_in_pieces_whose_last_says_so() {
        // Noise, which a PNG does not make smaller.
        let mut state = 1_u32;
        let mut noise = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        };
        let rgb: Vec<u8> = (0..3 * 64 * 64).map(|_| noise()).collect();
        let bytes = String::from_utf8(drawn(Protocol::Kitty, &picture((64, 64), rgb))).unwrap();
        assert!(
            bytes.starts_with("\x1b7\x1b[5;3H\x1b_Ga=T,f=100,q=2,C=1,c=3,r=2,m=1;iVBORw0KGgo")
                && bytes.ends_with("\x1b\\\x1b8")
        );
        let pieces: Vec<&str> = bytes.split("\x1b_G").skip(1).collect();
        assert!(pieces.len() > 2 && pieces.iter().all(|piece| piece.len() < PIECE + 60));
        assert!(pieces[1..pieces.len() - 1].iter().all(|piece| piece.starts_with("m=1;")));
        assert!(pieces[pieces.len() - 1].starts_with("m=0;"));
    }
}
