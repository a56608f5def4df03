//! The event files of one run.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use prost::Message;

use super::discover::Found;
use super::latest::Latest;
use super::sampled::Figures;
use super::scan::{End, Scan};
use super::tags::Tags;
use crate::run::Manifest;
use crate::run::settings::most_told_first;
use crate::run::tensorboard::figure::{Decoder, Item};
use crate::run::tensorboard::message::Event;

/// A file with no more unread bytes than this is read whole for its newest values.
const WHOLE: u64 = 128 << 10;
/// How many bytes of a longer file's end are read.
const TAIL: u64 = 64 << 10;
/// The same where these hold no whole record, as where pictures are written.
const LONG_TAIL: u64 = 8 << 20;
/// How many bytes of a long file's beginning are read: hyperparameters stand there.
const HEAD: u64 = 16 << 10;

/// One event file.
#[derive(Debug)]
struct EventFile {
    path: PathBuf,
    size: u64,
    /// How far it was read for the newest values; `None` before the first time.
    newest: Option<Scan>,
    /// How far it was read for all values.
    all: Scan,
    /// Its size when all of it was read, or when it could not be read: there is nothing to do until the size changes.
    caught_up: Option<u64>,
}

impl EventFile {
    fn new(found: Found) -> Self {
        let Found { path, size } = found;
        EventFile { path, size, newest: None, all: Scan::default(), caught_up: None }
    }

    fn read_newest(&mut self, buffer: &mut Vec<u8>, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        if let Some(scan) = &mut self.newest {
            let rest = self.size.saturating_sub(scan.position());
            if rest <= WHOLE && scan.read(&self.path, u64::MAX, buffer, &mut take)? != End::Replaced {
                return Ok(());
            }
        } else if self.size > WHOLE {
            Scan::default().read(&self.path, HEAD, buffer, &mut take)?;
        }
        let mut records = 0;
        for tail in [if self.size > WHOLE { TAIL } else { WHOLE }, LONG_TAIL] {
            let mut scan = Scan::near_end(self.size, tail);
            scan.read(&self.path, u64::MAX, buffer, |data| {
                records += 1;
                take(data);
            })?;
            self.newest = Some(scan);
            if records > 0 || tail >= self.size {
                break;
            }
        }
        Ok(())
    }
}

/// A run: its files, its newest values and, for a run that is shown, all its values.
#[derive(Debug)]
pub struct Log {
    /// Its folder.
    pub folder: Arc<Path>,
    /// Its name, fit to be shown.
    pub name: Arc<str>,
    /// Its newest values.
    pub latest: Latest,
    /// All its values, thinned, for a run that is shown.
    pub figures: Option<Box<Figures>>,
    /// The number of the last request that showed it.
    pub looked_at: u64,
    /// Whether its newest values have been read.
    pub is_read: bool,
    /// What the system said when a file could not be read.
    pub problem: Option<String>,
    files: Vec<EventFile>,
    /// Whether its manifest has been looked for.
    has_settings: bool,
    decoder: Decoder,
    /// How many records are not events.
    undecodable: u64,
    /// Whether some are.
    has_events: bool,
}

/// Decodes a record and hands on what it holds. Returns whether it was an event.
fn items(decoder: &mut Decoder, data: &[u8], take: impl FnMut(Item)) -> bool {
    match Event::decode(data) {
        Ok(event) => {
            decoder.items(event, take);
            true
        }
        Err(_) => false,
    }
}

/// Whether a file lies in a folder below the run's own, which holds hyperparameters with the results that go with them.
fn is_part(folder: &Path, file: &Path) -> bool {
    file.parent() != Some(folder)
}

impl Log {
    /// A run whose files are still to be read.
    pub fn new(folder: &Path, name: Arc<str>) -> Self {
        Log {
            folder: folder.into(),
            name,
            latest: Latest::default(),
            figures: None,
            looked_at: 0,
            is_read: false,
            problem: None,
            files: Vec::new(),
            has_settings: false,
            decoder: Decoder::default(),
            undecodable: 0,
            has_events: false,
        }
    }

    /// Takes in files that were found, new ones and known ones. Returns whether something changed.
    pub fn found(&mut self, files: Vec<Found>) -> bool {
        let mut changed = false;
        for found in files {
            match self.files.binary_search_by(|file| file.path.cmp(&found.path)) {
                Ok(at) => {
                    changed |= self.files[at].size != found.size;
                    self.files[at].size = found.size;
                }
                Err(at) => {
                    changed = true;
                    self.files.insert(at, EventFile::new(found));
                }
            }
        }
        self.is_read &= !changed;
        changed
    }

    /// Asks the system for the files' sizes. Returns whether one has changed.
    pub fn poll(&mut self) -> bool {
        let mut changed = false;
        for file in &mut self.files {
            // A file that is gone keeps its last size: what was read of it stays.
            let size = std::fs::metadata(&file.path).map_or(file.size, |metadata| metadata.len());
            changed |= size != file.size;
            file.size = size;
        }
        self.is_read &= !changed;
        changed
    }

