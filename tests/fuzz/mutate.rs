//! Ways to damage a file.

use proptest::prelude::*;
use proptest::sample::Index;

/// One way to damage a file.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// Some bits of a byte change.
    Flip(Index, u8),
    /// A number stands where another stood: little- or big-endian, of 1, 2, 4 or 8 bytes.
    Number(Index, u64, usize, bool),
    /// The file ends early.
    Cut(Index),
    /// A part is missing.
    Remove(Index, usize),
    /// A part stands there many times.
    Repeat(Index, usize, usize),
    /// Something is put between.
    Insert(Index, Vec<u8>),
    /// The rest is another file's.
    Splice(Index, Index, Index),
}

/// Some of them, one after the other.
pub fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let extremes = prop::sample::select(vec![
        0_u64,
        1,
        0x7f,
        0x80,
        0xff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0x7fff_ffff_ffff_ffff,
        u64::MAX,
        f64::NAN.to_bits(),
        f64::INFINITY.to_bits(),
        f64::MAX.to_bits(),
    ]);
    let width = prop::sample::select(vec![1_usize, 2, 4, 8]);
    let text = prop::sample::select(vec![
        "(",
        ")",
        "[",
        "{",
        "\"",
        "\\",
        "-",
        "e999",
        "#",
        "r#\"",
        "/*",
        "\u{202e}",
        "9999999999",
    ]);
    let inserted = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..12),
        text.prop_map(|text| text.as_bytes().to_vec()),
    ];
    let at = any::<Index>;
    let one = prop_oneof![
        4 => (at(), 1..=255_u8).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        3 => (at(), extremes, width, any::<bool>()).prop_map(|(at, x, width, big)| Mutation::Number(at, x, width, big)),
        1 => at().prop_map(Mutation::Cut),
        2 => (at(), 1..40_usize).prop_map(|(at, len)| Mutation::Remove(at, len)),
        2 => (at(), 1..40_usize, 1..300_usize).prop_map(|(at, len, times)| Mutation::Repeat(at, len, times)),
        3 => (at(), inserted).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        1 => (at(), at(), at()).prop_map(|(at, other, from)| Mutation::Splice(at, other, from)),
    ];
    prop::collection::vec(one, 1..8)
}

/// The damaged file.
pub fn apply(seed: &[u8], mutations: &[Mutation], seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for mutation in mutations {
        if bytes.is_empty() {
            return bytes;
        }
        let len = bytes.len();
        match mutation {
            Mutation::Flip(at, bits) => bytes[at.index(len)] ^= bits,
            Mutation::Number(at, number, width, big) => {
                let (at, little) = (at.index(len), number.to_le_bytes());
                for (place, byte) in bytes[at..].iter_mut().take(*width).enumerate() {
                    *byte = little[if *big { width - 1 - place } else { place }];
                }
            }
            Mutation::Cut(at) => bytes.truncate(at.index(len)),
            Mutation::Remove(at, count) => {
                let at = at.index(len);
                bytes.drain(at..(at + count).min(len));
            }
            Mutation::Repeat(at, count, times) => {
                let at = at.index(len);
                let part = bytes[at..(at + count).min(len)].repeat(*times);
                bytes.splice(at..at, part);
            }
            Mutation::Insert(at, part) => {
                let at = at.index(len);
                bytes.splice(at..at, part.iter().copied());
            }
            Mutation::Splice(at, other, from) => {
                let other = &seeds[other.index(seeds.len())];
                bytes.truncate(at.index(len));
                if !other.is_empty() {
                    bytes.extend_from_slice(&other[from.index(other.len())..]);
                }
            }
        }
    }
    bytes
}
