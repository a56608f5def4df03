//! Seeded orders: which samples are held out, and in which order an epoch sees the rest.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Streams of one seed that must not meet.
#[derive(Clone, Copy)]
enum Stream {
    Split = 1,
    Epoch = 2,
}

fn generator(seed: u64, stream: Stream, number: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream((stream as u64) << 56 | number);
    generator
}

/// The samples `0..count` in the order in which `epoch` (from 1) sees them: a function of the seed and the epoch alone,
/// so that a training can be resumed in the middle of one.
pub fn epoch(count: usize, seed: u64, epoch: u32, shuffle: bool) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    if shuffle {
        order.shuffle(&mut generator(seed, Stream::Epoch, u64::from(epoch)));
    }
    order
}

/// Splits samples into those to train on and those held out, class by class, so that both have the same mixture;
/// `train` keeps only that many to train on, where given. Both come back in ascending order.
pub fn split(classes: &[u8], held_out: f64, train: Option<usize>, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let mut by_class: Vec<Vec<u32>> = vec![Vec::new(); 256];
    classes.iter().enumerate().for_each(|(index, &class)| by_class[usize::from(class)].push(index as u32));
    by_class.retain(|members| !members.is_empty());
    let (mut kept, mut out) = (Vec::new(), Vec::new());
    let kinds = by_class.len();
    for (number, mut members) in by_class.into_iter().enumerate() {
        members.shuffle(&mut generator(seed, Stream::Split, number as u64));
        let held = (members.len() as f64 * held_out).round() as usize;
        out.extend(members.drain(..held.min(members.len())));
        if let Some(wanted) = train {
            // Equal parts; the first classes take what does not divide.
            members.truncate(wanted / kinds + usize::from(number < wanted % kinds));
        }
        kept.extend(members);
    }
    kept.sort_unstable();
    out.sort_unstable();
    (kept, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_sees_every_sample_once_in_an_order_of_its_own() {
        let (first, second) = (epoch(1000, 7, 1, true), epoch(1000, 7, 2, true));
        assert_ne!(first, second);
        assert_eq!(first, epoch(1000, 7, 1, true));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, epoch(1000, 7, 1, false));
    }

    #[test]
    fn a_split_shares_nothing_and_keeps_the_mixture() {
        let classes: Vec<u8> = (0..1000).map(|i| (i % 10 == 0).into()).collect();
        let (train, held) = split(&classes, 0.1, None, 3);
        assert_eq!((train.len(), held.len()), (900, 100));
        assert!(held.iter().all(|index| train.binary_search(index).is_err()));
        assert_eq!(held.iter().filter(|&&index| classes[index as usize] == 1).count(), 10);
        let (few, _) = split(&classes, 0.1, Some(11), 3);
        assert_eq!(few.iter().filter(|&&index| classes[index as usize] == 0).count(), 6);
        assert_eq!(few.len(), 11);
    }
}
