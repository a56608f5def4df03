//! The data sets that a preset can name: those that are built in, and files of a person's own.
//!
//! A kind of file is one file here: its options, their table of fields, and what a preset must know of it
//! ([`FileSource`]). To add a kind: its file, its `mod` line and its line in
//! [`file_sources`](crate::preset::sources::file_sources); the compiler then asks for its import in `data/own/`.

mod arrays;
mod built_in;
mod columns;
mod csv;
mod file_source;
mod file_table;
mod generated;
mod idx;
mod image_folder;
mod label_names;
mod labelled_text;
mod npy;
mod npz;
mod offers;
mod paths;
mod senate;
mod sequences;
pub mod sign;
mod text_file;
mod text_form;
mod wav_folder;

use super::field::nested_values;
use super::refusal::Refusal;
use super::variants::variants;
pub use arrays::ArrayForm;
pub use columns::{CategoryColumn, ColumnKind, Columns, DateColumn, MOST_WORDS, NumberColumn};
pub use csv::{Encoding, Missing, Task};
pub use file_source::FileSource;
pub use file_table::Holds;
pub use generated::{Circles, Gate, Logic, Moons, Spirals};
pub use image_folder::Colour;
pub use label_names::LabelNames;
pub use offers::{Offers, TargetKind, TargetsAs, ValuesAre};
pub use paths::Paths;
pub use senate::Senate;
pub use sequences::{Shakespeare, Sp500};
pub use text_form::{TextForm, TextTokens};

/// Calls a macro with the list of all kinds of files, each as `file::Type = "name in a preset"`, with what it is in one line.
macro_rules! file_sources {
    ($with:ident) => {
        $with! {
            /// Pairs of IDX files, the form of MNIST.
            idx::Idx = "idx",
            /// A table: separated values, Parquet or a spreadsheet.
            csv::Csv = "csv",
            /// A pair of NumPy files.
            npy::Npy = "npy",
            /// A NumPy archive.
            npz::Npz = "npz",
            /// A folder of images, a folder for each class.
            image_folder::ImageFolder = "image_folder",
            /// A text to learn, token by token.
            text_file::TextFile = "text_file",
            /// Texts with their classes.
            labelled_text::LabelledText = "labelled_text",
            /// A folder of sounds, a folder for each class.
            wav_folder::WavFolder = "wav_folder",
            /// A table that names files and their targets.
            file_table::FileTable = "file_table",
        }
    };
}
pub(crate) use file_sources;

/// The pattern of a set that is built in.
macro_rules! built_in {
    () => {
        Source::Mnist
            | Source::Logic(_)
            | Source::Spirals(_)
            | Source::Circles(_)
            | Source::Moons(_)
            | Source::BreastCancer
            | Source::Diabetes
            | Source::Iris
            | Source::Wine
            | Source::Digits8x8
            | Source::Shakespeare(_)
            | Source::Words
            | Source::Sentiment
            | Source::Senate(_)
            | Source::Sp500(_)
            | Source::SpokenDigits
    };
}

