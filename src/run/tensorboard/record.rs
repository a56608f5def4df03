//! `TFRecord` framing.

use std::io::{self, Read, Write};

/// A record longer than this is taken for a damaged length.
pub const LARGEST: u64 = 256 << 20;

/// TensorFlow's mask keeps a checksum of data that holds checksums from being trivial.
fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Appends one record.
///
/// # Errors
/// What the writer returns.
pub fn write(out: &mut impl Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    // One write call, so that a record that fits the buffer is never seen in half by a reader.
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend_from_slice(&length);
    record.extend_from_slice(&masked_crc(&length).to_le_bytes());
    record.extend_from_slice(data);
    record.extend_from_slice(&masked_crc(data).to_le_bytes());
    out.write_all(&record)
}

/// What comes next in a file of records.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A whole record of this many bytes is in the buffer; with its framing it takes 16 more in the file.
    Record(usize),
    /// The file ends here, or in the middle of a record that may still be written.
    End,
    /// The checksum of a length is wrong: nothing after it can be found.
    DamagedLength,
    /// The checksum of the data is wrong; the next record can be read.
    DamagedData(usize),
}

/// Reads the next record into `data`.
///
/// # Errors
/// What the reader returns, but for the end of the file.
pub fn read(from: &mut impl Read, data: &mut Vec<u8>) -> io::Result<Next> {
    let mut head = [0; 12];
    if !fill(from, &mut head)? {
        return Ok(Next::End);
    }
    let (length, crc) = head.split_at(8);
    let size = u64::from_le_bytes(length.try_into().unwrap_or_default());
    if masked_crc(length).to_le_bytes() != crc || size > LARGEST {
        return Ok(Next::DamagedLength);
    }
    data.clear();
    // Memory is taken as bytes come, so a file that ends early cannot make us reserve what it claims to hold.
    if from.by_ref().take(size).read_to_end(data)? as u64 != size {
        return Ok(Next::End);
    }
    let mut crc = [0; 4];
    if !fill(from, &mut crc)? {
        return Ok(Next::End);
    }
    let size = data.len();
    Ok(if masked_crc(data).to_le_bytes() == crc { Next::Record(size) } else { Next::DamagedData(size) })
}

/// What stands at the beginning of some bytes of a file of records.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A whole record's data; with its framing it takes 16 bytes more.
    Record(&'a [u8]),
    /// To know, so many bytes are needed from the beginning on.
    More(u64),
    /// No record, or one that is damaged: [`find`] where the next may be.
    Damaged,
}

/// Looks at the beginning of `bytes`.
pub fn piece(bytes: &[u8]) -> Piece<'_> {
    let Some(head) = bytes.first_chunk::<12>() else { return Piece::More(12) };
    let Some(size) = length(head) else { return Piece::Damaged };
    let Some(rest) = usize::try_from(size).ok().and_then(|size| bytes.get(12..12 + size + 4)) else {
        return Piece::More(size + 16);
    };
    let (data, crc) = rest.split_at(rest.len() - 4);
    if masked_crc(data).to_le_bytes() == crc { Piece::Record(data) } else { Piece::Damaged }
}

/// The first place in `bytes`, after its beginning, where a record may start: a length with the right checksum. By
/// chance that is so once in 2^32 places, so reading can begin in the middle of a file.
pub fn find(bytes: &[u8]) -> Option<usize> {
    let places = bytes.windows(12).enumerate().skip(1);
    places
        .filter_map(|(at, window)| Some((at, window.first_chunk()?)))
        .find_map(|(at, head)| length(head).map(|_| at))
}

/// The length in a record's head, if its checksum is right.
fn length(head: &[u8; 12]) -> Option<u64> {
    let (length, crc) = head.split_at(8);
    let size = u64::from_le_bytes(length.try_into().ok()?);
    (size <= LARGEST && masked_crc(length).to_le_bytes() == crc).then_some(size)
}

fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_come_back_and_a_torn_tail_is_the_end(
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..6), cut in 0_usize..16,
        ) {
            let mut file = Vec::new();
            for record in &records {
                write(&mut file, record).unwrap();
            }
            file.truncate(file.len() - cut);
            let whole = if cut == 0 { records.len() } else { records.len() - 1 };
            let (mut from, mut data) = (&file[..], Vec::new());
            for record in &records[..whole] {
                prop_assert_eq!(read(&mut from, &mut data).unwrap(), Next::Record(record.len()));
                prop_assert_eq!(&data, record);
            }
            prop_assert_eq!(read(&mut from, &mut data).unwrap(), Next::End);
        }

        #[test]
        fn reading_can_begin_anywhere(
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 2..6), from in 1_usize..200,
        ) {
            let (mut file, mut starts) = (Vec::new(), Vec::new());
            for record in &records {
                starts.push(file.len());
                write(&mut file, record).unwrap();
            }
            let from = from.min(file.len());
            let next = starts.iter().position(|start| *start > from);
            let found = find(&file[from..]).map(|at| from + at);
            prop_assert_eq!(found, next.map(|next| starts[next]));
            if let Some(next) = next {
                prop_assert_eq!(piece(&file[starts[next]..]), Piece::Record(&records[next]));
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let (mut from, mut data) = (&bytes[..], Vec::new());
            while matches!(read(&mut from, &mut data).unwrap(), Next::Record(_) | Next::DamagedData(_)) {}
        }
    }
}
