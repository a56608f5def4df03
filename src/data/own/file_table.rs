//! Tables of files.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::arrays::broken;
use super::{Import, Opened, classed, image_folder, wav_folder};
use crate::data::Error;
use crate::data::import::file_table::{self, Columns, Listed};
use crate::data::import::folders::Classed;
use crate::data::import::images::Form;
use crate::data::import::labelled::Texts;
use crate::data::import::limits::Limits;
use crate::data::import::named_files;
use crate::data::import::text;
use crate::data::samples::Samples;
use crate::data::speech::mel::Spectrogram;
use crate::data::table::Skipped;
use crate::preset::{FileSource, FileTable, Holds, LabelNames, Offers, Pair};

impl FileTable {
    fn columns(&self) -> Columns<'_> {
        Columns {
            path: self.path.as_deref(),
            labels: self.label.as_ref().map(LabelNames::as_slice).unwrap_or_default(),
        }
    }

    fn tables(&self) -> Vec<&Path> {
        self.paths().into_iter().map(Path::new).collect()
    }

    /// The folders of its tables, from which they name files.
    fn folders(&self) -> Vec<&Path> {
        self.tables().into_iter().map(|table| table.parent().unwrap_or(Path::new(""))).collect()
    }

    fn listed(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Listed, Error> {
        let mut skipped = Skipped::default();
        let listed = file_table::read(&self.tables(), self.columns(), limits, &mut |problem| {
            skipped.take_by_option(problem, self.skip_broken)
        })?;
        notices.extend(listed.told.iter().cloned());
        notices.extend(skipped.in_words());
        Ok(listed)
    }

    pub(super) fn files(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Classed, Error> {
        self.listed(limits, notices)?.files(&self.tables(), self.place(), notices)
    }

    /// The folder in which all files are that are not beside the table, and what a person should know of where they are.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn folder_of_files(&self, limits: &Limits) -> Result<(Option<String>, Vec<String>), Error> {
        if self.holds == Holds::Texts {
            return Ok((None, Vec::new()));
        }
        let cells = self.listed(limits, &mut Vec::new())?.cells;
        let cells = cells.iter().map(String::as_str);
        let named = named_files::find(Path::new(&self.table), None, Some(self.holds), cells);
        Ok((named.folder(), named.told()))
    }

    /// Where its files are, and what they are.
    fn place(&self) -> (Option<&str>, Option<Holds>) {
        (self.folder.as_deref(), Some(self.holds))
    }

    fn image(&self) -> Form {
        let Pair(height, width) = self.size;
        Form { height, width, colour: self.colour }
    }

    fn sound(&self) -> Spectrogram {
        Spectrogram::lasting(self.seconds)
    }

    fn texts(&self, listed: &Listed, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let mut texts = Texts::new(self.form());
        for (text, &class) in listed.cells.iter().zip(&listed.of) {
            // Of texts with values each row is by itself.
            let pushed = match listed.names.get(class as usize) {
                Some(name) => texts.push(name, text, limits),
                None => texts.push_text(text, limits),
            };
            pushed.map_err(|problem| broken(&self.table, problem))?;
        }
        let samples = texts.samples(notices).map_err(|problem| broken(&self.table, problem))?;
        let answers = match &listed.values {
            Some(values) => values.answers(&listed.of),
            None => samples.answers,
        };
        let rows = Some((listed.numbers.clone(), listed.first_test));
        Ok(Opened::Samples(Samples { rows, answers, ..samples }, listed.first_test))
    }

    fn text_files(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let mut files = self.files(limits, notices)?;
        let read = |file: &PathBuf| match text::read(file)?.trim() {
            "" => Err(broken(&file.to_string_lossy(), "it is empty".into())),
            text => Ok(text.to_string()),
        };
        let read = files.files.par_iter().map(read).collect();
        let cells = files.sorted_out(read, self.skip_broken, notices)?;
        let named = files.named_in(&self.folders());
        let Classed { of, names, values, first_test, .. } = files;
        let listed = Listed { cells, of, names, values, first_test, ..Listed::default() };
        let opened = self.texts(&listed, limits, notices)?;
        Ok(match opened {
            Opened::Samples(samples, first_test) => {
                Opened::Samples(Samples { files: named, ..samples }, first_test)
            }
            other @ (Opened::Rows(_) | Opened::Text(..)) => other,
        })
    }
}

impl Import for FileTable {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        match self.holds {
            Holds::Images => {
                let files = self.files(limits, notices)?;
                let folders = &self.folders();
                image_folder::opened(
                    files,
                    self.image(),
                    self.skip_broken,
                    limits,
                    &self.table,
                    folders,
                    notices,
                )
            }
            Holds::Sounds => {
                let files = self.files(limits, notices)?;
                wav_folder::opened(files, self.sound(), self.skip_broken, limits, &self.folders(), notices)
            }
            Holds::TextFiles => self.text_files(limits, notices),
            Holds::Texts => self.texts(&self.listed(limits, notices)?, limits, notices),
        }
    }

    /// The table and the files that it names.
    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        let mut files = vec![path.to_path_buf()];
        match self.holds {
            Holds::Texts => {}
            Holds::Images | Holds::Sounds | Holds::TextFiles => {
                files.extend(file_table::files(path, self.columns(), self.place(), &Limits::of_machine())?);
            }
        }
        Ok(files)
    }

    /// Reads the table, and of its files only texts.
    fn offers(&self, limits: &Limits) -> Result<Offers, Error> {
        match self.holds {
            Holds::Images => Ok(classed(self.image().shape(), self.files(limits, &mut Vec::new())?)),
            Holds::Sounds => Ok(classed(self.sound().shape(), self.files(limits, &mut Vec::new())?)),
            Holds::TextFiles | Holds::Texts => Ok(self.open(limits, &mut Vec::new())?.offers()),
        }
    }
}
