//! WAV files as programs write them, put in order for a decoder that expects them by the book: sizes that a pipe could not
//! know, chunks beside the sound, samples in the upper bits of wider containers.
//!
//! "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft 1991); `WAVE_FORMAT_EXTENSIBLE` and
//! where samples lie in their containers: "Multiple Channel Audio Data and WAVE Files" (Microsoft 2001); RF64: EBU Tech 3306.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// Whether a file's first bytes are those of a WAV file.
pub fn is_wav(start: &[u8]) -> bool {
    let is_riff = [b"RIFF", b"RF64", b"BW64"].iter().any(|id| start.starts_with(*id));
    is_riff && start.get(8..12) == Some(b"WAVE")
}

/// A size from which on no file has it: what programs put there that do not know it yet.
const UNKNOWN: u32 = 0x7fff_f000;
/// `WAVE_FORMAT_PCM`.
const PCM: u16 = 1;
/// `WAVE_FORMAT_EXTENSIBLE`: the format's number is further back.
const EXTENSIBLE: u16 = 0xfffe;
/// A bit stands for the place of each channel in 32 of them.
const MOST_CHANNELS: u16 = 32;
/// Bytes of the longest format chunk that is read; what is behind them belongs to compressed formats.
const LONGEST_FORMAT: u64 = 64;

/// A WAV file's sound behind a header of its own.
pub struct InOrder {
    head: Cursor<Vec<u8>>,
    file: File,
    /// Where the sound is in the file.
    first: u64,
    /// Bytes of it.
    length: u64,
    /// The place in the whole, header and sound.
    at: u64,
}

/// Where the sound is.
struct Data {
    first: u64,
    length: u64,
}

impl InOrder {
    /// Finds the format and the sound in a file of `size` bytes.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn new(mut file: File, size: u64) -> Result<Self, String> {
        let (format, Data { first, length }) = chunks(&mut file, size)?;
        let channels = u16::from_le_bytes([format[2], format[3]]);
        if !(1..=MOST_CHANNELS).contains(&channels) {
            return Err(format!("{channels} channels cannot be"));
        }
        let format = by_the_book(format);
        let block = u64::from(u16::from_le_bytes([format[12], format[13]])).max(1);
        let length = length - length % block;
        let total = 20 + format.len() as u64 + length;
        let (Ok(total), Ok(data)) = (u32::try_from(total), u32::try_from(length)) else {
            return Err(format!("{length} bytes of sound are more than any that is read"));
        };
        let head = [
            &b"RIFF"[..],
            &total.to_le_bytes(),
            b"WAVEfmt ",
            &(format.len() as u32).to_le_bytes(),
            &format,
            b"data",
            &data.to_le_bytes(),
        ];
        Ok(InOrder { head: Cursor::new(head.concat()), file, first, length, at: 0 })
    }

    fn head(&self) -> u64 {
        self.head.get_ref().len() as u64
    }
}

/// Walks through the chunks until the sound.
fn chunks(file: &mut File, size: u64) -> Result<(Vec<u8>, Data), String> {
    let system = |error: io::Error| error.to_string();
    let mut riff = [0; 12];
    file.rewind().and_then(|()| file.read_exact(&mut riff)).map_err(system)?;
    let whole = u32::from_le_bytes([riff[4], riff[5], riff[6], riff[7]]);
    let (mut format, mut long_length) = (None, None);
    let mut at = 12;
    loop {
        let mut head = [0; 8];
        let held = size.saturating_sub(at);
        if held < head.len() as u64 {
            return Err(match format {
                None => "it ends before its format is told".into(),
                Some(_) => "it ends before its sound begins".into(),
            });
        }
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut head)).map_err(system)?;
        let [a, b, c, d, sizes @ ..] = head;
        let (length, first) = (u32::from_le_bytes(sizes), at + 8);
        let held = size - first;
        match &[a, b, c, d] {
            b"fmt " => {
                let mut chunk = Vec::new();
                let most = u64::from(length).min(LONGEST_FORMAT);
                Read::by_ref(file).take(most).read_to_end(&mut chunk).map_err(system)?;
                if chunk.len() < 16 {
                    return Err(format!("its format has {} bytes, and 16 are the least", chunk.len()));
                }
                format = Some(chunk);
            }
            // A file of more than 4 GB has its lengths here.
            b"ds64" => {
                let mut sizes = [0; 16];
                file.read_exact(&mut sizes).map_err(system)?;
                let [_, _, _, _, _, _, _, _, length @ ..] = sizes;
                long_length = Some(u64::from_le_bytes(length));
            }
            b"data" => {
                let format = format.ok_or("its sound begins before its format is told")?;
                // Of a length of 0, a whole that ends where the file ends says that it is meant.
                let is_meant = u64::from(whole) + 8 == size;
                let length = match (length, long_length) {
                    (u32::MAX, Some(long)) => long,
                    (UNKNOWN.., _) => held,
                    (0, _) if !is_meant => held,
                    (length, _) => u64::from(length),
                };
                if length > held {
                    return Err(format!(
                        "its sound is said to have {length} bytes, and the file holds {held} of them"
                    ));
                }
                return Ok((format, Data { first, length }));
            }
            _ => {}
        }
        // Chunks begin at even places: a byte fills up one of an odd length.
        at = first + u64::from(length) + u64::from(length % 2);
    }
}

/// The format without its extension, where its samples are plain: those of fewer bits than their containers lie in the
/// upper bits, so they are read as samples of as many bits as the containers have.
fn by_the_book(mut format: Vec<u8>) -> Vec<u8> {
    let word = |format: &[u8], at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
    if word(&format, 0) == EXTENSIBLE && format.len() >= 26 {
        format.copy_within(24..26, 0);
        format.truncate(16);
    }
    let [kind, channels, block, bits] = [0, 2, 12, 14].map(|at| word(&format, at));
    if kind == PCM {
        let container = u32::from(block) * 8 / u32::from(channels);
        // Some programs leave the size of a block out, or get it wrong.
        let is_told = [8, 16, 24, 32].contains(&container) && container >= u32::from(bits);
        let bits = if is_told { container as u16 } else { bits.div_ceil(8).saturating_mul(8) };
        let block = channels.saturating_mul(bits / 8);
        format.truncate(16);
        format[12..14].copy_from_slice(&block.to_le_bytes());
        format[14..16].copy_from_slice(&bits.to_le_bytes());
    } else if format.len() < 18 {
        // The length of an extension, which formats other than PCM have: none.
        format.resize(18, 0);
    }
    format
}

impl Read for InOrder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let head = self.head();
        let count = if self.at < head {
            self.head.set_position(self.at);
            self.head.read(out)?
        } else {
            let left = (head + self.length).saturating_sub(self.at);
            self.file.seek(SeekFrom::Start(self.first + self.at - head))?;
            Read::by_ref(&mut self.file).take(left).read(out)?
        };
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for InOrder {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(from) => (self.head() + self.length).checked_add_signed(from),
            SeekFrom::Current(from) => self.at.checked_add_signed(from),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for InOrder {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.head() + self.length)
    }
}