/// Defines [`Source`] from the list of the kinds of files.
macro_rules! sources {
    ($(#[doc = $help:literal] $file:ident::$kind:ident = $name:literal,)*) => {
        $(pub use $file::$kind;)*

        nested_values!($($kind),*);

        variants! {
            /// A data set.
            #[derive(Clone, Debug, PartialEq)]
            pub enum Source {
                /// 70,000 handwritten digits, 28x28 grey, 10 classes; embedded.
                Mnist = "mnist",
                /// Two values joined by a logical gate; generated.
                Logic(Logic) = "logic",
                /// Points on spirals that turn round each other; generated.
                Spirals(Spirals) = "spirals",
                /// Points on two circles, one in the other; generated.
                Circles(Circles) = "circles",
                /// Points on two half moons; generated.
                Moons(Moons) = "moons",
                /// Breast Cancer Wisconsin (Diagnostic): 569 patients, 30 features of cell nuclei, 2 classes; embedded.
                BreastCancer = "breast_cancer",
                /// 442 diabetes patients, 10 features, how far the disease went in a year: a regression; embedded.
                Diabetes = "diabetes",
                /// Fisher's 150 iris flowers, 4 features, 3 species; embedded.
                Iris = "iris",
                /// 178 Italian wines, 13 features, 3 cultivars; embedded.
                Wine = "wine",
                /// 1,797 handwritten digits, 8x8 grey, 10 classes; embedded.
                Digits8x8 = "digits_8x8",
                /// Twelve plays, letter by letter; embedded.
                Shakespeare(Shakespeare) = "shakespeare",
                /// 36,000 words of six languages, letter by letter; embedded.
                Words = "words",
                /// 14,313 sentences of reviews of films and of things that are sold, word by word, by how people rate their mood:
                /// negative or positive; embedded.
                Sentiment = "sentiment",
                /// 62,857 votes of the 109th US Senate: which senator said yea and which nay to what; embedded.
                Senate(Senate) = "senate",
                /// Daily returns and volatilities of the S&P 500, cut by time; embedded.
                Sp500(Sp500) = "sp500",
                /// 1,680 spoken digits as log-mel spectrograms, synthesised in 84 voices; the test set's voices do not
                /// occur in training; embedded.
                SpokenDigits = "spoken_digits",
                $(
                    #[doc = $help]
                    $kind($kind) = $name,
                )*
            }
        }

        $(
            impl From<$kind> for Source {
                fn from(source: $kind) -> Self {
                    Source::$kind(source)
                }
            }
        )*

        impl Source {
            /// What is known of files of a person's own; `None` for a set that is built in.
            pub fn files(&self) -> Option<&dyn FileSource> {
                match self {
                    $(Source::$kind(files) => Some(files),)*
                    built_in!() => None,
                }
            }

            fn files_mut(&mut self) -> Option<&mut dyn FileSource> {
                match self {
                    $(Source::$kind(files) => Some(files),)*
                    built_in!() => None,
                }
            }
        }
    };
}

nested_values!(Logic, Spirals, Circles, Moons, Senate, Shakespeare, Sp500);
file_sources!(sources);

impl Source {
    /// How its arrays are read; `None` for a source of something else.
    pub fn array_form(&self) -> Option<ArrayForm> {
        match self {
            Source::Npz(arrays) => Some(arrays.into()),
            Source::Npy(arrays) => Some(arrays.into()),
            _ => None,
        }
    }

    /// Has its arrays read so; a source of something else stays as it is.
    pub fn set_array_form(&mut self, form: ArrayForm) {
        let ArrayForm { channels_first, grey_images, missing } = form;
        match self {
            Source::Npz(arrays) => *arrays = Npz { channels_first, grey_images, missing, ..arrays.clone() },
            Source::Npy(arrays) => *arrays = Npy { channels_first, grey_images, missing, ..arrays.clone() },
            _ => {}
        }
    }

    /// How its texts are read; `None` where samples are no texts, each with its class.
    pub fn text_form(&self) -> Option<TextForm> {
        match self {
            Source::Sentiment => Some(TextForm {
                tokens: TextTokens::Words,
                length: Source::SENTIMENT_WORDS,
                vocabulary: TextForm::VOCABULARY,
            }),
            Source::LabelledText(texts) => Some(texts.form()),
            Source::FileTable(table) => {
                matches!(table.holds, Holds::Texts | Holds::TextFiles).then(|| table.form())
            }
            _ => None,
        }
    }

    /// The last words of a sentence that is read: as many as all but a few of the longest have.
    pub const SENTIMENT_WORDS: usize = 40;

    /// Every set that is built in, with its options left out.
    pub fn built_in() -> Vec<Source> {
        vec![
            Source::Mnist,
            Source::Digits8x8,
            Source::Logic(Logic::default()),
            Source::Spirals(Spirals::default()),
            Source::Circles(Circles::default()),
            Source::Moons(Moons::default()),
            Source::BreastCancer,
            Source::Iris,
            Source::Wine,
            Source::Diabetes,
            Source::Words,
            Source::Sentiment,
            Source::Senate(Senate::default()),
            Source::Shakespeare(Shakespeare::default()),
            Source::Sp500(Sp500::default()),
            Source::SpokenDigits,
        ]
    }

    /// The name that a person sees.
    pub fn title(&self) -> &'static str {
        match self {
            Source::Mnist => "MNIST handwritten digits",
            Source::Logic(Logic { gate: Gate::Xor, .. }) => "Exclusive or",
            Source::Logic(Logic { gate: Gate::And, .. }) => "Logical and",
            Source::Logic(Logic { gate: Gate::Or, .. }) => "Logical or",
            Source::Spirals(_) => "Spirals",
            Source::Circles(_) => "Circles",
            Source::Moons(_) => "Half moons",
            Source::BreastCancer => "Breast cancer Wisconsin",
            Source::Diabetes => "Diabetes progression",
            Source::Iris => "Fisher's iris flowers",
            Source::Wine => "Wine cultivars",
            Source::Digits8x8 => "Handwritten digits, 8x8",
            Source::Shakespeare(_) => "Twelve plays of Shakespeare",
            Source::Words => "Words of six languages",
            Source::Sentiment => "Sentences of reviews, negative or positive",
            Source::Senate(_) => "Votes of the US Senate, yea or nay",
            Source::Sp500(_) => "S&P 500 volatility, cut by time",
            Source::SpokenDigits => "Spoken digits, synthesised",
            files => files.files().map_or("", FileSource::title),
        }
    }

    /// Who made the set, and its licence; for a generated set, how it is made; empty for a person's own files.
    /// `SOURCE.md` beside each set in `assets/data/` says more.
    pub fn credit(&self) -> &'static str {
        match self {
            Source::Mnist => "Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0",
            Source::Logic(_) | Source::Spirals(_) | Source::Circles(_) | Source::Moons(_) => {
                "generated here from a seed"
            }
            Source::BreastCancer => "W. Wolberg, O. Mangasarian, N. Street 1995, UCI; CC BY 4.0",
            Source::Diabetes => "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani 2004; public",
            Source::Iris => "R. A. Fisher 1936, UCI; CC BY 4.0",
            Source::Wine => "S. Aeberhard, M. Forina 1991, UCI; CC BY 4.0",
            Source::Digits8x8 => "E. Alpaydin, C. Kaynak 1998, UCI; CC BY 4.0",
            Source::Shakespeare(_) => "W. Shakespeare, Project Gutenberg's text; public domain",
            Source::Words => {
                "Debian's word lists, novels of 1840 to 1920 (ELTeC); see assets/data/words/SOURCE.md"
            }
            Source::Sentiment => {
                "C. J. Hutto, E. Gilbert 2014 (VADER), B. Pang, L. Lee 2005, M. Hu, B. Liu 2004; MIT"
            }
            Source::Senate(_) => "109th US Senate, by way of K. Poole, S. Jackman's pscl; public record",
            Source::Sp500(_) => "daily prices 1999-2018, by way of the Python package arch",
            Source::SpokenDigits => "synthesised with espeak-ng, nobody spoke them; CC0",
            _ => "",
        }
    }

    /// The files and folders that it names; empty for a set that is built in.
    pub fn paths(&self) -> Vec<&str> {
        self.files().map_or_else(Vec::new, FileSource::paths)
    }

    /// The same paths in the same order, to be changed.
    pub fn paths_mut(&mut self) -> Vec<&mut String> {
        self.files_mut().map_or_else(Vec::new, FileSource::paths_mut)
    }

    /// Each of the paths with what it is, in front of it: `the test file t.csv`, or `the file t.csv` where the set has no test
    /// set of its own.
    pub fn named_paths(&self) -> Vec<String> {
        let Some(files) = self.files() else { return Vec::new() };
        let paths = files.paths();
        let part = |place: usize| match files.trained_paths() {
            trained if trained == paths.len() => "",
            trained if place < trained => "training ",
            _ => "test ",
        };
        let named = paths.iter().enumerate();
        named.map(|(place, path)| format!("the {}{} {path}", part(place), files.path_is(place))).collect()
    }

    /// The paths of the set that is trained on, or of its test set; all of them where there is no such test set.
    pub fn paths_of(&self, is_test: bool) -> Vec<&str> {
        let trained = self.files().map_or(0, FileSource::trained_paths);
        let mut paths = self.paths();
        let test = paths.split_off(trained.min(paths.len()));
        if is_test && !test.is_empty() { test } else { paths }
    }

    /// The share that is the test set where a preset does not say.
    pub(super) fn usual_test_share(&self) -> f64 {
        match self {
            Source::Shakespeare(_) => 0.1,
            other => other.files().map_or(0.2, FileSource::usual_test_share),
        }
    }

    /// Whether the samples have no order and no test set of their own.
    pub(super) fn can_fold(&self, offers: &Offers) -> bool {
        !matches!(self, Source::Sp500(_)) && offers.window.is_none() && offers.test.is_none()
    }

    /// Checks that the options fit each other.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self {
            Source::Sp500(series) => series.check(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_built_in_or_a_kind_of_file() {
        let built_in = Source::built_in();
        let mut names: Vec<&str> = built_in.iter().map(Source::name).collect();
        macro_rules! add_names {
            ($(#[$help:meta] $file:ident::$kind:ident = $name:literal,)*) => { names.extend([$($name),*]) };
        }
        file_sources!(add_names);
        names.sort_unstable();
        let mut all = Source::NAMES.to_vec();
        all.sort_unstable();
        assert_eq!(names, all);
        for source in built_in {
            assert!(!source.title().is_empty() && !source.credit().is_empty(), "{source:?}");
            assert!(source.built_in_offers().is_some() && source.paths().is_empty(), "{source:?}");
        }
    }

    #[test]
    fn paths_to_be_changed_are_those_that_are_read_in_the_same_order() {
        for source in [
            "idx(inputs: \"a\", labels: \"b\", test_inputs: \"c\", test_labels: \"d\")",
            "csv(file: \"a\", test_file: \"b\")",
            "csv(file: [\"a\", \"b\"], test_file: [\"c\", \"d\"])",
            "npy(inputs: \"a\", targets: \"b\")",
            "npy(inputs: [\"a\", \"b\"], targets: [\"c\", \"d\"])",
            "npy(inputs: \"a\", targets: \"b\", validation_inputs: \"c\", validation_targets: \"d\", test_inputs: \"e\", test_targets: \"f\")",
            "npz(file: \"a\")",
            "image_folder(folder: \"a\", test_folder: \"b\")",
            "text_file(file: \"a\")",
            "labelled_text(file: \"a\")",
            "wav_folder(folder: \"a\", test_folder: \"b\")",
            "file_table(table: \"a\", test_table: \"b\")",
        ] {
            let options =
                ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
            let mut source: Source = options.from_str(source).unwrap();
            let before = source.paths().iter().map(|path| format!("/{path}")).collect::<Vec<_>>();
            source.paths_mut().into_iter().for_each(|path| path.insert(0, '/'));
            assert_eq!(source.paths(), before);
        }
    }

    #[test]
    fn each_path_is_named_with_its_part_of_the_set() {
        let named = |source: &str| {
            let options =
                ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
            let source: Source = options.from_str(source).unwrap();
            source.named_paths().join(", ")
        };
        for (source, wanted) in [
            (
                "idx(inputs: \"a\", labels: \"b\", test_inputs: \"c\", test_labels: \"d\")",
                "the training inputs a, the training labels b, the test inputs c, the test labels d",
            ),
            ("idx(inputs: \"a\", labels: \"b\")", "the inputs a, the labels b"),
            ("csv(file: \"a\")", "the file a"),
            (
                "csv(file: [\"a\", \"b\"], test_file: \"c\")",
                "the training file a, the training file b, the test file c",
            ),
            (
                "npy(inputs: [\"a\", \"b\"], targets: [\"c\", \"d\"])",
                "the inputs a, the inputs b, the targets c, the targets d",
            ),
            (
                "npy(inputs: \"a\", targets: \"b\", test_inputs: [\"c\", \"d\"], test_targets: \"e\")",
                "the training inputs a, the training targets b, the test inputs c, the test inputs d, the test targets e",
            ),
            ("npz(file: \"a\")", "the file a"),
            ("image_folder(folder: \"a\", test_folder: \"b\")", "the training folder a, the test folder b"),
            ("wav_folder(folder: \"a\")", "the folder a"),
            ("file_table(table: \"a\", test_table: \"b\")", "the training table a, the test table b"),
        ] {
            assert_eq!(named(source), wanted);
        }
    }

    #[test]
    fn options_out_of_their_range_are_refused_with_their_path() {
        let refusal = |source: &str| {
            let text = format!(
                "(name: \"a\", title: \"A\", data: (source: {source}), layers: [Dense(units: 2)], \
                 loss: mean_squared_error, optimizer: SGD(), train: (epochs: 1, batch_size: 1))"
            );
            let preset = crate::preset::parse::parse(&text, "a.ron").unwrap();
            // What it would offer is asked for wherever a preset is shown, also where it is not valid.
            let _ = preset.data.source.built_in_offers();
            preset.check("a.ron", &text).unwrap_err().to_string()
        };
        for (source, problem) in [
            ("moons(samples: 9)", "data.source.samples is 9"),
            ("moons(noise: -1)", "data.source.noise is -1"),
            ("circles(factor: 1)", "data.source.factor is 1"),
            ("spirals(arms: 1)", "data.source.arms is 1"),
            ("spirals(arms: 1000000000000000)", "data.source.arms is 1000000000000000"),
            ("sp500(steps: 18446744073709551615)", "data.source.steps is 1844674407370955"),
            ("shakespeare(steps: 1000000000000000)", "data.source.steps is 1000000000000000"),
            ("sp500(steps: 5, horizon: 6)", "a forecast over 6 days from a window of 5"),
            ("text_file(file: \"a.txt\", steps: 0)", "data.source.steps is 0"),
            ("image_folder(folder: \"a\", size: (32, 5000))", "data.source.size is 5000"),
            ("wav_folder(folder: \"a\", seconds: 61)", "data.source.seconds is 61"),
        ] {
            assert!(refusal(source).contains(problem), "{source}: {}", refusal(source));
        }
    }
}
