//! IDX, MNIST's format: magic (0, 0, type, axes), the axes' lengths as big-endian u32, then the numbers.

use crate::data::Error;

/// An IDX file of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The axes' lengths.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub bytes: Vec<u8>,
}

const UNSIGNED_BYTES: u8 = 0x08;

/// Reads an IDX file of unsigned bytes; `origin` names it in errors.
///
/// # Errors
/// When the magic, the type or the size is not what it should be.
pub fn parse(mut file: Vec<u8>, origin: &str) -> Result<Idx, Error> {
    let broken = |problem: String| Error::Broken { origin: origin.to_string(), problem };
    let &[0, 0, kind, axes] = file.first_chunk::<4>().ok_or_else(|| {
        broken(format!("{} bytes are too few for an IDX file: its magic number alone takes 4", file.len()))
    })?
    else {
        return Err(broken("byte 1: an IDX file begins with two zero bytes".into()));
    };
    if kind != UNSIGNED_BYTES {
        return Err(broken(format!(
            "byte 3: type 0x{kind:02x} is not supported, only unsigned bytes (0x08)"
        )));
    }
    let head = 4 + 4 * usize::from(axes);
    let lengths = file.get(4..head).ok_or_else(|| {
        broken(format!("the file ends at byte {} in the lengths of its {axes} axes", file.len()))
    })?;
    let shape: Vec<usize> = lengths
        .chunks_exact(4)
        .map(|length| length.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)))
        .collect();
    let count = shape
        .iter()
        .try_fold(1_usize, |product, &length| product.checked_mul(length))
        .ok_or_else(|| broken(format!("the axes {shape:?} are too long to be true")))?;
    if file.len() - head != count {
        let held = file.len() - head;
        return Err(broken(format!(
            "the axes {shape:?} ask for {count} bytes after byte {head}, the file has {held}"
        )));
    }
    file.drain(..head);
    Ok(Idx { shape, bytes: file })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_whole_file_is_read() {
        let file = vec![0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        assert_eq!(parse(file, "x").unwrap(), Idx { shape: vec![2, 3], bytes: vec![1, 2, 3, 4, 5, 6] });
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problem = |file: &[u8]| parse(file.to_vec(), "labels.idx").unwrap_err().to_string();
        assert!(problem(&[0, 0]).starts_with("labels.idx: 2 bytes are too few"));
        assert!(problem(&[1, 0, 8, 1, 0, 0, 0, 0]).contains("byte 1"));
        assert!(problem(&[0, 0, 13, 1, 0, 0, 0, 0]).contains("type 0x0d"));
        assert!(
            problem(&[0, 0, 8, 1, 0, 0, 0, 5, 1, 2]).contains("ask for 5 bytes after byte 8, the file has 2")
        );
        assert!(
            problem(&[0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255])
                .contains("too long")
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(bytes, "x");
        }
    }
}
