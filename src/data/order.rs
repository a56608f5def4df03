//! Seeded orders: which samples are held out, and in which order an epoch sees the rest.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::Dataset;

/// Random streams of one seed, which must differ from each other.
#[derive(Clone, Copy)]
enum Stream {
    Split = 1,
    Epoch = 2,
    Test = 3,
    Oversample = 4,
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

/// The windows `0..count` of a text in an order in which row `i` of each batch goes on where row `i` of the batch before
/// ended: for networks that keep their state from one batch to the next. The text is cut into `batch` stretches of equal
/// length; what does not fill a stretch is left out.
pub fn streams(count: usize, batch: usize) -> Vec<u32> {
    let batch = batch.clamp(1, count.max(1));
    let stretch = count / batch;
    (0..stretch).flat_map(|step| (0..batch).map(move |row| (row * stretch + step) as u32)).collect()
}

/// Splits samples into those to train on and those held out, whole groups of them, so that no group is in both. Both come
/// back in ascending order.
pub fn split_groups(groups: &[u32], held_out: f64, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let mut kinds: Vec<u32> = by_class(groups).into_keys().collect();
    kinds.shuffle(&mut generator(seed, Stream::Split, 0));
    kinds.truncate((kinds.len() as f64 * held_out).round() as usize);
    (0..groups.len() as u32).partition(|&place| !kinds.contains(&groups[place as usize]))
}

/// The order in which `epoch` (from 1) sees a set's samples.
pub fn of(data: &dyn Dataset, seed: u64, epoch: u32, shuffle: bool, batch: usize) -> Vec<u32> {
    if data.is_stream() { streams(data.len(), batch) } else { self::epoch(data.len(), seed, epoch, shuffle) }
}

/// Steps of an epoch over a set's samples.
pub fn steps(data: &dyn Dataset, batch: usize) -> u64 {
    let (count, batch) = (data.len(), batch.max(1));
    if data.is_stream() {
        count.checked_div(batch.min(count)).unwrap_or(0) as u64
    } else {
        count.div_ceil(batch) as u64
    }
}

fn by_class(classes: &[u32]) -> BTreeMap<u32, Vec<u32>> {
    let mut by_class: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    classes
        .iter()
        .enumerate()
        .for_each(|(index, &class)| by_class.entry(class).or_default().push(index as u32));
    by_class
}

/// All samples, class after class, each class shuffled.
fn dealt(classes: &[u32], seed: u64) -> Vec<u32> {
    let mut all = Vec::with_capacity(classes.len());
    for (number, mut members) in by_class(classes).into_values().enumerate() {
        members.shuffle(&mut generator(seed, Stream::Test, number as u64));
        all.extend(members);
    }
    all
}

/// Exactly `count` samples for the test, spread evenly over the classes, and the rest; both in ascending order.
pub fn test_set(classes: &[u32], count: usize, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let total = classes.len();
    let is_test = |place: usize| (place + 1) * count / total > place * count / total;
    part(&dealt(classes, seed), is_test)
}

/// Part `k` (from 1) of `of` for the test, each with its share of every class, and the rest; both in ascending order.
pub fn fold(classes: &[u32], k: u32, of: u32, seed: u64) -> (Vec<u32>, Vec<u32>) {
    part(&dealt(classes, seed), |place| place % of as usize + 1 == k as usize)
}

fn part(dealt: &[u32], is_test: impl Fn(usize) -> bool) -> (Vec<u32>, Vec<u32>) {
    let (mut test, mut rest) = (Vec::new(), Vec::new());
    for (place, &index) in dealt.iter().enumerate() {
        if is_test(place) { test.push(index) } else { rest.push(index) }
    }
    test.sort_unstable();
    rest.sort_unstable();
    (test, rest)
}

/// Splits samples into those to train on and those held out, class by class, so that both have the same mixture;
/// `train` keeps only that many to train on, where given. Both come back in ascending order.
pub fn split(classes: &[u32], held_out: f64, train: Option<usize>, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let by_class = by_class(classes);
    let (mut kept, mut out) = (Vec::new(), Vec::new());
    let kinds = by_class.len();
    let of_class = |members: usize| (members as f64 * held_out).round() as usize;
    // Where each class is too small to give a sample, every few classes give one.
    let is_spread = by_class.values().all(|members| of_class(members.len()) == 0);
    let of_all = (classes.len() as f64 * held_out).round() as usize;
    for (number, mut members) in by_class.into_values().enumerate() {
        members.shuffle(&mut generator(seed, Stream::Split, number as u64));
        let held = match is_spread {
            true => (number + 1) * of_all / kinds - number * of_all / kinds,
            false => of_class(members.len()),
        };
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

/// These samples, in ascending order, with those of small classes repeated: as many of each class as of the largest.
/// `classes` has the class of every sample of the set.
pub fn oversampled(chosen: Vec<u32>, classes: &[u32], seed: u64) -> Vec<u32> {
    let of_chosen: Vec<u32> = chosen.iter().map(|&sample| classes[sample as usize]).collect();
    let by_class = by_class(&of_chosen);
    let largest = by_class.values().map(Vec::len).max().unwrap_or(0);
    let mut all = Vec::with_capacity(largest * by_class.len());
    for (number, mut members) in by_class.into_values().enumerate() {
        members.shuffle(&mut generator(seed, Stream::Oversample, number as u64));
        all.extend(members.iter().cycle().take(largest).map(|&place| chosen[place as usize]));
    }
    all.sort_unstable();
    all
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
        let classes: Vec<u32> = (0..1000).map(|i| (i % 10 == 0).into()).collect();
        let (train, held) = split(&classes, 0.1, None, 3);
        assert_eq!((train.len(), held.len()), (900, 100));
        assert!(held.iter().all(|index| train.binary_search(index).is_err()));
        assert_eq!(held.iter().filter(|&&index| classes[index as usize] == 1).count(), 10);
        // Ten classes of four samples each: a tenth of each rounds to none, and a tenth of all is four.
        let small: Vec<u32> = (0..40).map(|i| i % 10).collect();
        let (rest, held) = split(&small, 0.1, None, 3);
        assert_eq!((rest.len(), held.len()), (36, 4));
        let (few, _) = split(&classes, 0.1, Some(11), 3);
        assert_eq!(few.iter().filter(|&&index| classes[index as usize] == 0).count(), 6);
        assert_eq!(few.len(), 11);
    }

    #[test]
    fn small_classes_are_repeated_evenly() {
        let classes = [0, 0, 0, 0, 0, 1, 1, 2];
        let all = oversampled(vec![0, 1, 2, 4, 5, 6, 7], &classes, 3);
        let count = |sample: u32| all.iter().filter(|&&other| other == sample).count();
        assert_eq!((all.len(), count(0), count(5), count(6), count(7), count(3)), (12, 1, 2, 2, 4, 0));
        assert!(all.is_sorted());
    }

    #[test]
    fn a_row_of_a_batch_goes_on_where_it_stopped() {
        let order = streams(11, 3);
        assert_eq!(order, [0, 3, 6, 1, 4, 7, 2, 5, 8]);
        assert_eq!(streams(2, 64), [0, 1]);
        assert!(streams(0, 64).is_empty());
    }

    #[test]
    fn test_sets_and_folds_have_every_class_and_meet_nowhere() {
        let classes: Vec<u32> = (0..103).map(|i| u32::from(i % 3 == 0)).collect();
        let of_one = |part: &[u32]| part.iter().filter(|&&index| classes[index as usize] == 1).count();
        let (test, rest) = test_set(&classes, 21, 5);
        assert_eq!((test.len(), rest.len()), (21, 82));
        assert!((6..=8).contains(&of_one(&test)), "{}", of_one(&test));
        assert_ne!(test, test_set(&classes, 21, 6).0);
        let mut together = Vec::new();
        for k in 1..=5 {
            let (test, rest) = fold(&classes, k, 5, 5);
            assert_eq!((test.len(), rest.len()), (20 + usize::from(k <= 3), 83 - usize::from(k <= 3)));
            assert!((6..=8).contains(&of_one(&test)));
            together.extend(test);
        }
        together.sort_unstable();
        assert_eq!(together, (0..103).collect::<Vec<u32>>());
    }
}
