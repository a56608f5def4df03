//! The data half of a preset: which set, and how it is prepared.

use serde::{Deserialize, Serialize};

use super::augment::Augment;
use super::counted::counted;
use super::field::nested_values;
use super::layers::{EmbeddedColumn, RowColumn};
use super::path::Path;
use super::refusal::{Refusal, refuse};
use super::shapes::{LARGEST, size};
use super::sources::{Offers, Source, TargetKind, TargetsAs, ValuesAre};
use super::variants::variants;
use crate::fields;

/// A data set and its preparation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// Where the samples come from.
    pub source: Source,
    /// Scales inputs: images to [0, 1]; the features of tables, sequences and arrays, and real-valued targets, to mean 0
    /// and deviation 1 as the training samples have them, or to the range that loss and last activation need
    /// ([`Scaling`](super::Scaling)).
    #[serde(default = "yes")]
    pub normalize: bool,
    /// How class labels reach the loss.
    #[serde(default)]
    pub labels: Labels,
    /// What the network is to predict.
    #[serde(default)]
    pub targets: TargetChoice,
    /// Share of the training samples that is held out for validation, 0 to below 1.
    #[serde(default = "default_validation")]
    pub validation: f64,
    /// Share of the samples that is the test set, for sets that have none of their own; left out: 0.2, or for a text
    /// its last 0.1.
    #[serde(default)]
    pub test: Option<f64>,
    /// For cross-validation: the test set is one of several equal parts.
    #[serde(default)]
    pub fold: Option<Fold>,
    /// Whether each epoch sees the samples in a new (seeded) order.
    #[serde(default = "yes")]
    pub shuffle: bool,
    /// Train on this many samples only, the classes in equal parts; all when left out.
    #[serde(default)]
    pub train_samples: Option<usize>,
    /// Whether an epoch sees as many samples of each class as of the largest, those of smaller classes more than once.
    #[serde(default)]
    pub oversample: bool,
    /// How training samples are changed at random.
    #[serde(default)]
    pub augment: Augment,
}

fn default_validation() -> f64 {
    0.1
}

fn yes() -> bool {
    true
}

/// One part of a cross-validation: `fold: (k: 1, of: 5)` tests on the first of five parts and trains on the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fold {
    /// Which part is the test set, from 1.
    pub k: u32,
    /// How many parts there are.
    pub of: u32,
}

variants! {
    /// How class labels reach the loss.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Labels {
        /// A row of zeros with a one at the class: for `categorical_crossentropy`.
        #[default]
        OneHot = "one_hot",
        /// The class's number: for `sparse_categorical_crossentropy`.
        Integer = "integer",
        /// 0 or 1 as one value, for two classes: for `binary_crossentropy` on one output.
        Binary = "binary",
    }
}

variants! {
    /// What the network is to predict.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum TargetChoice {
        /// The set's own targets.
        #[default]
        Labels = "labels",
        /// The inputs themselves, as an autoencoder does.
        Input = "input",
    }
}

nested_values!(DataConfig, Fold);

fields! {
    DataConfig {
        source: inside::<Source>(), "where the samples come from";
        normalize: Switch, "scales inputs and real-valued targets";
        labels: Choice(Labels::WORDS), "how class labels reach the loss";
        targets: Choice(TargetChoice::WORDS), "what the network is to predict";
        validation: Number(Range::SHARE), "the share of the training samples that is held out for validation",
            "{} is no share of the samples";
        test: Number(Range::SHARE), "the share of the samples that is the test set", "{} is no share of the samples";
        fold: inside::<Fold>(), "one part of a cross-validation";
        shuffle: Switch, "whether each epoch sees the samples in a new order";
        train_samples: Integer(Range::at_least(1.0)), "train on this many samples only";
        oversample: Switch, "whether an epoch sees as many samples of each class as of the largest";
        augment: inside::<Augment>(), "how training samples are changed at random";
    }
}

fields! {
    Fold {
        k: Integer(Range::at_least(1.0)), "which part is the test set, from 1";
        of: Integer(Range::at_least(2.0)), "how many parts there are";
    }
}

/// What a network gets of a data set, known before its samples are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Shape of one input, channels last: `[28, 28, 1]`, `[30]`, `[steps, features]`; `[steps]` for tokens.
    pub input: Vec<usize>,
    /// The number of tokens: inputs are whole numbers from 0 to below it, for an Embedding. `None` where inputs are
    /// plain numbers.
    pub tokens: Option<usize>,
    /// The inputs that are numbers of words, for which the network learns vectors.
    pub embedded: Vec<EmbeddedColumn>,
    /// The columns of a table, as [`Offers::columns`].
    pub columns: Vec<RowColumn>,
    /// What is to be predicted.
    pub target: TargetKind,
    /// What real-valued targets are like.
    pub values: ValuesAre,
    /// Number of training samples, validation included.
    pub train: usize,
    /// Those of them that are a validation set of their own; `None`: they are cut off the training samples.
    pub validation: Option<usize>,
    /// Number of test samples.
    pub test: usize,
}

impl DataConfig {
    /// A set from this source, with every other option at its default.
    pub fn of(source: Source) -> Self {
        DataConfig {
            source,
            normalize: true,
            labels: Labels::default(),
            targets: TargetChoice::default(),
            validation: default_validation(),
            test: None,
            fold: None,
            shuffle: true,
            train_samples: None,
            oversample: false,
            augment: Augment::default(),
        }
    }