    /// Takes the hyperparameters of a run of this program from its manifest, unless its event files hold some.
    pub fn read_settings(&mut self) {
        if std::mem::replace(&mut self.has_settings, true) || !self.latest.hparams.is_empty() {
            return;
        }
        // Runs of other programs have no such file.
        if let Ok(manifest) = Manifest::load(&self.folder) {
            self.latest.take_hparams(&most_told_first(&manifest.preset));
        }
    }

    /// Brings the newest values up to date by reading little: short files whole, of long ones beginning and end.
    pub fn read_newest(&mut self, tags: &mut Tags, buffer: &mut Vec<u8>) {
        self.is_read = true;
        self.problem = None;
        let (latest, decoder) = (&mut self.latest, &mut self.decoder);
        let (undecodable, has_events) = (&mut self.undecodable, &mut self.has_events);
        for file in &mut self.files {
            let is_part = is_part(&self.folder, &file.path);
            let result = file.read_newest(buffer, |data| {
                let is_event = items(decoder, data, |item| latest.take_of(&item, tags, is_part));
                *undecodable += u64::from(!is_event);
                *has_events |= is_event;
            });
            if let Err(error) = result {
                self.problem = Some(format!("{}: {error}", file.path.display()));
            }
        }
    }

    /// Reads every byte for the newest values. Nothing else is kept.
    pub fn read_whole(&mut self, tags: &mut Tags, buffer: &mut Vec<u8>) {
        for file in &mut self.files {
            file.newest = Some(Scan::default());
        }
        let (latest, decoder) = (&mut self.latest, &mut self.decoder);
        let (undecodable, has_events) = (&mut self.undecodable, &mut self.has_events);
        for file in &mut self.files {
            let is_part = is_part(&self.folder, &file.path);
            let scan = file.newest.get_or_insert_default();
            let read = scan.read(&file.path, u64::MAX, buffer, |data| {
                let is_event = items(decoder, data, |item| latest.take_of(&item, tags, is_part));
                *undecodable += u64::from(!is_event);
                *has_events |= is_event;
            });
            if let Err(error) = read {
                self.problem = Some(format!("{}: {error}", file.path.display()));
            }
        }
        self.is_read = true;
    }

    /// Reads about `budget` further bytes for all values. Returns whether there may be more to read.
    pub fn read_all(&mut self, budget: u64, tags: &mut Tags, buffer: &mut Vec<u8>) -> bool {
        let figures = self.figures.get_or_insert_default();
        let Some(file) = self.files.iter_mut().find(|file| file.caught_up != Some(file.size)) else {
            self.is_read = true;
            return false;
        };
        let (latest, decoder) = (&mut self.latest, &mut self.decoder);
        let (undecodable, has_events) = (&mut self.undecodable, &mut self.has_events);
        let is_part = is_part(&self.folder, &file.path);
        let read = file.all.read(&file.path, budget, buffer, |data| {
            let known = items(decoder, data, |item| {
                latest.take_of(&item, tags, is_part);
                figures.take(item, tags);
            });
            *undecodable += u64::from(!known);
            *has_events |= known;
        });
        match read {
            Ok(End::Enough) => {}
            // The end may be part of a record that is still being written: it is read when the file has grown.
            Ok(End::CaughtUp) => file.caught_up = Some(file.size),
            Ok(End::Replaced) => self.start_over(),
            Err(error) => {
                file.caught_up = Some(file.size);
                self.problem = Some(format!("{}: {error}", file.path.display()));
            }
        }
        true
    }

    /// Forgets all values but the newest.
    pub fn forget(&mut self) {
        self.figures = None;
        for file in &mut self.files {
            (file.all, file.caught_up) = (Scan::default(), None);
        }
    }

    fn start_over(&mut self) {
        self.forget();
        self.latest = Latest::default();
        (self.is_read, self.has_settings) = (false, false);
        self.files.iter_mut().for_each(|file| file.newest = None);
    }

    /// What its files take on disk.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// Its files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// The share of its files that was read for all values.
    pub fn share_read(&self) -> f64 {
        let read = |file: &EventFile| {
            if file.caught_up == Some(file.size) { file.size } else { file.all.position().min(file.size) }
        };
        self.files.iter().map(read).sum::<u64>() as f64 / self.bytes().max(1) as f64
    }

    /// The number of damaged places in its files, as far as they were read.
    pub fn damaged(&self) -> u64 {
        let newest = |file: &EventFile| file.newest.as_ref().map_or(0, Scan::damaged);
        self.files.iter().map(|file| file.all.damaged().max(newest(file))).sum::<u64>() + self.undecodable
    }

    /// Whether its files were read and hold something, but no events: they are files of another kind.
    pub fn is_foreign(&self) -> bool {
        self.is_read && !self.has_events && self.damaged() > 0
    }

    /// How many records were too long to be read.
    pub fn passed_over(&self) -> u64 {
        self.files.iter().map(|file| file.all.passed_over()).sum()
    }
}
