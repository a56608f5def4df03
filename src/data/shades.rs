//! Images of grey shades in fewer bytes than a general compressor needs: MNIST's are 12% smaller so, and the program with them.
//!
//! Each pixel is coded by how often its shade occurs beside the four neighbours that are known before it, with asymmetric numeral
//! systems (Duda 2013, "Asymmetric numeral systems", the range variant).
//!
//! A coded file has, in little-endian order:
//! * for each of the [`CONTEXTS`], how often each of the 256 shades occurs, in shares of 2^[`BITS`] (`u16`);
//! * the lengths of [`PIECES`] pieces (`u32`), each of which has the same number of images, the last ones fewer;
//! * the pieces: the state of the coder (`u32`), then bytes.

use rayon::prelude::*;

/// Levels of a neighbour.
const LEVELS: usize = 4;
/// Combinations of the levels of four neighbours.
const CONTEXTS: usize = LEVELS * LEVELS * LEVELS * LEVELS;
const SHADES: usize = 256;
/// Pieces that threads decode independently of each other.
const PIECES: usize = 32;
/// The bits of a share.
const BITS: u32 = 15;
/// The coder's state is at least this after each pixel.
const LOWEST: u32 = 1 << 23;
/// Shares that have an entry of the search table together: 2 to this power.
const STRIDE: u32 = BITS - 8;

/// The level of a neighbour: white, light, dark or black.
fn level(shade: u8) -> usize {
    match shade {
        0 => 0,
        1..128 => 1,
        128..254 => 2,
        254.. => 3,
    }
}

/// The shares of the shades in one context.
struct Shares {
    /// Where each shade begins, and the end.
    begins: [u16; SHADES + 1],
    /// A shade from which to search, for every 2^[`STRIDE`] shares.
    from: [u8; SHADES],
}

impl Shares {
    /// `None` when the shares are more than all.
    fn read(shares: &[u8]) -> Option<Self> {
        let mut begins = [0; SHADES + 1];
        for (shade, share) in shares.chunks_exact(2).enumerate() {
            let end = u32::from(begins[shade]) + u32::from(u16::from_le_bytes([share[0], share[1]]));
            begins[shade + 1] = u16::try_from(end).ok().filter(|_| end <= 1 << BITS)?;
        }
        let mut from = [0; SHADES];
        let mut shade = 0;
        for (entry, from) in (0..).zip(&mut from) {
            while shade < SHADES - 1 && begins[shade + 1] <= entry << STRIDE {
                shade += 1;
            }
            *from = shade as u8;
        }
        Some(Shares { begins, from })
    }

    /// The shade that has this share.
    fn shade(&self, share: u16) -> usize {
        let mut shade = usize::from(self.from[usize::from(share >> STRIDE)]);
        while shade < SHADES - 1 && self.begins[shade + 1] <= share {
            shade += 1;
        }
        shade
    }
}

/// The pixels of `count` images, `[count, side, side]`.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn decode(coded: &[u8], count: usize, side: usize) -> Result<Vec<u8>, &'static str> {
    const SHORT: &str = "it is cut short";
    let (shares, rest) = coded.split_at_checked(2 * CONTEXTS * SHADES).ok_or(SHORT)?;
    let shares: Option<Vec<Shares>> = shares.chunks_exact(2 * SHADES).map(Shares::read).collect();
    let shares = shares.ok_or("its shares are too large")?;
    let (lengths, mut rest) = rest.split_at_checked(4 * PIECES).ok_or(SHORT)?;
    let mut pieces = Vec::with_capacity(PIECES);
    for length in lengths.chunks_exact(4) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let (piece, others) = rest.split_at_checked(length).ok_or(SHORT)?;
        pieces.push(piece);
        rest = others;
    }
    let mut images = vec![0; count * side * side];
    let each = count.div_ceil(PIECES).max(1) * side * side;
    let decoded = images
        .par_chunks_mut(each)
        .zip(pieces)
        .map(|(images, piece)| decode_piece(&shares, piece, images, side).ok_or(SHORT));
    decoded.collect::<Result<(), _>>()?;
    Ok(images)
}