    /// What the network sees and what it is to predict, where the source offers `set` and `targets` says how targets are
    /// read that can be read in two ways.
    pub fn signature(&self, set: &Offers, targets: TargetsAs) -> Signature {
        let (train, test) = match (set.test, set.window) {
            (Some(own), _) => (set.samples, own),
            (None, None) => {
                let test = self.test_count(set.samples - set.validation.unwrap_or(0).min(set.samples));
                let gaps = set.gap.saturating_mul(1 + usize::from(self.validation > 0.0));
                ((set.samples - test).saturating_sub(gaps), test)
            }
            (None, Some(steps)) => {
                let test = held_out(set.samples, self.test_share());
                (windows(set.samples - test, steps), windows(test, steps))
            }
        };
        let target = match self.targets {
            TargetChoice::Labels => set.target_as(targets).clone(),
            TargetChoice::Input => TargetKind::Values(size(&set.input)),
        };
        // Inputs are brought to the range that the loss compares.
        let values = match self.targets {
            TargetChoice::Labels => set.values,
            TargetChoice::Input => ValuesAre::Shares,
        };
        let (input, embedded, columns) = (set.input.clone(), set.embedded.clone(), set.columns.clone());
        Signature {
            input,
            tokens: set.tokens,
            embedded,
            columns,
            target,
            values,
            train,
            validation: set.validation,
            test,
        }
    }

    /// Bytes of memory that the set takes: MNIST's pixels are kept as bytes, the user's large files stay on disk, and
    /// everything else is kept as numbers.
    pub fn memory(&self, signature: &Signature) -> u64 {
        let samples = signature.train.saturating_add(signature.test) as u64;
        let numbers =
            signature.input.iter().fold(samples, |product, &size| product.saturating_mul(size as u64));
        match &self.source {
            Source::Mnist => numbers,
            other if other.files().is_some_and(|files| !files.is_kept_in_memory()) => {
                numbers.saturating_mul(4).min(512 << 20)
            }
            _ => numbers.saturating_mul(4),
        }
    }

    /// How many of `samples` samples are the test set, where the set has none of its own.
    pub fn test_count(&self, samples: usize) -> usize {
        match self.fold {
            Some(Fold { k, of }) => {
                let (k, of) = (k as usize, of.max(1) as usize);
                samples / of + usize::from(k <= samples % of)
            }
            None => held_out(samples, self.test_share()),
        }
    }

    /// The share of the samples that is the test set, where the set has none of its own.
    pub fn test_share(&self) -> f64 {
        self.test.unwrap_or(self.source.usual_test_share())
    }

    /// Checks that the options fit each other.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.fold.is_some_and(|Fold { k, of }| k > of) {
            return refuse(Path::to("data").field("fold"), "there is no such part", "count the parts from 1");
        }
        self.source.check()
    }

    /// Checks that the shares that are held out leave samples to train on.
    fn check_shares(&self, set: &Offers) -> Result<(), Refusal> {
        if set.window.is_some() || set.samples == 0 {
            return Ok(());
        }
        let left = self.signature(set, TargetsAs::Suggested).train;
        let refused = |field: &str, share: f64, of: usize| {
            let problem = format!("{field}: {share} of {} leaves none to train on", counted(of, "sample"));
            refuse(Path::to("data").field(field), problem, "hold out a smaller share, such as 0.2")
        };
        match self.test {
            Some(share) if left == 0 && set.test.is_none() && self.fold.is_none() => {
                refused("test", share, set.samples)
            }
            _ if left > 0 && set.validation.is_none() && held_out(left, self.validation) == left => {
                refused("validation", self.validation, left)
            }
            _ => Ok(()),
        }
    }

    /// Checks the options against a source that offers `set`.
    pub(super) fn check_against(&self, set: &Offers) -> Result<(), Refusal> {
        if size(&set.input) as u64 > LARGEST {
            return refuse(
                Path::to("data").field("source"),
                format!("samples of shape {:?}: more than 4 billion numbers each", set.input),
                "use smaller samples",
            );
        }
        if self.fold.is_some() && !self.source.can_fold(set) {
            return refuse(
                Path::to("data").field("fold"),
                "this set has a test set of its own, or an order in time, and is not cut into folds",
                "leave fold out",
            );
        }
        self.check_shares(set)?;
        if let (TargetChoice::Input, Some(first)) = (self.targets, set.embedded.first()) {
            return refuse(
                Path::to("data").field("targets"),
                format!(
                    "input {} is the number of a word, which cannot be compared with an output",
                    first.place + 1
                ),
                ONE_HOT,
            );
        }
        self.augment.check(&set.input, set.tokens.is_some() || !set.embedded.is_empty())
    }
}

/// What to do where words cannot be embedded.
pub(super) const ONE_HOT: &str =
    "columns: {\"name\": category(limit: 50)} gives the most frequent words an input each";

/// The number of samples in a share of `count` samples.
pub fn held_out(count: usize, share: f64) -> usize {
    ((count as f64 * share).round() as usize).min(count)
}

/// The number of windows of `steps` tokens in a text of `tokens` tokens; every token of a window has a next one.
pub fn windows(tokens: usize, steps: usize) -> usize {
    tokens.saturating_sub(1) / steps.max(1)
}
