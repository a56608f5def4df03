//! Which samples are trained on, which are held out, and which are for the test.

use super::order;
use crate::preset::{DataConfig, Fold};

/// Which samples are for what, by number, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// To train on.
    pub train: Vec<u32>,
    /// Held out of those.
    pub validation: Vec<u32>,
    /// For the test at the end.
    pub test: Vec<u32>,
}

impl Parts {
    /// The training samples, each once: those of small classes may be seen more than once.
    pub fn trained_once(&self) -> Vec<u32> {
        let mut once = self.train.clone();
        once.dedup();
        once
    }

    /// Cuts a set by the preset's options: test set or fold first, then validation, class by class. `classes` has a class
    /// for each sample; all the same where there are none.
    pub fn cut(classes: &[u32], config: &DataConfig, seed: u64) -> Self {
        let (test, rest) = match config.fold {
            Some(Fold { k, of }) => order::fold(classes, k, of.max(1), seed),
            None => order::test_set(classes, config.test_count(classes.len()), seed),
        };
        Self::hold_out(classes, rest, test, config, seed)
    }

    /// As [`cut`](Parts::cut), for a set whose samples from `first_test` on are its own test set.
    pub fn cut_at(classes: &[u32], first_test: u32, config: &DataConfig, seed: u64) -> Self {
        let test = (first_test..classes.len() as u32).collect();
        Self::hold_out(classes, (0..first_test).collect(), test, config, seed)
    }

    /// As [`cut`](Parts::cut), for a set of which some samples are its own validation set, from `first_validation` on, and the last ones,
    /// from `first_test` on, its own test set; `None`: they are cut off those to train on.
    pub fn cut_in(
        classes: &[u32],
        first_validation: Option<usize>,
        first_test: Option<usize>,
        config: &DataConfig,
        seed: u64,
    ) -> Self {
        let Some(first) = first_validation else {
            return match first_test {
                Some(first) => Self::cut_at(classes, first as u32, config, seed),
                None => Self::cut(classes, config, seed),
            };
        };
        let end = first_test.unwrap_or(classes.len());
        let config = DataConfig { validation: 0.0, ..config.clone() };
        let own = match first_test {
            Some(_) => {
                let test = (end as u32..classes.len() as u32).collect();
                Self::hold_out(classes, (0..first as u32).collect(), test, &config, seed)
            }
            None => Self::cut(&classes[..first], &config, seed),
        };
        Parts { validation: (first as u32..end as u32).collect(), ..own }
    }

    /// Splits `rest` into training and validation samples.
    fn hold_out(classes: &[u32], rest: Vec<u32>, test: Vec<u32>, config: &DataConfig, seed: u64) -> Self {
        let of_rest: Vec<u32> = rest.iter().map(|&index| classes[index as usize]).collect();
        let (train, validation) = order::split(&of_rest, config.validation, config.train_samples, seed);
        let train = if config.oversample { order::oversampled(train, &of_rest, seed) } else { train };
        let places = |chosen: Vec<u32>| chosen.into_iter().map(|place| rest[place as usize]).collect();
        Parts { train: places(train), validation: places(validation), test }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::Source;

    #[test]
    fn no_sample_is_in_two_parts_and_none_is_lost() {
        let classes: Vec<u32> = (0..100).map(|i| i % 3).collect();
        let config = DataConfig { test: Some(0.3), ..DataConfig::of(Source::Iris) };
        for parts in [Parts::cut(&classes, &config, 5), Parts::cut_at(&classes, 70, &config, 5)] {
            assert_eq!((parts.train.len(), parts.validation.len(), parts.test.len()), (64, 6, 30));
            let mut all = [parts.train, parts.validation, parts.test].concat();
            all.sort_unstable();
            assert_eq!(all, (0..100).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn a_validation_set_of_its_own_is_no_share_of_the_others() {
        let classes: Vec<u32> = (0..100).map(|i| i % 2).collect();
        let config = DataConfig { test: Some(0.25), ..DataConfig::of(Source::Iris) };
        let parts = Parts::cut_in(&classes, Some(60), Some(80), &config, 5);
        let range = |from: u32, to: u32| (from..to).collect::<Vec<u32>>();
        assert_eq!(
            (parts.train, parts.validation, parts.test),
            (range(0, 60), range(60, 80), range(80, 100))
        );
        let parts = Parts::cut_in(&classes, Some(60), None, &config, 5);
        assert_eq!((parts.train.len(), parts.validation, parts.test.len()), (45, range(60, 100), 15));
        assert!(parts.test.iter().all(|&sample| sample < 60));
    }
}
