//! What a person should know of the sets that a training got, where they may not be what was meant.

use super::dataset::{Dataset, Splits};
use crate::preset::counted;
use crate::preset::{DataConfig, Reading, Scaling};

/// The most classes that are named in one sentence.
const NAMED: usize = 10;

/// What is told of the sets that `config` asked for, a sentence each.
pub fn notices(splits: &Splits, config: &DataConfig, reading: &Reading) -> Vec<String> {
    let mut told: Vec<String> = splits.notices.iter().map(|line| format!("data: {line}")).collect();
    if config.validation > 0.0 && splits.validation.is_empty() {
        told.push(format!(
            "validation: {} of {} rounds to none, so none is held out and epochs have no validation scores",
            config.validation,
            counted(splits.train.len(), "sample")
        ));
    }
    if splits.test.is_empty() {
        told.push("the test set is empty, so the training ends without a test".into());
    }
    if config.oversample {
        let counts = class_counts(&*splits.train);
        let classes = counts.iter().filter(|&&count| count > 0).count();
        told.push(format!(
            "oversample: an epoch sees {} samples, the same number of each of {classes} classes; those of smaller classes come \
             more than once",
            splits.train.len()
        ));
    }
    let absent = classes_without_samples(&*splits.train);
    if !absent.is_empty() {
        let named = absent.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = if absent.len() > NAMED { ", \u{2026}" } else { "" };
        told.push(format!("no training sample is of the class {named}{more}: the network cannot learn it"));
    }
    let is_scaled =
        splits.train.input_scales().iter().any(|scale| (scale.mean, scale.deviation) != (0.0, 1.0));
    let why = match reading.input_scaling {
        Scaling::Unit => {
            "rebuilds them as probabilities; what other samples have beyond that is cut off, but not in the errors that are told"
        }
        Scaling::Reach => "rebuilds them with a sigmoid; what other samples have beyond that it cannot reach",
        Scaling::Standard | Scaling::Symmetric | Scaling::Positive | Scaling::Shares | Scaling::Off => "",
    };
    if !why.is_empty() && is_scaled && !splits.train.are_pixels() {
        told.push(format!(
            "the inputs are brought to 0..1, from the least to the greatest of the training samples, since the network {why}"
        ));
    }
    told
}

/// The names of the classes that none of the samples is of.
fn classes_without_samples(set: &dyn Dataset) -> Vec<&str> {
    let counts = set.classes().iter().zip(class_counts(set));
    counts.filter(|(_, count)| *count == 0).map(|(name, _)| &name[..]).collect()
}

/// How many samples of a set are of each of its classes.
pub fn class_counts(set: &dyn Dataset) -> Vec<u64> {
    let mut counts = vec![0; set.classes().len()];
    if counts.is_empty() {
        return counts;
    }
    for class in (0..set.len()).filter_map(|sample| set.class_of(sample)) {
        if let Some(count) = counts.get_mut(class as usize) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::parts::Parts;
    use crate::data::samples::Samples;
    use crate::preset::{Labels, Source};

    #[test]
    fn empty_sets_and_classes_without_samples_are_told() {
        let names = vec!["ant".into(), "bee".into(), "cat".into()];
        let samples = Samples::of_classes(vec![1], vec![1.0, 2.0, 3.0], vec![0, 0, 2], names);
        let config = DataConfig::of(Source::Iris);
        let told = |parts: Parts| {
            notices(&samples.clone().split(parts, Labels::OneHot), &config, &Reading::suggested(&config))
        };
        let of = told(Parts { train: vec![0, 1], validation: vec![], test: vec![] });
        assert!(of[0].starts_with("validation: 0.1 of 2 samples rounds to none"), "{of:?}");
        assert!(of[1].starts_with("the test set is empty"), "{of:?}");
        assert!(of[2].contains("of the class bee, cat:"), "{of:?}");
        assert_eq!(of.len(), 3);
    }
}
