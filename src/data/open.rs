//! From what a preset names to samples.

use std::sync::Arc;

use super::beyond::{Beyond, check_inputs};
use super::parts::Parts;
use super::samples::Samples;
use super::{
    Dataset, Error, Splits, generated, images, mnist, order, own, prepared, senate, sentiment, series,
    speech, tabular, text, words,
};
use crate::preset::{
    DataConfig, Experiment, Offers, Preparation, Reading, Scaling, Shakespeare, Source, Sp500, Spread,
    TargetChoice, TargetKind,
};

/// What a data set offers. For a built-in set that is known; a person's own files are read, which may take long.
///
/// # Errors
/// The first thing that is wrong with the files, with its place.
pub fn offers(source: &Source) -> Result<Offers, Error> {
    source.built_in_offers().map_or_else(|| own::offers(source), Ok)
}

/// As [`offers`], for a training that follows in this process: a table that was read is kept for it in memory.
///
/// # Errors
/// As [`offers`].
pub fn offers_to_train(source: &Source) -> Result<Offers, Error> {
    source.built_in_offers().map_or_else(|| own::offers_to_train(source), Ok)
}

/// Checks that samples are still of the kind that `experiment` was checked for: of the same shape, with the same
/// classes, values or tokens to predict. There may be more of them, or fewer.
///
/// # Errors
/// When the files have been changed since.
pub fn check_unchanged(splits: &Splits, experiment: &Experiment) -> Result<(), Error> {
    let (now, then) = (&*splits.train, experiment.signature());
    let DataConfig { source, targets, .. } = &experiment.preset.data;
    let is_same_target = match &then.target {
        TargetKind::Classes(names) => now.classes() == names,
        TargetKind::Values(width) => *targets == TargetChoice::Input || now.target_scales().len() == *width,
        TargetKind::Tokens(count) => now.tokens().len() == *count,
    };
    let is_same_input =
        now.input_shape() == then.input && now.tokens().len() == then.tokens.unwrap_or_default();
    if is_same_input && is_same_target {
        return Ok(());
    }
    let origin = match &source.paths()[..] {
        [] => source.title().to_string(),
        paths => paths.join(", "),
    };
    let problem = format!(
        "it has changed since the preset was checked: it held samples of shape {:?} then and of shape {:?} now, or \
         other classes or values to predict",
        then.input,
        now.input_shape()
    );
    Err(Error::Broken { origin, problem })
}

/// Opens the data that a preset names, as its training reads it; `seed` decides what is held out for test and validation.
///
/// # Errors
/// When the data is broken.
pub fn open(config: &DataConfig, reading: &Reading, seed: u64) -> Result<Splits, Error> {
    let mut splits = labelled(config, reading, seed)?;
    if config.source.built_in_offers().is_some_and(|offers| offers.test.is_some()) {
        splits.notices.extend(unused_share(config, "the set"));
    }
    Ok(prepared::prepare(splits, config, seed))
}

/// What is said of a share for the test where the data has a test set of its own; `what` is what has it.
pub(super) fn unused_share(config: &DataConfig, what: &str) -> Option<String> {
    let share = config.test?;
    Some(format!("test: {share} is not used: {what} has a test set of its own"))
}

/// Opens the data again that a run learned from: as [`open`], with the scales, classes and characters that the run learned.
/// A set that is built in is always the same.
///
/// # Errors
/// When the data is broken, or holds what the run did not learn.
pub fn open_as_learned(
    config: &DataConfig,
    reading: &Reading,
    seed: u64,
    learned: &Preparation,
) -> Result<Splits, Error> {
    match config.source.files() {
        None => open(config, reading, seed),
        Some(_) => {
            let splits = own::open_as_learned(config, reading, seed, learned)?;
            Ok(prepared::prepare(splits, config, seed))
        }
    }
}

