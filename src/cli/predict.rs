//! `trainyard predict`: what a run's network says to files.

mod files;
mod output;
mod recommend;
mod said;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::Error;
use super::eval::{Which, names};
use super::overwriting;
use super::text::plain;
use super::threads::Threads;
use crate::data;
use crate::data::table::{expanded, is_pattern, listed};
use crate::preset::counted;
use crate::worker::{Trained, Writing};
use output::{Format, Output};
use said::Said;

/// A larger input is not read.
const LARGEST: u64 = 1 << 30;
/// A longer prompt is not read.
const LONGEST_PROMPT: u64 = 1 << 20;
/// Rows of a file without an answer that a person is told of one by one.
const ROWS_TOLD: usize = 20;

/// A file that is not answered, and why.
type Unanswered = (String, Error);

/// The sentences that have been told of files, and of how many.
type Told = BTreeMap<String, usize>;

/// Ask a run's network about files: what its data has, it takes
///
/// Images (PNG, JPEG, BMP, GIF, WebP, TIFF), sounds (WAV, FLAC, MP3, Ogg Vorbis), tables (CSV, a row a sample), arrays
/// (NPY, NPZ, IDX), words, texts (one a line), days of
/// a price (a CSV with High, Low and Close: what comes after the last); of a run that learned from a table of files, such a table. A language model continues a text. A file that
/// cannot be read, or a row of one, is told on standard error, and the others are answered; the exit status is then 1.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// The files, or patterns such as "part-*.csv"; a folder stands for all files in it and below, `-` for standard input
    #[arg(required_unless_present_any = ["user", "item"], value_name = "FILE|FOLDER", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<String>,
    #[command(flatten)]
    recommended: recommend::Asked,
    /// Language models: characters to write
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    length: u32,
    /// Language models: how bold, 0.01 to 10; the preset's when left out
    #[arg(long, value_parser = temperature)]
    temperature: Option<f64>,
    /// Language models: another seed, another text
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Tables without a line of names: the columns are in the order of the training
    #[arg(long)]
    no_header: bool,
    /// Spreadsheets: the sheet; that of the preset, or the first one, if left out
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Print one JSON object a sample, with the whole output
    #[arg(long, conflicts_with = "output")]
    json: bool,
    /// Write the answers into this file: .csv with a column for each class or value, or .json with a list
    #[arg(short, long, value_name = "FILE.csv|FILE.json", value_parser = output_file)]
    output: Option<(PathBuf, Format)>,
    #[command(flatten)]
    pub(super) threads: Threads,
}

fn temperature(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|_| format!("{text} is not a number"))?;
    if (0.01..=10.0).contains(&number) { Ok(number) } else { Err("use 0.01 to 10".into()) }
}

fn output_file(text: &str) -> Result<(PathBuf, Format), String> {
    let format = match Path::new(text).extension().and_then(|end| end.to_str()) {
        Some("csv") => Format::Csv,
        Some("json") => Format::Json,
        _ => return Err("the file's name must end with .csv or .json".into()),
    };
    Ok((PathBuf::from(text), format))
}

/// What became of the files and their rows.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    files_unanswered: usize,
    answers: usize,
    rows_unanswered: usize,
}

impl Tally {
    fn add(&mut self, said: &Said) {
        match said {
            Said::Text { .. } => self.answers += 1,
            Said::Answers(answers) => {
                self.answers += answers.predictions.len();
                self.rows_unanswered += answers.unanswered.len();
            }
        }
    }

    /// What is not answered; `None` where everything is.
    fn in_words(&self) -> Option<String> {
        let Tally { files, files_unanswered, answers, rows_unanswered } = *self;
        let of_files =
            (files_unanswered > 0).then(|| format!("{files_unanswered} of {}", counted(files, "file")));
        let rows = answers + rows_unanswered;
        let of_rows = (rows_unanswered > 0).then(|| format!("{rows_unanswered} of {}", counted(rows, "row")));
        let unanswered: Vec<String> = of_files.into_iter().chain(of_rows).collect();
        let are = if files_unanswered + rows_unanswered == 1 { "is" } else { "are" };
        (!unanswered.is_empty()).then(|| format!("{} {are} not answered", unanswered.join(" and ")))
    }
}

