//! The data sets that a preset can name.

use serde::{Deserialize, Serialize};

use super::data::TargetKind;
use super::files::{Colour, Missing, Task};
use super::layers::options::Pair;
use super::path::Path;
use super::refusal::{Refusal, refuse};

/// A data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are explained at their variants")]
pub enum Source {
    /// 70,000 handwritten digits, 28x28 grey, 10 classes; embedded.
    Mnist,
    /// Two truth values near 0 and 1 and what a gate makes of them; `noise` is the deviation of the inputs.
    Logic {
        #[serde(default)]
        gate: Gate,
        #[serde(default = "logic_noise")]
        noise: f64,
        #[serde(default = "few")]
        samples: usize,
        #[serde(default)]
        seed: u64,
    },
    /// Intertwined spirals, one a class, with so many `turns`.
    Spirals {
        #[serde(default = "two")]
        arms: usize,
        #[serde(default = "turns")]
        turns: f64,
        #[serde(default = "little")]
        noise: f64,
        #[serde(default = "thousand")]
        samples: usize,
        #[serde(default)]
        seed: u64,
    },
    /// A circle inside another, `factor` times as large.
    Circles {
        #[serde(default = "half")]
        factor: f64,
        #[serde(default = "noise")]
        noise: f64,
        #[serde(default = "thousand")]
        samples: usize,
        #[serde(default)]
        seed: u64,
    },
    /// Two half moons that reach into each other.
    Moons {
        #[serde(default = "noise")]
        noise: f64,
        #[serde(default = "thousand")]
        samples: usize,
        #[serde(default)]
        seed: u64,
    },
    /// Breast Cancer Wisconsin (Diagnostic): 569 patients, 30 features of cell nuclei, 2 classes; embedded.
    BreastCancer,
    /// 442 diabetes patients, 10 features, how far the disease went in a year: a regression; embedded.
    Diabetes,
    /// Fisher's 150 iris flowers, 4 features, 3 species; embedded.
    Iris,
    /// 178 Italian wines, 13 features, 3 cultivars; embedded.
    Wine,
    /// 1,797 handwritten digits, 8x8 grey, 10 classes; embedded.
    #[serde(rename = "digits_8x8")]
    Digits8x8,
    /// Twelve plays, character by character, in windows of `steps` that follow each other; embedded.
    Shakespeare {
        #[serde(default = "window")]
        steps: usize,
    },
    /// 36,000 words of six languages, letter by letter; embedded.
    Words,
    /// 5,030 trading days of the S&P 500 in windows of `steps`, to forecast the log volatility of the `horizon` days after,
    /// not the price; cut by time; embedded.
    #[serde(rename = "sp500")]
    Sp500 {
        #[serde(default = "month")]
        steps: usize,
        #[serde(default = "one")]
        horizon: usize,
    },
    /// 1,680 spoken digits as log-mel spectrograms, synthesised in 84 voices, those of the test unseen in training;
    /// embedded.
    SpokenDigits,
    /// IDX files, plain or `.gz`: `inputs` with one sample along the first axis, `labels` with a class each.
    Idx {
        inputs: String,
        labels: String,
        #[serde(default)]
        test_inputs: Option<String>,
        #[serde(default)]
        test_labels: Option<String>,
        /// How many classes there are; left out: one more than the largest label.
        #[serde(default)]
        classes: Option<usize>,
    },
    /// A table of comma- or tab-separated values. `label` is a column's name or number (from 1), the last one when left
    /// out; `columns` are the inputs, all others when left out.
    Csv {
        file: String,
        #[serde(default)]
        test_file: Option<String>,
        #[serde(default)]
        label: Option<String>,
        #[serde(default)]
        columns: Vec<String>,
        #[serde(default)]
        task: Task,
        /// Left out: a tab for `.tsv`, else a comma.
        #[serde(default)]
        separator: Option<char>,
        /// Whether the first line names the columns.
        #[serde(default = "super::data::yes")]
        header: bool,
        #[serde(default)]
        missing: Missing,
    },
    /// Two NumPy files: `inputs` with a sample along the first axis, `targets` with class numbers (integers) or values
    /// (floats).
    Npy { inputs: String, targets: String },
    /// Two arrays of a NumPy archive.
    Npz {
        file: String,
        #[serde(default = "inputs_name")]
        inputs: String,
        #[serde(default = "targets_name")]
        targets: String,
    },
    /// A folder with a folder of PNG or JPEG images for each class, resized to `size` (height, width).
    ImageFolder {
        folder: String,
        #[serde(default)]
        test_folder: Option<String>,
        #[serde(default = "image_size")]
        size: Pair,
        #[serde(default)]
        colour: Colour,
    },
    /// A text to learn character by character, in windows of `steps`.
    TextFile {
        file: String,
        #[serde(default = "window")]
        steps: usize,
    },
    /// A text a line after its class and a tab, character by character; the last `length` characters count.
    LabelledText {
        file: String,
        #[serde(default = "text_length")]
        length: usize,
    },
    /// A folder with a folder of WAV files for each class, as log-mel spectrograms of the first `seconds` of sound.
    WavFolder {
        folder: String,
        #[serde(default)]
        test_folder: Option<String>,
        #[serde(default = "word_seconds")]
        seconds: f64,
    },
}

