//! Classes in the form that a loss needs.

use super::{Batch, Targets};
use crate::preset::Labels;

/// Writes the classes of a batch's samples into its targets, of `count` classes.
pub(super) fn fill(classes: impl Iterator<Item = u32>, count: usize, labels: Labels, batch: &mut Batch) {
    match labels {
        Labels::Integer => {
            let mut numbers = match std::mem::take(&mut batch.targets) {
                Targets::Classes(numbers) => numbers,
                Targets::Values(_) => Vec::new(),
            };
            numbers.clear();
            numbers.extend(classes);
            batch.targets = Targets::Classes(numbers);
        }
        Labels::OneHot => {
            let rows = batch.take_values();
            for class in classes {
                let start = rows.len();
                rows.resize(start + count, 0.0);
                rows[start + class as usize] = 1.0;
            }
        }
        Labels::Binary => batch.take_values().extend(classes.map(|class| class as f32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_reach_the_loss_in_each_form() {
        let mut batch = Batch::default();
        let mut filled = |labels| {
            fill([1, 0].into_iter(), 2, labels, &mut batch);
            batch.targets.clone()
        };
        assert_eq!(filled(Labels::OneHot), Targets::Values(vec![0.0, 1.0, 1.0, 0.0]));
        assert_eq!(filled(Labels::Integer), Targets::Classes(vec![1, 0]));
        assert_eq!(filled(Labels::Binary), Targets::Values(vec![1.0, 0.0]));
    }
}