impl Arguments {
    /// Answers file by file.
    pub fn run(self) -> Result<(), Error> {
        let found = self.which.find()?;
        if let Some(word) = self.recommended.word() {
            return self.recommended.run(word, &found, self.json, self.output.as_ref());
        }
        if let Some((path, _)) = &self.output {
            overwriting::check_folder(path)?;
            let asked = self.files.iter().flat_map(|file| expanded(file).unwrap_or_default());
            let read: Vec<PathBuf> = overwriting::files_of(found.source()).into_iter().chain(asked).collect();
            overwriting::refuse(path, &read)?;
        }
        let mut trained = found.load()?;
        let mut output = match &self.output {
            Some((path, format)) => Output::to_file(path, *format),
            None => Output::to_lines(self.json),
        };
        let files = self.files(&trained)?;
        let mut tally = Tally { files: files.len(), ..Tally::default() };
        let mut told = Told::new();
        for file in files {
            let said = file.and_then(|file| match self.ask(&file, &mut trained, &mut told) {
                Ok(said) => Ok((said, file)),
                Err(error) => Err((file, error)),
            });
            match said {
                Ok((said, file)) => {
                    tally.add(&said);
                    output.put(&file, said)?;
                }
                Err((file, error)) if tally.files == 1 => {
                    if self.output.is_some() {
                        output.unanswered(&file, &error)?;
                        output.close(0)?;
                    }
                    return Err(error);
                }
                Err((file, error)) => {
                    tally.files_unanswered += 1;
                    writeln!(std::io::stderr(), "trainyard: {error}")?;
                    output.unanswered(&file, &error)?;
                }
            }
        }
        for (sentence, count) in told.iter().filter(|(_, count)| **count > 1) {
            let more = counted(*count - 1, "more file");
            writeln!(std::io::stderr(), "trainyard: {more}: {}", plain(sentence))?;
        }
        output.close(tally.answers)?;
        tally.in_words().map_or(Ok(()), |unanswered| Err(Error::Failed(unanswered)))
    }

    /// The files that are asked about. What a folder holds of other kinds is left out and told.
    fn files(&self, trained: &Trained) -> Result<Vec<Result<String, Unanswered>>, Error> {
        let mut all = Vec::new();
        for name in &self.files {
            if is_pattern(name) {
                all.extend(files::that_fit(name));
                continue;
            }
            if !Path::new(name).is_dir() {
                let named =
                    trained.files_of_table(name).map_err(|error| Error::Failed(plain(&error.to_string())))?;
                let of_row =
                    |row: Result<String, String>| row.map_err(|problem| files::failure(name, &problem));
                match named {
                    Some((rows, told)) => {
                        for sentence in &told {
                            writeln!(std::io::stderr(), "trainyard: {}: {}", plain(name), plain(sentence))?;
                        }
                        all.extend(rows.into_iter().map(of_row));
                    }
                    None => all.push(Ok(name.clone())),
                }
                continue;
            }
            let (found, failures): (Vec<_>, Vec<_>) = files::of(name).into_iter().partition(Result::is_ok);
            let found = found.into_iter().flatten().collect();
            let (taken, told) =
                trained.askable(found).map_err(|error| Error::Failed(plain(&error.to_string())))?;
            for sentence in &told {
                writeln!(std::io::stderr(), "trainyard: {}: {sentence}", plain(name))?;
            }
            if taken.is_empty() && failures.is_empty() {
                all.push(Err(files::failure(
                    name,
                    &"none of its files is of a kind that this network takes",
                )));
            }
            all.extend(failures);
            all.extend(taken.into_iter().map(Ok));
        }
        Ok(all)
    }