/// A gate of logic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// One of both, and not the other: no straight line separates it.
    #[default]
    Xor,
    /// Both.
    And,
    /// At least one.
    Or,
}

fn logic_noise() -> f64 {
    0.15
}
fn little() -> f64 {
    0.02
}
fn noise() -> f64 {
    0.1
}
fn half() -> f64 {
    0.5
}
fn turns() -> f64 {
    1.5
}
fn two() -> usize {
    2
}
fn few() -> usize {
    400
}
fn thousand() -> usize {
    1000
}
fn inputs_name() -> String {
    "x".into()
}
fn targets_name() -> String {
    "y".into()
}
fn image_size() -> Pair {
    Pair(32, 32)
}
fn text_length() -> usize {
    64
}
fn word_seconds() -> f64 {
    0.9
}
fn one() -> usize {
    1
}
fn month() -> usize {
    22
}
fn window() -> usize {
    100
}

/// Characters of Shakespeare's text.
const SHAKESPEARE: usize = 1_600_251;
/// Days of the S&P 500 that have a day before them.
const DAYS: usize = 5030;
/// Most samples of a generated set.
const MOST: usize = 10_000_000;

/// What a set holds, before a preset's options cut it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// Shape of one input, as in [`Signature`](super::Signature).
    pub input: Vec<usize>,
    /// Inputs are token numbers below this one.
    pub tokens: Option<usize>,
    /// What is to be predicted.
    pub target: TargetKind,
    /// All samples, or those to train on where the set has a test set of its own; of a text, its tokens.
    pub samples: usize,
    /// A text is read in windows of so many tokens.
    pub window: Option<usize>,
    /// Samples left out where one part of a series ends and the next begins.
    pub gap: usize,
    /// Test samples, where the set has its own.
    pub test: Option<usize>,
}

fn classes(names: &[&str]) -> TargetKind {
    TargetKind::Classes(names.iter().map(ToString::to_string).collect())
}

