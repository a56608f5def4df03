//! Sorts images into kinds, so that an image is of the kind whose shades explain it best. Only who writes a file does so.

use rayon::prelude::*;

/// Kinds at first; some become empty.
const KINDS: usize = 64;
/// How often images are sorted by their shades alone, and then by what is beside them as well.
const ROUNDS: (usize, usize) = (12, 8);
/// How many pixels a kind's shades count for where it has no pixel.
const PRIOR: f32 = 20.0;

/// A pixel that is not black.
struct Pixel {
    shade: usize,
    /// Of what its shade depends on: its place in the frame, the shade above and the left one.
    beside: [usize; 3],
}

/// The kind of each of the images, `[count, side, side]`.
pub(super) fn found(pixels: &[u8], side: usize) -> Vec<u8> {
    let images: Vec<Vec<Pixel>> =
        pixels.chunks_exact(side * side).map(|image| pixels_of(image, side)).collect();
    let mut noise = 12_345_u64;
    let mut kinds: Vec<usize> = (0..images.len())
        .map(|_| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 33) as usize % KINDS
        })
        .collect();
    // Each begins with a few images, since the means of many are all alike.
    let few =
        |kind: usize| (0..4).map(|of| &images[(kind * 4 + of) * 7919 % images.len()]).collect::<Vec<_>>();
    for round in 0..ROUNDS.0 + ROUNDS.1 {
        let is_simple = round < ROUNDS.0;
        let costs: Vec<Vec<f32>> = (0..KINDS)
            .into_par_iter()
            .map(|kind| {
                let is_own = |image: usize| round > 0 && kinds[image] == kind;
                let own = match round {
                    0 => few(kind),
                    _ => images
                        .iter()
                        .enumerate()
                        .filter(|(i, _)| is_own(*i))
                        .map(|(_, image)| image)
                        .collect(),
                };
                let (alone, counts) = (alone(&own), if is_simple { Vec::new() } else { beside(&own, side) });
                let rarity = -(own.len() as f32 + 1.0).log2();
                let cost = |(image, pixels): (usize, &Vec<Pixel>)| {
                    let itself = f32::from(is_own(image));
                    let bits = pixels.iter().map(|pixel| -chance(pixel, &alone, &counts, itself).log2());
                    rarity + bits.sum::<f32>()
                };
                images.iter().enumerate().map(cost).collect()
            })
            .collect();
        for (image, kind) in kinds.iter_mut().enumerate() {
            *kind = (0..KINDS).min_by(|a, b| costs[*a][image].total_cmp(&costs[*b][image])).unwrap();
        }
    }
    // Kinds without images are left out.
    let used: Vec<usize> = (0..KINDS).filter(|kind| kinds.contains(kind)).collect();
    kinds.iter().map(|kind| used.binary_search(kind).unwrap() as u8).collect()
}

fn pixels_of(image: &[u8], side: usize) -> Vec<Pixel> {
    let places = || (0..image.len()).filter(|place| image[*place] != 0);
    let top = places().map(|place| place / side).min().unwrap_or(0);
    let left = places().map(|place| place % side).min().unwrap_or(0);
    let pixel = |place: usize| {
        let (row, column) = (place / side, place % side);
        let at = |is_inside: bool, back: usize| if is_inside { usize::from(image[place - back]) } else { 0 };
        let beside = [(row - top) * side + column - left, at(row > 0, side), at(column > 0, 1)];
        Pixel { shade: usize::from(image[place]), beside }
    };
    places().map(pixel).collect()
}

/// How often each shade occurs, as shares of all.
fn alone(images: &[&Vec<Pixel>]) -> Vec<f32> {
    let mut shares = vec![0.5; 256];
    images.iter().copied().flatten().for_each(|pixel| shares[pixel.shade] += 1.0);
    let all: f32 = shares.iter().sum();
    shares.iter().map(|count| count / all).collect()
}

/// How often each shade occurs by each of what it depends on, and how many pixels there are.
type Counts = (Vec<f32>, Vec<f32>);

fn beside(images: &[&Vec<Pixel>], side: usize) -> Vec<Counts> {
    let count = |(which, cases): (usize, usize)| {
        let (mut counts, mut all) = (vec![0.0; cases * 256], vec![0.0; cases]);
        for pixel in images.iter().copied().flatten() {
            counts[pixel.beside[which] * 256 + pixel.shade] += 1.0;
            all[pixel.beside[which]] += 1.0;
        }
        (counts, all)
    };
    [side * side, 256, 256].into_iter().enumerate().map(count).collect()
}

/// How likely a pixel is in a kind that has this pixel `itself` times.
fn chance(pixel: &Pixel, alone: &[f32], counts: &[Counts], itself: f32) -> f32 {
    let alone = alone[pixel.shade];
    if counts.is_empty() {
        return alone;
    }
    let of = |((counts, all), case): (&Counts, usize)| {
        let count = (counts[case * 256 + pixel.shade] - itself).max(0.0);
        (count + PRIOR * alone) / (all[case] - itself + PRIOR)
    };
    counts.iter().zip(pixel.beside).map(of).sum::<f32>() / counts.len() as f32
}