    /// What the network says to one file, or to standard input.
    fn ask(&self, file: &str, trained: &mut Trained, told_before: &mut Told) -> Result<Said, Error> {
        if trained.writes() {
            return self.go_on(file, trained);
        }
        let copy = copy_of_stream(file).map_err(|error| failed(file, &error))?;
        let path = copy.as_ref().map_or(Path::new(file), tempfile::NamedTempFile::path);
        let answers = trained
            .predict(file, path, names(self.no_header), self.sheet.as_deref())
            .map_err(|error| Error::Failed(plain(&error.to_string())))?;
        if !answers.left_out.is_empty() {
            let names = plain(&listed(&answers.left_out));
            writeln!(std::io::stderr(), "trainyard: {}: not taken into account: {names}", plain(file))?;
        }
        tell_unknown(file, answers.unknown_characters)?;
        for told in &answers.told {
            // What is done to a thousand sounds alike is told once.
            let count = told_before.entry(told.clone()).or_insert(0);
            *count += 1;
            if *count == 1 {
                writeln!(std::io::stderr(), "trainyard: {}: {}", plain(file), plain(told))?;
            }
        }
        for bad in answers.unanswered.iter().take(ROWS_TOLD) {
            writeln!(std::io::stderr(), "trainyard: {}: {}", plain(file), plain(&bad.problem))?;
        }
        if let Some(more) = answers.unanswered.len().checked_sub(ROWS_TOLD).filter(|more| *more > 0) {
            let where_all = "--json and --output name all of them";
            writeln!(
                std::io::stderr(),
                "trainyard: {}: and {}; {where_all}",
                plain(file),
                counted(more, "more row")
            )?;
        }
        Ok(Said::Answers(answers))
    }

    /// A text with its continuation.
    fn go_on(&self, file: &str, trained: &mut Trained) -> Result<Said, Error> {
        let mut prompt = Vec::new();
        let read = match file {
            "-" => std::io::stdin().take(LONGEST_PROMPT).read_to_end(&mut prompt),
            _ => {
                std::fs::File::open(file).and_then(|file| file.take(LONGEST_PROMPT).read_to_end(&mut prompt))
            }
        };
        read.map_err(|error| failed(file, &error))?;
        let prompt = data::text_of(&prompt)
            .map_err(|error| failed(file, &format!("a language model continues a text: {error}")))?;
        let unknown_characters = trained.unknown_characters(&prompt);
        tell_unknown(file, unknown_characters)?;
        let how = Writing { temperature: self.temperature, length: self.length as usize, seed: self.seed };
        let (prompt, text) = trained.write(file, &prompt, how).map_err(|error| failed(file, &error))?;
        Ok(Said::Text { prompt, text, unknown_characters })
    }
}

fn failed(file: &str, problem: &dyn std::fmt::Display) -> Error {
    Error::Failed(plain(&format!("{file}: {problem}")))
}

/// Says how many characters of a file the network does not know.
fn tell_unknown(file: &str, count: usize) -> Result<(), Error> {
    if count > 0 {
        let file = plain(file);
        let what = "characters that the network does not know, and so does not see";
        writeln!(std::io::stderr(), "trainyard: {file}: {what}: {count}")?;
    }
    Ok(())
}

/// A copy of what comes from a pipe as a file, in which readers can go back and forth; `None` where it is a file.
fn copy_of_stream(file: &str) -> std::io::Result<Option<tempfile::NamedTempFile>> {
    let stream: Box<dyn Read> = match file {
        "-" => Box::new(std::io::stdin()),
        _ if std::fs::metadata(file)?.is_file() => return Ok(None),
        _ => Box::new(std::fs::File::open(file)?),
    };
    let mut copy = tempfile::NamedTempFile::new()?;
    if std::io::copy(&mut stream.take(LARGEST + 1), &mut copy)? > LARGEST {
        return Err(std::io::Error::other("more than 1 GB; save it as a file first"));
    }
    Ok(Some(copy))
}