fn labelled(config: &DataConfig, reading: &Reading, seed: u64) -> Result<Splits, Error> {
    match &config.source {
        Source::Mnist => digits(config, reading, seed),
        Source::Logic(_) | Source::Spirals(_) | Source::Circles(_) | Source::Moons(_) => {
            let (samples, first_test) = generated::points(&config.source);
            let parts = Parts::cut_at(&samples.classes(), first_test, config, seed);
            bounded(samples, parts, &config.source, reading)
        }
        Source::BreastCancer => table(tabular::breast_cancer()?, config, reading, seed),
        Source::Diabetes => table(tabular::diabetes()?, config, reading, seed),
        Source::Iris => table(tabular::iris()?, config, reading, seed),
        Source::Wine => table(tabular::wine()?, config, reading, seed),
        Source::Digits8x8 => {
            let samples = tabular::digits(config.normalize)?;
            let parts = Parts::cut(&samples.classes(), config, seed);
            bounded(samples, parts, &config.source, reading)
        }
        Source::Shakespeare(Shakespeare { steps }) => Ok(text::splits(&text::shakespeare()?, *steps, config)),
        Source::Senate(senate) => Ok(unscaled(senate::samples(senate)?, config, reading, seed)),
        Source::Words => Ok(unscaled(words::samples()?, config, reading, seed)),
        Source::Sentiment => Ok(unscaled(sentiment::samples()?, config, reading, seed)),
        Source::Sp500(Sp500 { steps, horizon }) => {
            let samples = series::sp500(*steps, *horizon)?;
            let parts = series::cut(samples.count(), *horizon, config);
            scaled(samples, parts, &config.source, reading)
        }
        Source::SpokenDigits => {
            let speech = speech::spoken_digits()?;
            let parts = speech.cut(config, seed);
            scaled(speech.samples, parts, &config.source, reading)
        }
        files => own::open(files, config, reading, seed),
    }
}

/// Cuts texts, or rows of words, into their parts. Numbers of tokens and words are no quantities, and are not scaled.
fn unscaled(samples: Samples, config: &DataConfig, reading: &Reading, seed: u64) -> Splits {
    let parts = Parts::cut(&samples.classes(), config, seed);
    samples.split(parts, reading.labels)
}

/// Cuts a table into its parts and scales it by its training samples.
fn table(samples: Samples, config: &DataConfig, reading: &Reading, seed: u64) -> Result<Splits, Error> {
    let parts = Parts::cut(&samples.classes(), config, seed);
    scaled(samples, parts, &config.source, reading)
}

/// The set in its parts, scaled by its training samples as `reading` says.
///
/// # Errors
/// When numbers have to lie between 0 and 1 and do not.
pub(super) fn scaled(
    mut samples: Samples,
    parts: Parts,
    source: &Source,
    reading: &Reading,
) -> Result<Splits, Error> {
    samples.fit(&parts.trained_once(), reading).map_err(|problem| beyond(source, &problem))?;
    Ok(samples.split(parts, reading.labels))
}

/// The set in its parts, as it is unless a bounded range is needed.
fn bounded(samples: Samples, parts: Parts, source: &Source, reading: &Reading) -> Result<Splits, Error> {
    match reading.input_scaling {
        Scaling::Unit | Scaling::Reach | Scaling::Symmetric | Scaling::Shares => {
            scaled(samples, parts, source, reading)
        }
        Scaling::Standard | Scaling::Positive | Scaling::Off => Ok(samples.split(parts, reading.labels)),
    }
}

/// What is said of numbers that have to lie between 0 and 1 and do not.
fn beyond(source: &Source, problem: &Beyond) -> Error {
    let origin = match &source.paths()[..] {
        [] => source.title().to_string(),
        paths => paths.join(", "),
    };
    Error::Broken { origin, problem: problem.to_string() }
}

