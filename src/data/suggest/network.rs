//! The network that fits data of some kind and size, and how it is trained.

use std::fmt::Write;

use super::comment::comment;
use crate::data::answers::MOST_LIKELY_CLASSES;
use crate::preset::{TargetKind, ValuesAre, counted};

/// Pictures with a smaller side are not halved over and over.
const LEAST_HALVED: usize = 16;

/// A network with its training, as a preset writes them.
pub(super) struct Network {
    /// Why it is as it is: a line each.
    pub reasons: Vec<String>,
    /// How it is trained, where it does not simply learn targets; else empty.
    pub procedure: String,
    /// Its layers but the last.
    pub layers: Vec<String>,
    /// Its last layer and the loss.
    pub end: End,
    /// The learning rate of the optimizer.
    pub learning_rate: f64,
    /// What a step takes off each weight, times the rate.
    pub weight_decay: f64,
    /// Passes over the data at most.
    pub epochs: usize,
    /// Samples in a step.
    pub batch: usize,
}

/// How a network ends.
pub(super) struct End {
    /// Why it ends so.
    reason: String,
    layer: String,
    loss: &'static str,
    /// What `data: (…)` says of the labels; empty where the default is right.
    pub labels: &'static str,
}

impl End {
    /// The end that tells for each of several labels whether a sample has it.
    pub fn of_labels(count: usize) -> Self {
        End {
            reason: format!(
                "{count} outputs, each by itself: the probability that a sample has this label; it may have several, or none."
            ),
            layer: format!("Dense(units: {count}, activation: sigmoid)"),
            loss: "binary_crossentropy",
            labels: "",
        }
    }

    /// The end that gives shares of a whole.
    pub fn of_shares(count: usize) -> Self {
        End {
            reason: format!("{count} outputs: shares that sum to 1, as the targets of each sample do."),
            layer: format!("Dense(units: {count}, activation: softmax)"),
            loss: "categorical_crossentropy",
            labels: "",
        }
    }

    /// The end that predicts this target.
    pub fn of(target: &TargetKind) -> Self {
        match target {
            TargetKind::Classes(names) if names.len() == 2 => End {
                reason: format!("One output: the probability of '{}', the second class.", comment(&names[1])),
                layer: "Dense(units: 1, activation: sigmoid)".into(),
                loss: "binary_crossentropy",
                labels: "labels: binary,",
            },
            TargetKind::Classes(names) => End {
                reason: format!("{} outputs: the probability of each class.", names.len()),
                layer: format!("Dense(units: {}, activation: softmax)", names.len()),
                loss: "sparse_categorical_crossentropy",
                labels: "labels: integer,",
            },
            TargetKind::Values(count) => End {
                reason: match count {
                    0 | 1 => "The output is the value itself, and the loss its squared error; scores are in the data's unit.".into(),
                    count => format!(
                        "{count} outputs: the values themselves, and the loss their squared error; scores are in the data's unit."
                    ),
                },
                layer: format!("Dense(units: {count})"),
                loss: "mean_squared_error",
                labels: "",
            },
            TargetKind::Tokens(count) => End {
                reason: format!("{count} outputs at each step: the probability of each character to come next."),
                layer: format!("Dense(units: {count}, activation: softmax)"),
                loss: "sparse_categorical_crossentropy",
                labels: "labels: integer,",
            },
        }
    }
}

/// The usual weight decay.
pub(super) const WEIGHT_DECAY: f64 = 0.01;

impl Network {
    /// A vector for each user and each item: the prediction is their product beside a number for each (Koren, Bell, Volinsky 2009).
    pub fn of_pairs(user: &str, item: &str, samples: usize) -> Self {
        let layer = format!(
            "Branches(merge: add, branches: [\n            \
             [Branches(merge: dot, branches: [[Input(columns: [{user:?}])], [Input(columns: [{item:?}])]])],\n            \
             [Input(columns: [{user:?}]), Dense(units: 1)],\n            \
             [Input(columns: [{item:?}]), Dense(units: 1)],\n        ])"
        );
        Network {
            reasons: vec![
                "Matrix factorisation: each user and each item has a vector of numbers that is learned from the ratings. Where two point"
                    .into(),
                "the same way, the rating is higher; a number for each says how generous a user is, and how liked an item.".into(),
            ],
            procedure: String::new(),
            layers: Vec::new(),
            end: End { layer, ..End::of(&TargetKind::Values(1)) },
            learning_rate: 0.003,
            // The vectors of users and items with few ratings stay small. Those that begin small take many steps to find each other.
            weight_decay: 0.15,
            epochs: 100,
            batch: if samples < 50_000 { 64 } else { 256 },
        }
    }