impl Source {
    /// The name a person sees.
    pub fn title(&self) -> &'static str {
        match self {
            Source::Mnist => "MNIST handwritten digits",
            Source::Logic { gate: Gate::Xor, .. } => "Exclusive or",
            Source::Logic { gate: Gate::And, .. } => "Logical and",
            Source::Logic { gate: Gate::Or, .. } => "Logical or",
            Source::Spirals { .. } => "Spirals",
            Source::Circles { .. } => "Circles",
            Source::Moons { .. } => "Half moons",
            Source::BreastCancer => "Breast cancer Wisconsin",
            Source::Diabetes => "Diabetes progression",
            Source::Iris => "Fisher's iris flowers",
            Source::Wine => "Wine cultivars",
            Source::Digits8x8 => "Handwritten digits, 8x8",
            Source::Shakespeare { .. } => "Twelve plays of Shakespeare",
            Source::Words => "Words of six languages",
            Source::Sp500 { .. } => "S&P 500 volatility, cut by time",
            Source::SpokenDigits => "Spoken digits, synthesised",
            Source::Idx { .. } => "Your IDX files",
            Source::Csv { .. } => "Your table",
            Source::Npy { .. } | Source::Npz { .. } => "Your NumPy arrays",
            Source::ImageFolder { .. } => "Your folder of images",
            Source::TextFile { .. } => "Your text",
            Source::LabelledText { .. } => "Your labelled texts",
            Source::WavFolder { .. } => "Your folder of sounds",
        }
    }

    /// What a built-in set offers; none where that is in files.
    pub fn built_in_offers(&self) -> Option<Offers> {
        let table = |features: usize, target, samples| Offers {
            input: vec![features],
            tokens: None,
            target,
            samples,
            window: None,
            gap: 0,
            test: None,
        };
        let generated = |names: Vec<String>, samples| Offers {
            test: Some(samples),
            ..table(2, TargetKind::Classes(names), samples)
        };
        let digits = TargetKind::Classes((0..10).map(|digit| digit.to_string()).collect());
        let pair = |one: &str, other: &str| vec![one.to_string(), other.to_string()];
        Some(match self {
            Source::Mnist => Offers {
                input: vec![28, 28, 1],
                tokens: None,
                target: digits,
                samples: 60_000,
                window: None,
                gap: 0,
                test: Some(10_000),
            },
            Source::Logic { samples, .. } => generated(pair("false", "true"), *samples),
            Source::Spirals { arms, samples, .. } => {
                generated((1..=*arms).map(|arm| format!("arm {arm}")).collect(), *samples)
            }
            Source::Circles { samples, .. } => generated(pair("outer", "inner"), *samples),
            Source::Moons { samples, .. } => generated(pair("upper", "lower"), *samples),
            Source::BreastCancer => table(30, classes(&["malignant", "benign"]), 569),
            Source::Diabetes => table(10, TargetKind::Values(1), 442),
            Source::Iris => table(4, classes(&["setosa", "versicolor", "virginica"]), 150),
            Source::Wine => table(13, classes(&["class_0", "class_1", "class_2"]), 178),
            Source::Digits8x8 => Offers { input: vec![8, 8, 1], ..table(64, digits, 1797) },
            Source::Shakespeare { steps } => Offers {
                input: vec![*steps],
                tokens: Some(80),
                target: TargetKind::Tokens(80),
                samples: SHAKESPEARE,
                window: Some(*steps),
                gap: 0,
                test: None,
            },
            Source::Words => Offers {
                input: vec![16],
                tokens: Some(51),
                ..table(16, classes(&["Dutch", "English", "French", "German", "Italian", "Spanish"]), 36_000)
            },
            Source::Sp500 { steps, horizon } => Offers {
                input: vec![*steps, 2],
                gap: horizon.saturating_sub(1),
                ..table(2, TargetKind::Values(1), (DAYS + 1).saturating_sub(steps + horizon))
            },
            Source::SpokenDigits => {
                Offers { input: vec![56, 40, 1], test: Some(340), ..table(2240, digits, 1340) }
            }
            Source::Idx { .. }
            | Source::Csv { .. }
            | Source::Npy { .. }
            | Source::Npz { .. }
            | Source::ImageFolder { .. }
            | Source::TextFile { .. }
            | Source::LabelledText { .. }
            | Source::WavFolder { .. } => return None,
        })
    }

    /// The share that is the test set where a preset does not say.
    pub(super) fn usual_test_share(&self) -> f64 {
        if matches!(self, Source::Shakespeare { .. } | Source::TextFile { .. }) { 0.1 } else { 0.2 }
    }

    /// Whether the samples have no order and no test set of their own.
    pub(super) fn can_fold(&self, offers: &Offers) -> bool {
        !matches!(self, Source::Sp500 { .. }) && offers.window.is_none() && offers.test.is_none()
    }

    /// Whether the options make sense, each for itself; files are not looked into.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let at = |field| Path::to("data").field("source").field(field);
        let size = |samples: usize| match samples {
            10..=MOST => Ok(()),
            _ => refuse(at("samples"), format!("{samples} samples"), "use 10 to 10000000"),
        };
        let wide = |noise: f64| match noise {
            0.0..=100.0 => Ok(()),
            _ => refuse(at("noise"), format!("a noise of {noise}"), "use 0 to 100; 0.1 is usual"),
        };
        match self {
            Source::Logic { noise, samples, .. } | Source::Moons { noise, samples, .. } => {
                wide(*noise).and_then(|()| size(*samples))
            }
            Source::Circles { factor, noise, samples, .. } => {
                if !(*factor > 0.0 && *factor < 1.0) {
                    return refuse(
                        at("factor"),
                        format!("a factor of {factor}"),
                        "use 0 to 1, both excluded",
                    );
                }
                wide(*noise).and_then(|()| size(*samples))
            }
            Source::Spirals { arms, turns, noise, samples, .. } => {
                if !(2..=20).contains(arms) {
                    return refuse(at("arms"), format!("{arms} arms"), "use 2 to 20");
                }
                if !(*turns > 0.0 && *turns <= 20.0) {
                    return refuse(at("turns"), format!("{turns} turns"), "use more than 0, 20 at most");
                }
                wide(*noise).and_then(|()| size(*samples))
            }
            Source::Shakespeare { steps } if !(1..=10_000).contains(steps) => {
                refuse(at("steps"), format!("windows of {steps} characters"), "use 1 to 10000; 100 is usual")
            }
            Source::Sp500 { steps, .. } if !(1..=1000).contains(steps) => {
                refuse(at("steps"), format!("windows of {steps} days"), "use 1 to 1000; 22 are a month")
            }
            Source::Sp500 { horizon, steps } if !(1..=*steps.min(&250)).contains(horizon) => refuse(
                at("horizon"),
                format!("a forecast over {horizon} days"),
                "use 1 day to as many as the window has, 250 at most",
            ),
            Source::ImageFolder { size: Pair(height, width), .. }
                if !((1..=4096).contains(height) && (1..=4096).contains(width)) =>
            {
                refuse(at("size"), format!("images of {height} by {width} pixels"), "use 1 to 4096 each")
            }
            Source::TextFile { steps, .. } if !(1..=10_000).contains(steps) => {
                refuse(at("steps"), format!("windows of {steps} characters"), "use 1 to 10000; 100 is usual")
            }
            Source::LabelledText { length, .. } if !(1..=10_000).contains(length) => {
                refuse(at("length"), format!("texts of {length} characters"), "use 1 to 10000")
            }
            Source::WavFolder { seconds, .. } if !(0.1..=60.0).contains(seconds) => {
                refuse(at("seconds"), format!("sounds of {seconds} s"), "use 0.1 to 60")
            }
            _ => Ok(()),
        }
    }

    /// Every set that is built in, with its options left out.
    pub fn built_in() -> Vec<Source> {
        let named = [
            "mnist",
            "digits_8x8",
            "logic()",
            "spirals()",
            "circles()",
            "moons()",
            "breast_cancer",
            "iris",
            "wine",
            "diabetes",
            "words",
            "shakespeare()",
            "sp500()",
            "spoken_digits",
        ];
        named.iter().filter_map(|name| ron::from_str(name).ok()).collect()
    }
}
