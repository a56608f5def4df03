//! Where answers go: line by line to standard output, or into a file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::Error;
use super::super::text::{self, lines, plain};
use super::said::{self, Entry, Said, objects, unanswered_file};
use crate::run::{self, atomic};

/// How a file of answers is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Json,
}

/// Where answers go.
pub(super) enum Output {
    /// Standard output, as soon as they are known.
    Lines { json: bool },
    /// A file, in one piece when all are known.
    File { path: PathBuf, format: Format, objects: Vec<Vec<u8>>, entries: Vec<Entry> },
}

impl Output {
    /// Standard output: words, or JSON objects.
    pub(super) fn to_lines(json: bool) -> Self {
        Output::Lines { json }
    }

    /// A file.
    pub(super) fn to_file(path: &Path, format: Format) -> Self {
        Output::File { path: path.to_path_buf(), format, objects: Vec::new(), entries: Vec::new() }
    }

    /// Takes what is said to a file.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn put(&mut self, file: &str, said: Said) -> Result<(), Error> {
        match self {
            Output::Lines { json: true } => {
                let mut out = io::stdout().lock();
                for object in objects(file, &said) {
                    writeln!(out, "{}", text::json(&object)?)?;
                }
            }
            Output::Lines { json: false } => {
                let mut out = io::stdout().lock();
                match said {
                    Said::Text { prompt, text, .. } => writeln!(out, "{}", lines(&(prompt + &text)))?,
                    Said::Answers(answers) => {
                        for answer in &answers.predictions {
                            writeln!(out, "{}", said::in_words(file, &answers, answer))?;
                        }
                    }
                }
            }
            Output::File { format: Format::Json, objects: all, .. } => {
                for object in objects(file, &said) {
                    all.push(text::json(&object)?.into_bytes());
                }
            }
            Output::File { format: Format::Csv, entries, .. } => entries.extend(said::entries(file, said)),
        }
        Ok(())
    }

    /// Tells a script why a file is not answered. A person is told on standard error.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn unanswered(&mut self, file: &str, error: &Error) -> Result<(), Error> {
        match self {
            Output::Lines { json: false } => {}
            Output::Lines { json: true } => {
                writeln!(io::stdout(), "{}", text::json(&unanswered_file(file, error))?)?;
            }
            Output::File { format: Format::Json, objects, .. } => {
                objects.push(text::json(&unanswered_file(file, error))?.into_bytes());
            }
            Output::File { format: Format::Csv, entries, .. } => {
                entries.push(Entry::of_file(file, error.to_string()));
            }
        }
        Ok(())
    }

    /// Writes the file, and says so; standard output has been written already.
    ///
    /// # Errors
    /// When the file cannot be written; what was there stays.
    pub(super) fn close(self, answers: usize) -> Result<(), Error> {
        let Output::File { path, format, objects, entries } = self else { return Ok(()) };
        let content = match format {
            Format::Csv => said::table(&entries)?,
            Format::Json => [b"[\n", &objects.join(&b",\n"[..])[..], b"\n]\n"].concat(),
        };
        let unwritten = run::Error::io(&path, "writing");
        atomic::write_for_others(&path, |out| out.write_all(&content).map_err(unwritten))?;
        let path = plain(&path.to_string_lossy());
        writeln!(io::stdout(), "{path}: {answers} answer{}", if answers == 1 { "" } else { "s" })?;
        Ok(())
    }
}
