//! A file or folder as the test set of a network that learned from other data. It is scaled like that data; its classes
//! and characters are matched by their names.

use std::path::Path;
use std::sync::Arc;

use super::Opened;
use super::fit::Fit;
use crate::data::dataset::{Dataset, Splits};
use crate::data::far::Far;
use crate::data::import::array_names::{self, Named};
use crate::data::import::folders::{START, ending};
use crate::data::import::gzip;
use crate::data::import::labelled::unknown_words;
use crate::data::import::limits::Limits;
use crate::data::import::npy;
use crate::data::import::rows::{Rows, for_all};
use crate::data::table::{Format, LearnedTable, Names, is_ending_of_table};
use crate::data::{Error, prepared, text};
use crate::preset::{
    Augment, Colour, Columns, Csv, DataConfig, FileTable, Holds, ImageFolder, LabelledText, Npz, Pair,
    Preparation, Reading, Source, Task, TextFile, WavFolder,
};

/// Test samples, and what a person should know of them, a sentence each.
pub type TestSet = (Arc<dyn Dataset>, Vec<String>);

/// Everything in the file or folder `path` as test samples for a network that learned `learned` from what `config` says.
/// `names` says whether a table's first line names the columns, and `sheet` which sheet of a spreadsheet it is; `None`: that of
/// the preset, or the first one.
///
/// # Errors
/// When the file is broken, or does not fit the network's shapes, classes or characters.
pub fn test_set(
    path: &Path,
    config: &DataConfig,
    reading: &Reading,
    learned: &Preparation,
    (names, sheet): (Names, Option<&str>),
) -> Result<TestSet, Error> {
    let fit = Fit { origin: path.to_string_lossy().into_owned(), source: None, config, reading, learned };
    let source = fit.source(path, names, sheet)?;
    if sheet.is_some() {
        let start = gzip::start(path, START).map(|(start, _)| start).unwrap_or_default();
        match &source {
            Source::Csv(_) if matches!(Format::of_start(&start), Format::Spreadsheet(_)) => {}
            _ => {
                return Err(fit.broken(
                    "--sheet names a sheet of a spreadsheet (.xlsx, .ods), and this is none; leave it out",
                ));
            }
        }
    }
    let of_sheet = match &source {
        Source::Csv(table) => LearnedTable::of(config, learned).sheet_in_words(config, table, sheet),
        _ => None,
    };
    let (set, notices) = whole(&fit, &source)?;
    let of_file = of_sheet.or_else(|| arrays_in_words(&source, config));
    let of_file = of_file.map(|sentence| format!("{}: {sentence}", fit.origin));
    Ok((set, of_file.into_iter().chain(notices).collect()))
}

/// Everything in the files of `source` as test samples, as [`test_set`].
///
/// # Errors
/// As [`test_set`]; and when the source names no files.
pub fn test_set_of(
    source: &Source,
    config: &DataConfig,
    reading: &Reading,
    learned: &Preparation,
) -> Result<TestSet, Error> {
    let fit = Fit { origin: source.paths().join(", "), source: Some(source), config, reading, learned };
    // Rows that are scored count the same.
    match source {
        Source::Csv(table) => whole(&fit, &fit.scored(Csv { weights: None, ..table.clone() }).into()),
        other => whole(&fit, other),
    }
}

/// Which arrays of an archive are scored, where they are not those that the preset names to train on.
fn arrays_in_words(source: &Source, config: &DataConfig) -> Option<String> {
    let Source::Npz(scored) = source else { return None };
    let (inputs, targets) = scored.trained_pair();
    let named = match &config.source {
        Source::Npz(own) => own.trained_pair(),
        _ => Npz::of(String::new()).trained_pair(),
    };
    (named.0 != inputs || named.1 != targets).then(|| {
        format!(
            "its arrays {inputs} and {targets} are scored; --data 'npz(file: \"…\", inputs: \"…\", targets: \"…\")' names others"
        )
    })
}

fn whole(fit: &Fit, source: &Source) -> Result<TestSet, Error> {
    let mut notices = Vec::new();
    let set = match fit.open(source, &Limits::of_machine(), &mut notices)? {
        Opened::Rows(set) => {
            let (set, fitted) = fit.rows(set)?;
            notices.extend(fit.far(&*set.rows)?);
            set.whole(fitted, fit.reading.labels)?
        }
        Opened::Samples(samples, first_test) => {
            let samples = fit.samples(samples, first_test)?;
            notices.extend(fit.config.source.text_form().and_then(|form| unknown_words(&samples, &form)));
            samples.whole(fit.reading.labels)
        }
        Opened::Text(text, steps) => text::whole(&fit.text(&text)?, steps),
    };
    if set.is_empty() {
        return Err(fit.broken("it holds no whole sample"));
    }
    // An autoencoder's targets are its inputs.
    let config = DataConfig { augment: Augment::default(), ..fit.config.clone() };
    let alone = Splits { train: set.clone(), validation: set.clone(), test: set, notices };
    let Splits { test, notices, .. } = prepared::prepare(alone, &config, 0);
    Ok((test, notices))
}

