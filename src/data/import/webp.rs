//! The chunks of WebP files. The decoder takes memory for as many bytes as a chunk is said to have, so that is looked at
//! first. "WebP Container Specification" (Google).

use std::io::{self, Read, Seek, SeekFrom};

/// Whether every chunk of a file of `size` bytes ends within it; the file stands at its beginning again then.
///
/// # Errors
/// The first chunk that does not; when the file cannot be read.
pub(super) fn check_chunks(file: &mut (impl Read + Seek), size: u64) -> io::Result<()> {
    let mut at = 12;
    // Fewer bytes than a chunk's header are for the decoder to refuse.
    while size.saturating_sub(at) >= 8 {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let [a, b, c, d, length @ ..] = head;
        let (length, held) = (u64::from(u32::from_le_bytes(length)), size - at - 8);
        if length > held {
            let name = [a, b, c, d].escape_ascii().to_string();
            let problem = format!("its chunk {name} is said to have {length} bytes, and {held} are left");
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        // Chunks begin at even places.
        at += 8 + length + length % 2;
    }
    file.rewind()
}