    /// Dense layers for samples of unordered features.
    pub fn dense(features: usize, samples: usize, end: End) -> Self {
        let widths: &[usize] = match samples {
            0..500 => &[32],
            500..5_000 => &[64, 32],
            5_000..50_000 => &[128, 64],
            _ => &[256, 128],
        };
        let rate = if samples < 5_000 { 0.2 } else { 0.1 };
        let layers = widths.iter().flat_map(|units| {
            [format!("Dense(units: {units}, activation: relu),"), format!("Dropout(rate: {rate}),")]
        });
        Network {
            reasons: vec![
                format!(
                    "{} of {}: {} what these can teach. Dropout and weight decay",
                    counted(samples, "sample"),
                    counted(features, "input"),
                    if widths.len() == 1 { "one hidden layer learns" } else { "two hidden layers learn" },
                ),
                "hold back what would be learned by heart.".into(),
            ],
            procedure: String::new(),
            layers: layers.collect(),
            end,
            learning_rate: 0.001,
            weight_decay: WEIGHT_DECAY,
            epochs: 200,
            batch: batch(samples),
        }
    }

    /// Convolutions for images and spectrograms.
    pub fn convolutional(height: usize, width: usize, samples: usize, end: End) -> Self {
        let mut layers = Vec::new();
        let (mut side, mut filters) = (height.min(width), 16);
        if side < LEAST_HALVED {
            return Self::of_small((height, width), samples, end);
        }
        // Halved until what is left is small.
        while side >= 8 && filters <= 128 {
            layers.push(format!(
                "Conv2D(filters: {filters}, kernel_size: 3, padding: same, activation: relu),"
            ));
            layers.push("BatchNormalization(momentum: 0.9),".into());
            layers.push("MaxPooling2D(pool_size: 2),".into());
            (side, filters) = (side / 2, filters * 2);
        }
        layers.push("GlobalAveragePooling2D,".into());
        layers.push("Dropout(rate: 0.3),".into());
        Network {
            reasons: vec![format!(
                "{samples} pictures of {height} by {width}: convolutions see the same shape anywhere; each pooling halves the sides."
            )],
            procedure: String::new(),
            layers,
            end,
            learning_rate: 0.003,
            weight_decay: WEIGHT_DECAY,
            epochs: 60,
            batch: batch(samples).min(64),
        }
    }

    /// Convolutions for pictures of which little is left where their sides are halved.
    fn of_small((height, width): (usize, usize), samples: usize, end: End) -> Self {
        let conv =
            |filters| format!("Conv2D(filters: {filters}, kernel_size: 3, padding: same, activation: relu),");
        let mut layers = vec![conv(16), conv(32), "BatchNormalization(momentum: 0.9),".into()];
        if height.min(width) >= 4 {
            layers.push("MaxPooling2D(pool_size: 2),".into());
        }
        layers.extend(["Flatten,".into(), "Dropout(rate: 0.3),".into()]);
        Network {
            reasons: vec![format!(
                "{samples} pictures of {height} by {width}: convolutions see the same shape anywhere, and the last layer where it is."
            )],
            procedure: String::new(),
            layers,
            end,
            learning_rate: 0.003,
            weight_decay: WEIGHT_DECAY,
            epochs: 60,
            batch: batch(samples).min(64),
        }
    }

    /// Writes what comes behind the data in a preset.
    pub fn write(&self, text: &mut String) {
        let Network { reasons, procedure, layers, end, learning_rate, weight_decay, epochs, batch } = self;
        if !procedure.is_empty() {
            let _ = writeln!(text, "    procedure: {procedure},");
        }
        for reason in reasons {
            let _ = writeln!(text, "    // {reason}");
        }
        text.push_str("    layers: [\n");
        for layer in layers {
            let _ = writeln!(text, "        {layer}");
        }
        let _ = writeln!(text, "        {},\n    ],", end.layer);
        let _ = writeln!(text, "    // {}\n    loss: {},", end.reason, end.loss);
        let _ = writeln!(
            text,
            "    optimizer: AdamW(learning_rate: {learning_rate}, weight_decay: {weight_decay}),\n    \
             // Training ends when the validation loss has not fallen for a while, with the weights of its best epoch.\n    \
             train: (epochs: {epochs}, batch_size: {batch}, early_stopping: (patience: {})),",
            patience(*epochs)
        );
    }
}