impl Fit<'_> {
    /// What is said of numbers and dates far outside those of the training.
    fn far(&self, rows: &dyn Rows) -> Result<Vec<String>, Error> {
        let mut far = Far::from(self.config, self.learned);
        if far.is_nothing() {
            return Ok(Vec::new());
        }
        for_all(rows, &mut |_, first, inputs| {
            far.add(first, inputs);
            Ok(())
        })?;
        let said = far.in_words("how well they are predicted is a chance").into_iter();
        Ok(said.map(|sentence| format!("{}: {sentence}", self.origin)).collect())
    }

    /// How the file is to be read, as the network's own data was.
    fn source(&self, path: &Path, names: Names, sheet: Option<&str>) -> Result<Source, Error> {
        let file = self.origin.clone();
        let shape = &self.learned.input_shape[..];
        if path.is_dir() {
            return Ok(match (&self.config.source, shape) {
                (Source::WavFolder(learned), _) => {
                    WavFolder { folder: file, validation_folder: None, test_folder: None, ..learned.clone() }
                        .into()
                }
                (Source::FileTable(FileTable { holds: Holds::Sounds, seconds, skip_broken, .. }), _) => {
                    let (seconds, skip_broken) = (*seconds, *skip_broken);
                    WavFolder { seconds, skip_broken, ..WavFolder::of(file) }.into()
                }
                (Source::SpokenDigits, _) => WavFolder::of(file).into(),
                (own, &[height, width, channels @ (1 | 3)]) => Source::from(ImageFolder {
                    folder: file,
                    validation_folder: None,
                    test_folder: None,
                    size: Pair(height, width),
                    colour: if channels == 1 { Colour::Grey } else { Colour::Rgb },
                    skip_broken: match own {
                        Source::ImageFolder(own) => own.skip_broken,
                        Source::FileTable(own) => own.skip_broken,
                        _ => false,
                    },
                }),
                _ => {
                    let takes = format!(
                        "a folder holds images or sounds, this network takes numbers of shape {shape:?}"
                    );
                    return Err(self.broken(takes));
                }
            });
        }
        // What is gzipped is named by what is in it: `table.csv.gz`.
        let unpacked = match ending(path) {
            gz if gz == "gz" => {
                path.file_stem().map(|name| ending(Path::new(name))).filter(|end| !end.is_empty())
            }
            other => Some(other),
        };
        let ending = unpacked.unwrap_or_else(|| "gz".into());
        match (&ending[..], &self.config.source) {
            (ending, Source::FileTable(own)) if is_ending_of_table(ending) => {
                let of_run = FileTable { table: file, test_table: None, ..own.clone() };
                // The folder of the run's own table may be none of this one's.
                let is_there = path.parent().is_some_and(|beside| {
                    own.folder.as_ref().is_some_and(|folder| beside.join(folder).is_dir())
                });
                Ok(FileTable { folder: of_run.folder.clone().filter(|_| is_there), ..of_run }.into())
            }
            (ending, _) if is_ending_of_table(ending) && self.learned.tokens.is_empty() => {
                Ok(self.table_in(file, names, sheet))
            }
            ("npz", _) => self.arrays_in(file),
            ("npy" | "idx" | "gz" | "idx3-ubyte" | "idx1-ubyte", _) => Err(self.broken(
                "inputs and answers are two files: name both, as in idx(inputs: \"…\", labels: \"…\") or npy(inputs: \
                 \"…\", targets: \"…\")",
            )),
            // Whatever its name ends in; who reads it will say what it is, where it is no table.
            (_, Source::Csv(_)) => Ok(self.table_in(file, names, sheet)),
            _ if self.learned.is_stream => Ok(TextFile { file, steps: shape[0] }.into()),
            _ if !self.learned.tokens.is_empty() => {
                let form = self.config.source.text_form();
                let texts = LabelledText::of(file);
                let tokens = form.map_or(texts.tokens, |form| form.tokens);
                Ok(LabelledText { tokens, length: shape[0], ..texts }.into())
            }
            _ => Err(self.broken(
                "it is no file of samples: a table (.csv, .tsv, gzipped or not, .parquet, .xlsx, .ods), a .npz, a text, or a \
                 folder with a folder for each class",
            )),
        }
    }

    /// The arrays of an archive that are scored: its test set, by the names that the preset has or that people give one; else the
    /// arrays that the preset names; else those that are samples and targets by their names.
    fn arrays_in(&self, file: String) -> Result<Source, Error> {
        let names = npy::Archive::open(Path::new(&file), &Limits::of_machine())?.names();
        let own = match &self.config.source {
            Source::Npz(own) => own.clone(),
            _ => Npz::of(file.clone()),
        };
        let are_there =
            |(inputs, targets): &array_names::Pair| names.contains(inputs) && names.contains(targets);
        let (trained, tested) = (own.trained_pair(), own.test_pair());
        let found = tested
            .filter(are_there)
            .or_else(|| array_names::test_pair(&names))
            .or_else(|| Some(trained.clone()).filter(are_there))
            .or_else(|| Named::among(&names).map(|named| named.train));
        let (inputs, targets) = found.unwrap_or(trained);
        Ok(Npz { file, inputs, targets, ..own }.trained_alone().into())
    }

    /// A table, read with the options of the network's own, its columns by their names.
    fn table_in(&self, file: String, names: Names, sheet: Option<&str>) -> Source {
        let learned = LearnedTable::of(self.config, self.learned);
        let own = learned.options(self.config, file, names, sheet);
        let header = own.header && names == Names::InFirstLine;
        self.scored(Csv { columns: Columns::default(), label: None, header, ..own }).into()
    }

    /// A table that is scored. Who learns the inputs themselves needs no label, and does not ask for one.
    fn scored(&self, table: Csv) -> Csv {
        match self.reading.needs_targets {
            true => table,
            false => Csv { label: None, task: Task::NoLabel, ..table },
        }
    }
}