fn decode_piece(shares: &[Shares], piece: &[u8], images: &mut [u8], side: usize) -> Option<()> {
    let (state, rest) = piece.split_first_chunk::<4>()?;
    let (mut state, mut rest) = (u32::from_le_bytes(*state), rest.iter());
    // The levels of the row above and of this one, with a white pixel at both ends.
    let (mut above, mut levels) = (vec![0; side + 2], vec![0; side + 2]);
    for image in images.chunks_exact_mut(side * side) {
        above.fill(0);
        for row in image.chunks_exact_mut(side) {
            let mut left = 0;
            let around = above.windows(3).zip(&mut levels[1..]);
            for (pixel, (around, level_here)) in row.iter_mut().zip(around) {
                let context = ((left * LEVELS + around[1]) * LEVELS + around[2]) * LEVELS + around[0];
                let shares = &shares[context];
                let share = (state & ((1 << BITS) - 1)) as u16;
                // Most pixels are white.
                let shade = if share < shares.begins[1] { 0 } else { shares.shade(share) };
                let begin = shares.begins[shade];
                let width = u32::from(shares.begins[shade + 1] - begin);
                state = width * (state >> BITS) + u32::from(share.checked_sub(begin)?);
                while state < LOWEST {
                    state = (state << 8) | u32::from(*rest.next()?);
                }
                *pixel = shade as u8;
                left = level(shade as u8);
                *level_here = left;
            }
            std::mem::swap(&mut above, &mut levels);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What surrounds the pixel at `place` of an image that is known so far; outside the image all is white.
    fn context(image: &[u8], side: usize, place: usize) -> usize {
        let (row, column) = (place / side, place % side);
        let at = |is_inside: bool, back: usize| if is_inside { level(image[place - back]) } else { 0 };
        let left = at(column > 0, 1);
        let above = at(row > 0, side);
        let right_above = at(row > 0 && column + 1 < side, side.wrapping_sub(1));
        let left_above = at(row > 0 && column > 0, side + 1);
        ((left * LEVELS + above) * LEVELS + right_above) * LEVELS + left_above
    }

    /// How often each shade occurs in each context, in shares of which none that occurs is 0.
    fn shares(images: &[u8], side: usize) -> Vec<[u16; SHADES]> {
        let mut counts = vec![[0_u64; SHADES]; CONTEXTS];
        for image in images.chunks_exact(side * side) {
            (0..image.len()).for_each(|at| counts[context(image, side, at)][usize::from(image[at])] += 1);
        }
        let shares = counts.iter().map(|counts| {
            let all = counts.iter().sum::<u64>().max(1);
            let share = |count: u64| (count << BITS).div_ceil(all) as i64;
            let mut shares = counts.map(share);
            // The most frequent ones make up for what the others were rounded up.
            while shares.iter().sum::<i64>() > 1 << BITS {
                let excess = shares.iter().sum::<i64>() - (1 << BITS);
                let most = shares.iter_mut().max().unwrap();
                *most -= excess.min(*most / 2);
            }
            shares.map(|share| share as u16)
        });
        shares.collect()
    }

    fn encode(images: &[u8], side: usize) -> Vec<u8> {
        let shares = shares(images, side);
        let each = (images.len() / (side * side)).div_ceil(PIECES) * side * side;
        let mut pieces: Vec<Vec<u8>> = images
            .chunks(each)
            .map(|images| {
                let (mut state, mut bytes) = (LOWEST, Vec::new());
                // The last one is decoded first.
                for image in images.chunks_exact(side * side).rev() {
                    for place in (0..image.len()).rev() {
                        let shares = &shares[context(image, side, place)];
                        let shade = usize::from(image[place]);
                        let begin: u32 = shares[..shade].iter().map(|share| u32::from(*share)).sum();
                        let width = u32::from(shares[shade]);
                        let limit = u64::from((LOWEST >> BITS) << 8) * u64::from(width);
                        while u64::from(state) >= limit {
                            bytes.push(state as u8);
                            state >>= 8;
                        }
                        state = ((state / width) << BITS) + state % width + begin;
                    }
                }
                bytes.reverse();
                [&state.to_le_bytes()[..], &bytes].concat()
            })
            .collect();
        pieces.resize(PIECES, Vec::new());
        let mut coded: Vec<u8> = shares.iter().flatten().flat_map(|share| share.to_le_bytes()).collect();
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

    #[test]
    fn images_come_back_bit_by_bit_in_fewer_bytes() {
        for (count, side) in [(1, 1), (7, 5), (33, 28), (100, 12)] {
            let images = images(count, side);
            let coded = encode(&images, side);
            assert_eq!(decode(&coded, count, side).as_ref(), Ok(&images), "{count} of {side}");
        }
        let smooth: Vec<u8> = images(500, 28).chunks(784).filter(|x| x[0] == 0).flatten().copied().collect();
        let coded = encode(&smooth, 28).len() - 2 * CONTEXTS * SHADES - 4 * PIECES;
        assert!(coded < smooth.len() / 20, "{coded} of {}", smooth.len());
    }

    #[test]
    fn a_file_that_is_cut_or_broken_is_refused_or_gives_other_pixels_and_never_ends_the_program() {
        let images = images(40, 9);
        let coded = encode(&images, 9);
        for length in [0, 100, 2 * CONTEXTS * SHADES, 2 * CONTEXTS * SHADES + 4 * PIECES + 3, coded.len() - 1]
        {
            assert!(decode(&coded[..length], 40, 9).is_err(), "{length}");
        }
        for at in (0..coded.len()).step_by(997) {
            let mut broken = coded.clone();
            broken[at] ^= 0x55;
            let _ = decode(&broken, 40, 9);
        }
    }

    /// Writes the embedded file from those of MNIST's authors in the folder `$MNIST`.
    #[test]
    #[ignore = "writes assets/data/mnist/images.shades.zst"]
    fn the_embedded_images_are_written() {
        let folder =
            std::path::PathBuf::from(std::env::var_os("MNIST").expect("the folder of MNIST's files"));
        let pixels = ["train-images-idx3-ubyte", "t10k-images-idx3-ubyte"]
            .map(|name| std::fs::read(folder.join(name)).expect("a file of MNIST").split_off(16));
        let coded = encode(&pixels.concat(), 28);
        let packed = zstd::bulk::compress(&coded, 22).expect("it compresses");
        std::fs::write("assets/data/mnist/images.shades.zst", packed).expect("it is written");
    }
}
