//! Images of grey shades in fewer bytes than a general compressor needs: MNIST's are 29% smaller so, and the program with them.
//!
//! It is a crate of its own, so that it is compiled for speed: it works on every start.
//!
//! MNIST's authors shrank each digit from a larger image in black and white. An image shrunk to a given part has only some shades,
//! in an order that returns every so many pixels. So images are sorted into kinds, mostly those that were shrunk alike, and a
//! [`model`] learns each kind's shades while it reads. A kind is coded apart from the others, and threads decode them side by side.
//!
//! A coded file of `n` images has:
//! * the kind of each image (`u8`);
//! * `n` heights, `n` middle rows, `n` widths and `n` middle columns of the images' frames, outside which all is black (`u8`);
//! * for each kind, the length of its piece (`u32`, little-endian);
//! * the pieces: the state of the [`coder`] (`u64`), then words (`u32`).

use rayon::prelude::*;

use coder::Decoder;
use model::{Frame, Model};

mod coder;
#[cfg(test)]
mod kinds;
mod model;

/// The bytes of each image before the pieces: its kind and its frame.
const BYTES_OF_IMAGE: usize = 5;

const SHORT: &str = "it is cut short";

/// The pixels of `count` images, `[count, side, side]`.
///
/// # Errors
/// What is wrong with the file.
pub fn decode(coded: &[u8], count: usize, side: usize) -> Result<Vec<u8>, &'static str> {
    let (images_told, rest) = coded.split_at_checked(BYTES_OF_IMAGE * count).ok_or(SHORT)?;
    let (kinds, frames) = images_told.split_at(count);
    let frames = frames_of(frames, count, side).ok_or("a frame is larger than the images")?;
    let kind_count = kinds.iter().max().map_or(0, |last| usize::from(*last) + 1);
    let (lengths, mut rest) = rest.split_at_checked(4 * kind_count).ok_or(SHORT)?;
    let mut images = vec![0; count * side * side];
    let mut of_kinds: Vec<Vec<(&mut [u8], Frame)>> = (0..kind_count).map(|_| Vec::new()).collect();
    for ((image, frame), kind) in images.chunks_exact_mut((side * side).max(1)).zip(frames).zip(kinds) {
        of_kinds[usize::from(*kind)].push((image, frame));
    }
    let mut pieces = Vec::with_capacity(kind_count);
    for (images, length) in of_kinds.into_iter().zip(lengths.chunks_exact(4)) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let (piece, others) = rest.split_at_checked(length).ok_or(SHORT)?;
        pieces.push((images, piece));
        rest = others;
    }
    // The longest first, so that no thread begins one when the others are done.
    pieces.sort_by_key(|(_, piece)| std::cmp::Reverse(piece.len()));
    let decoded =
        pieces.into_par_iter().with_max_len(1).map(|(images, piece)| decode_kind(images, piece, side));
    decoded.collect::<Option<()>>().ok_or(SHORT)?;
    Ok(images)
}

fn decode_kind(images: Vec<(&mut [u8], Frame)>, piece: &[u8], side: usize) -> Option<()> {
    if images.is_empty() {
        return Some(());
    }
    let (mut model, mut decoder) = (Model::new(side), Decoder::new(piece)?);
    images.into_iter().try_for_each(|(image, frame)| model.image(&mut decoder, image, frame))
}

