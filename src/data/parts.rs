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
}