fn digits(config: &DataConfig, reading: &Reading, seed: u64) -> Result<Splits, Error> {
    let bytes = mnist::load()?;
    if reading.input_scaling == Scaling::Shares {
        check_inputs([Spread::BYTES].into_iter()).map_err(|problem| beyond(&config.source, &problem))?;
    }
    let classes: Vec<u32> = bytes.train.labels.iter().map(|&label| u32::from(label)).collect();
    let (train, validation) = order::split(&classes, config.validation, config.train_samples, seed);
    let train = if config.oversample { order::oversampled(train, &classes, seed) } else { train };
    let part = |half, chosen| -> Arc<dyn Dataset> {
        Arc::new(images::Images {
            bytes: bytes.clone(),
            half,
            chosen,
            shape: vec![28, 28, 1],
            classes: (0..10).map(|digit| digit.to_string()).collect(),
            normalize: config.normalize,
            labels: reading.labels,
        })
    };
    Ok(Splits {
        train: part(images::Half::Train, train),
        validation: part(images::Half::Train, validation),
        test: part(images::Half::Test, (0..bytes.test.labels.len() as u32).collect()),
        notices: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Batch, Targets};
    use crate::preset::{Signature, TargetsAs};

    fn config(text: &str) -> DataConfig {
        ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
            .from_str(text)
            .unwrap()
    }

    fn signature(config: &DataConfig) -> Signature {
        config.signature(&offers(&config.source).unwrap(), TargetsAs::Suggested)
    }

    const SOURCES: &[&str] = &[
        "mnist",
        "logic(gate: and)",
        "spirals(arms: 3)",
        "circles()",
        "moons()",
        "breast_cancer",
        "sentiment",
        "senate(embed: 3)",
        "diabetes",
        "iris",
        "wine",
        "digits_8x8",
        "shakespeare(steps: 64)",
        "words",
        "sp500(steps: 10)",
        "sp500(steps: 10, horizon: 5)",
        "spoken_digits",
    ];

    #[test]
    fn every_set_holds_what_its_signature_says() {
        for source in SOURCES {
            for more in ["", "targets: input, ", "validation: 0, ", "test: 0.3, "] {
                let config = config(&format!("(source: {source}, {more})"));
                let signature = signature(&config);
                let splits = open(&config, &Reading::suggested(&config), 7).unwrap();
                let all = splits.train.len() + splits.validation.len();
                assert_eq!(all, signature.train, "{source}");
                assert_eq!(splits.test.len(), signature.test, "{source}");
                let mut batch = Batch::default();
                for part in [&splits.train, &splits.test] {
                    assert_eq!(part.input_shape(), signature.input, "{source}");
                    part.fill(&[5, 0], &mut batch).unwrap();
                    assert_eq!(batch.inputs.len(), 2 * signature.input.iter().product::<usize>());
                    assert_eq!(part.tokens().len(), signature.tokens.unwrap_or(0), "{source}");
                    let (targets, classes) = match &signature.target {
                        TargetKind::Classes(names) => (2 * names.len(), &names[..]),
                        TargetKind::Values(width) => (2 * width, &[][..]),
                        TargetKind::Tokens(_) => (2 * signature.input[0], &[][..]),
                    };
                    assert_eq!(part.classes(), classes, "{source}");
                    let held = match &batch.targets {
                        Targets::Values(values) => values.len(),
                        Targets::Classes(classes) => classes.len(),
                    };
                    assert_eq!(held, targets, "{source}");
                }
            }
        }
    }

    #[test]
    fn the_five_folds_of_a_table_test_every_sample_once() {
        let tested: usize = (1..=5)
            .map(|k| {
                let config = config(&format!("(source: breast_cancer, fold: (k: {k}, of: 5))"));
                let splits = open(&config, &Reading::suggested(&config), 7).unwrap();
                assert_eq!(splits.test.len(), signature(&config).test);
                splits.test.len()
            })
            .sum();
        assert_eq!(tested, 569);
    }

    #[test]
    fn standardised_training_samples_have_mean_zero_and_deviation_one() {
        let config = config("(source: diabetes, validation: 0.2)");
        let splits = open(&config, &Reading::suggested(&config), 3).unwrap();
        let mut batch = Batch::default();
        splits.train.fill(&(0..splits.train.len() as u32).collect::<Vec<_>>(), &mut batch).unwrap();
        let column: Vec<f32> = batch.inputs.iter().skip(2).step_by(10).copied().collect();
        let mean = column.iter().sum::<f32>() / column.len() as f32;
        let square = column.iter().map(|x| x * x).sum::<f32>() / column.len() as f32;
        assert!(mean.abs() < 1e-5 && (square - 1.0).abs() < 1e-4, "{mean} {square}");
        let scale = splits.test.target_scales()[0];
        assert!((140.0..165.0).contains(&scale.mean) && (70.0..85.0).contains(&scale.deviation), "{scale:?}");
    }
}
