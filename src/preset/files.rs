//! Options of data in files of one's own.

use serde::{Deserialize, Serialize};

use super::source::Source;

/// What becomes of an empty cell of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The table is refused, with the cell's place.
    #[default]
    Refuse,
    /// The column's mean over the training samples.
    Mean,
    /// Zero.
    Zero,
}

/// What a table's label is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Values where it is a number with a fraction, or one of more than twenty different numbers; classes otherwise.
    #[default]
    Auto,
    /// Classes.
    Classes,
    /// A real value.
    Values,
}

/// The colours that a network sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Red, green, blue.
    #[default]
    Rgb,
    /// Brightness.
    Grey,
}

impl Colour {
    /// Numbers a pixel.
    pub fn channels(self) -> usize {
        match self {
            Colour::Rgb => 3,
            Colour::Grey => 1,
        }
    }
}

impl Source {
    /// The files and folders that it names; none for sets that are built in.
    pub fn paths(&self) -> Vec<&str> {
        match self {
            Source::Idx { inputs, labels, test_inputs, test_labels, .. } => [Some(inputs), Some(labels)]
                .into_iter()
                .chain([test_inputs.as_ref(), test_labels.as_ref()])
                .flatten()
                .map(String::as_str)
                .collect(),
            Source::Csv { file, test_file, .. } => {
                std::iter::once(file).chain(test_file).map(String::as_str).collect()
            }
            Source::Npy { inputs, targets } => vec![inputs, targets],
            Source::Npz { file, .. } | Source::TextFile { file, .. } | Source::LabelledText { file, .. } => {
                vec![file]
            }
            Source::ImageFolder { folder, test_folder, .. }
            | Source::WavFolder { folder, test_folder, .. } => {
                std::iter::once(folder).chain(test_folder).map(String::as_str).collect()
            }
            Source::Mnist
            | Source::Logic { .. }
            | Source::Spirals { .. }
            | Source::Circles { .. }
            | Source::Moons { .. }
            | Source::BreastCancer
            | Source::Diabetes
            | Source::Iris
            | Source::Wine
            | Source::Digits8x8
            | Source::Shakespeare { .. }
            | Source::Words
            | Source::Sp500 { .. }
            | Source::SpokenDigits => Vec::new(),
        }
    }
}
