//! Whether an image file holds several pictures, and whether a GIF's palette has a colour that is transparent: by its blocks, none
//! of which is decoded.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::system::files;

/// Bytes of a file that are looked at.
const LOOKED_AT: u64 = 1 << 24;

/// What the blocks of an image file say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Blocks {
    /// Whether it has more than one picture.
    pub are_several: bool,
    /// Whether it is a GIF, of which decoders give an alpha channel in any case.
    pub is_gif: bool,
    /// Whether a GIF's first picture has a colour that is transparent.
    pub is_clear: bool,
}

impl Blocks {
    /// Those of a file; nothing where it cannot be read, which is told elsewhere.
    pub fn of(file: &Path) -> Self {
        let Ok(mut opened) = files::open(file) else { return Blocks::default() };
        let mut start = [0; 4];
        if opened.read_exact(&mut start).is_err() {
            return Blocks::default();
        }
        if let b"II*\0" | b"MM\0*" = &start {
            let are_several = next_in_tiff(&mut opened, start[0] == b'M').is_some_and(|next| next != 0);
            return Blocks { are_several, ..Blocks::default() };
        }
        let mut bytes = start.to_vec();
        // Of the others the beginning says it.
        let most = if &start == b"GIF8" { LOOKED_AT } else { 1 << 12 };
        if opened.take(most).read_to_end(&mut bytes).is_err() {
            return Blocks::default();
        }
        let are_several = match &start {
            b"GIF8" => return of_gif(&bytes).unwrap_or(Blocks { is_gif: true, ..Blocks::default() }),
            b"RIFF" => {
                bytes.get(8..16) == Some(b"WEBPVP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
            }
            b"\x89PNG" => {
                bytes.windows(4).take_while(|chunk| *chunk != b"IDAT").any(|chunk| chunk == b"acTL")
            }
            _ => false,
        };
        Blocks { are_several, ..Blocks::default() }
    }
}

/// Where the second picture of a TIFF begins, as its specification (TIFF 6.0) has it; 0 where there is none.
fn next_in_tiff(file: &mut (impl Read + Seek), is_big_endian: bool) -> Option<u32> {
    let mut number = |at: u64, count: usize| {
        let mut bytes = [0; 4];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut bytes[..count]).ok()?;
        if is_big_endian {
            bytes[..count].reverse();
        }
        Some(u32::from_le_bytes(bytes))
    };
    let first = u64::from(number(4, 4)?);
    let entries = u64::from(number(first, 2)?);
    number(first + 2 + 12 * entries, 4)
}

/// The blocks of a GIF, as its specification (GIF89a, 1990) has them; `None` where they end too soon.
fn of_gif(bytes: &[u8]) -> Option<Blocks> {
    let palette = |packed: u8| if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) };
    let (mut at, mut pictures, mut is_clear) = (13 + palette(*bytes.get(10)?), 0, false);
    while pictures < 2 {
        match *bytes.get(at)? {
            0x21 => {
                // A graphic control stands in front of the picture that it speaks of.
                let is_control = *bytes.get(at + 1)? == 0xf9;
                is_clear |= pictures == 0 && is_control && bytes.get(at + 3)? & 1 != 0;
                at = behind_parts(bytes, at + 2)?;
            }
            0x2c => {
                pictures += 1;
                at = behind_parts(bytes, at + 11 + palette(*bytes.get(at + 9)?))?;
            }
            _ => break,
        }
    }
    Some(Blocks { are_several: pictures > 1, is_gif: true, is_clear })
}

/// The place behind parts with their lengths in front, of which the last is empty.
fn behind_parts(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            length => at += 1 + length,
        }
    }
}