/// The images' frames; `None` when one is not inside its image.
fn frames_of(told: &[u8], count: usize, side: usize) -> Option<Vec<Frame>> {
    let frame = |image: usize| {
        let told = |which: usize| usize::from(told[which * count + image]);
        let span = |length: usize, middle: usize| {
            let begin = middle.checked_sub(length / 2)?;
            Some((begin, begin + length)).filter(|(_, end)| *end <= side)
        };
        let ((top, bottom), (left, right)) = (span(told(0), told(1))?, span(told(2), told(3))?);
        Some(Frame { top, left, bottom, right })
    };
    (0..count).map(frame).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest frame of an image.
    fn frame(image: &[u8], side: usize) -> Frame {
        let (mut frame, mut is_black) = (Frame { top: 0, left: 0, bottom: 0, right: 0 }, true);
        for place in (0..image.len()).filter(|place| image[*place] != 0) {
            let (row, column) = (place / side, place % side);
            if std::mem::take(&mut is_black) {
                frame = Frame { top: row, left: column, bottom: row, right: column };
            }
            frame.left = frame.left.min(column);
            frame.right = frame.right.max(column + 1);
            frame.bottom = row + 1;
        }
        frame
    }

    fn encode(images: &[u8], side: usize, kinds: &[u8]) -> Vec<u8> {
        let each = |image: usize| &images[image * side * side..][..side * side];
        let frames: Vec<Frame> = (0..kinds.len()).map(|image| frame(each(image), side)).collect();
        let pieces = (0..=kinds.iter().copied().max().unwrap()).map(|kind| {
            let (mut model, mut encoder) = (Model::new(side), coder::Encoder::default());
            for image in (0..kinds.len()).filter(|image| kinds[*image] == kind) {
                model.image(&mut encoder, &mut each(image).to_vec(), frames[image]).unwrap();
            }
            encoder.piece()
        });
        let pieces: Vec<Vec<u8>> = pieces.collect();
        let told: [fn(&Frame) -> usize; 4] = [
            |frame| frame.bottom - frame.top,
            |frame| frame.top + (frame.bottom - frame.top) / 2,
            |frame| frame.right - frame.left,
            |frame| frame.left + (frame.right - frame.left) / 2,
        ];
        let mut coded = kinds.to_vec();
        coded.extend(told.iter().flat_map(|told| frames.iter().map(|frame| told(frame) as u8)));
        coded.extend(pieces.iter().flat_map(|piece| (piece.len() as u32).to_le_bytes()));
        coded.extend(pieces.concat());
        coded
    }

    /// Blurred squares, some with noise.
    fn images(count: usize, side: usize) -> Vec<u8> {
        let mut noise = 1_u32;
        let pixel = |at: usize| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (image, row, column) = (at / (side * side), at / side % side, at % side);
            let from_middle = row.abs_diff(side / 2).max(column.abs_diff(image % side));
            let shade = 255_usize.saturating_sub(60 * from_middle.saturating_sub(2));
            if image % 5 == 4 { (noise >> 24) as u8 } else { shade as u8 }
        };
        (0..count * side * side).map(pixel).collect()
    }

    /// Two kinds, the second of which every fifth image is.
    fn kinds(count: usize) -> Vec<u8> {
        (0..count).map(|image| u8::from(image % 5 == 4)).collect()
    }

    #[test]
    fn images_come_back_bit_by_bit_in_fewer_bytes() {
        for (count, side) in [(1, 1), (7, 5), (33, 28), (100, 12)] {
            let images = images(count, side);
            let coded = encode(&images, side, &kinds(count));
            assert_eq!(decode(&coded, count, side).as_ref(), Ok(&images), "{count} of {side}");
        }
        let black = vec![0; 3 * 16];
        assert_eq!(decode(&encode(&black, 4, &[0, 2, 2]), 3, 4), Ok(black), "kind 1 has no image");
        let smooth: Vec<u8> = images(500, 28).chunks(784).filter(|x| x[0] == 0).flatten().copied().collect();
        let count = smooth.len() / 784;
        let coded = encode(&smooth, 28, &vec![0; count]).len() - BYTES_OF_IMAGE * count;
        assert!(coded < smooth.len() / 50, "{coded} of {}", smooth.len());
    }

    #[test]
    fn a_file_that_is_cut_or_broken_is_refused_or_gives_other_pixels_and_never_ends_the_program() {
        let images = images(40, 9);
        let coded = encode(&images, 9, &kinds(40));
        for length in [0, 39, 199, 200, 203, 208, 215, coded.len() - 1] {
            assert_eq!(decode(&coded[..length], 40, 9), Err(SHORT), "{length}");
        }
        let mut wide = coded.clone();
        wide[40] = 10;
        assert_eq!(decode(&wide, 40, 9), Err("a frame is larger than the images"));
        for at in 0..coded.len() {
            let mut broken = coded.clone();
            broken[at] ^= 0x55;
            let _ = decode(&broken, 40, 9);
        }
    }

    /// Writes the embedded file from those of MNIST's authors in the folder `$MNIST`.
    #[test]
    #[ignore = "writes assets/data/mnist/images.shades.zst; takes minutes"]
    fn the_embedded_images_are_written() {
        let folder =
            std::path::PathBuf::from(std::env::var_os("MNIST").expect("the folder of MNIST's files"));
        let pixels = ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"]
            .map(|name| std::fs::read(folder.join(name)).expect("a file of MNIST").split_off(16));
        let pixels = pixels.concat();
        let coded = encode(&pixels, 28, &kinds::found(&pixels, 28));
        let sum: String = md5::Digest::finalize(<md5::Md5 as md5::Digest>::new_with_prefix(&coded))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        println!("part!(\"mnist/images.shades\", \"{sum}\", {})", coded.len());
        let packed = zstd::bulk::compress(&coded, 22).expect("it compresses");
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../assets/data/mnist/images.shades.zst");
        std::fs::write(file, packed).expect("it is written");
    }
}