/// Epochs without progress that are waited for.
fn patience(epochs: usize) -> usize {
    (epochs / 10).max(5)
}

/// Samples in a step: some dozen steps in an epoch of few samples, and not more than fit well into a processor's caches.
pub(super) fn batch(samples: usize) -> usize {
    (samples / 50).clamp(16, 256).next_power_of_two().min(256)
}

/// The share of the training set that says when to stop, of data with a test set of its own: `a folder` or `arrays`.
pub(super) fn beside_test(has: &str) -> Vec<String> {
    vec![
        format!("// The test set has {has} of its own; a fifth of the training set says when to stop."),
        "validation: 0.2,".into(),
    ]
}

/// The share of the training set that is the test set, of data with a validation set of its own.
pub(super) fn test_of_training() -> Vec<String> {
    vec!["// A fifth of the training set is kept for the test at the end.".into(), "test: 0.2,".into()]
}

/// How samples are cut into those to train on and those to judge by.
pub(super) fn split(samples: usize) -> Vec<String> {
    let share = if samples < 5_000 { 0.2 } else { 0.1 };
    vec![
        "// A fifth is kept for the test at the end; of the others, a part says when to stop.".into(),
        format!("test: 0.2, validation: {share},"),
    ]
}

/// What samples are to be answered with, what else that can be read as, and what values are like.
pub(super) type OfAnswers<'a> = (&'a TargetKind, Option<&'a TargetKind>, ValuesAre);

/// How a network ends that learns these answers of so many samples, and what they are taken for.
pub(super) fn end_of_answers((target, other, values_are): OfAnswers, samples: usize) -> (End, String) {
    let classes = |names: &[String], seen: &str| {
        let last = names.last().and_then(|name| name.parse::<usize>().ok());
        let seen = if last.map(|last| last + 1) == Some(names.len()) {
            seen.into()
        } else {
            seen.replace(" from 0", "")
        };
        let kind = TargetKind::Classes(names.to_vec());
        (End::of(&kind), format!("The targets are {seen}: {} classes.", names.len()))
    };
    let values =
        |count: usize, seen: &str| (End::of(&TargetKind::Values(count)), format!("The targets are {seen}."));
    match (target, other, values_are) {
        // More than one class for two samples: a measurement that is saved in whole numbers.
        (TargetKind::Classes(names), Some(TargetKind::Values(1)), _)
            if names.len() > MOST_LIKELY_CLASSES && names.len() * 2 > samples =>
        {
            values(1, "whole numbers, too many different ones to be classes: values")
        }
        (TargetKind::Classes(names), None, _) => classes(names, "words"),
        (TargetKind::Classes(names), ..) => classes(names, "whole numbers from 0"),
        (TargetKind::Values(1), Some(TargetKind::Classes(names)), _)
            if names.len() <= MOST_LIKELY_CLASSES =>
        {
            classes(names, "whole numbers from 0, saved as floats")
        }
        (TargetKind::Values(count), Some(TargetKind::Classes(names)), _) if *count > 1 => {
            classes(names, "rows with a single 1")
        }
        (TargetKind::Values(count), _, ValuesAre::Flags) => (
            End::of_labels(*count),
            format!("The targets are {count} labels a sample, each 0 or 1, of which any may be there."),
        ),
        (TargetKind::Values(count), _, ValuesAre::Distributions) => {
            (End::of_shares(*count), format!("The targets are {count} shares a sample, which sum to 1."))
        }
        (TargetKind::Values(1), ..) => values(1, "values, one a sample"),
        (TargetKind::Values(count), ..) => values(*count, &format!("values, {count} a sample")),
        (other @ TargetKind::Tokens(_), ..) => (End::of(other), "The targets are characters.".into()),
    }
}
