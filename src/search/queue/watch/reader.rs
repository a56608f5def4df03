//! Reads the queue again and again, and of its files only those that have changed.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::jobs::Jobs;
use super::progress::{self, Fate, Written, progress_of};
use super::view::{Chosen, QueueSnapshot, Row, Standing};
use crate::run::lock::Lock;
use crate::search::queue::{Item, Settings, Shelf};
use crate::search::store::{Mark, load};

/// What is known of the queue.
pub(super) struct Reader {
    shelf: Shelf,
    /// Where runs are.
    runs: PathBuf,
    /// Where searches are.
    searches: PathBuf,
    settings: (Option<Mark>, Settings),
    /// When items were changed, as they were listed last; `None` where they may have changed since.
    listed: Option<SystemTime>,
    known: BTreeMap<u32, Known>,
    rows: Arc<Vec<Arc<Row>>>,
    /// The run of the item that is looked at, as it was read last.
    chosen: Option<(PathBuf, Written, Fate)>,
    /// The jobs of Slurm, which are looked at elsewhere.
    pub jobs: Arc<Jobs>,
    /// How many files of items have been read in all.
    reads: usize,
}

/// What is known of an item.
struct Known {
    mark: Mark,
    row: Arc<Row>,
    progress: progress::Known,
}

impl Reader {
    pub fn new(shelf: Shelf, runs: PathBuf, searches: PathBuf) -> Self {
        Reader {
            shelf,
            runs,
            searches,
            settings: (None, Settings::default()),
            listed: None,
            known: BTreeMap::new(),
            rows: Arc::default(),
            chosen: None,
            jobs: Arc::default(),
            reads: 0,
        }
    }

    /// Reads what has changed, and more of the item of the number `chosen`.
    pub fn look(&mut self, chosen: Option<u32>) -> QueueSnapshot {
        let mut problems = Vec::new();
        let mark = self.shelf.mark_of_settings();
        if mark != self.settings.0 {
            match self.shelf.settings() {
                Ok(settings) => self.settings = (mark, settings),
                Err(error) => problems.push(error.to_string()),
            }
        }
        let worker = self.shelf.worker().unwrap_or_else(|error| {
            problems.push(error.to_string());
            None
        });
        let mut changed = self.read_items().unwrap_or_else(|problem| {
            problems.push(problem);
            false
        });
        changed |= self.look_how_they_stand(worker.is_some());
        if changed {
            let mut rows: Vec<Arc<Row>> = self.known.values().map(|known| known.row.clone()).collect();
            rows.sort_by_key(|row| row.place());
            self.rows = Arc::new(rows);
        }
        QueueSnapshot {
            rows: self.rows.clone(),
            settings: self.settings.1.clone(),
            worker,
            chosen: chosen.and_then(|number| self.read_chosen(number)),
            jobs: self.jobs.clone(),
            problem: problems.into_iter().next(),
            at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()),
        }
    }

    /// Reads new items, and those whose files have changed; returns whether there are any, or fewer than before.
    fn read_items(&mut self) -> Result<bool, String> {
        let changed_at = self.shelf.items_changed_at();
        if changed_at.is_some() && changed_at == self.listed {
            return Ok(false);
        }
        let paths = self.shelf.item_files().map_err(|error| error.to_string())?;
        self.listed = changed_at;
        let mut there = HashSet::new();
        let mut changed = false;
        for path in paths {
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            let (Some(number), Some(mark)) = (number, Mark::of(&path)) else { continue };
            there.insert(number);
            if self.known.get(&number).is_some_and(|known| known.mark == mark) {
                continue;
            }
            let item: Result<Item, String> = load(&path).map_err(|error| error.to_string());
            self.reads += 1;
            let standing = item.as_ref().map_or(Standing::Broken, |item| {
                item.outcome.as_ref().map_or(Standing::Waiting, Standing::of_ended)
            });
            let row = Arc::new(Row { number, item, standing });
            self.known.insert(number, Known { mark, row, progress: progress::Known::default() });
            changed = true;
        }
        let before = self.known.len();
        self.known.retain(|number, _| there.contains(number));
        Ok(changed || self.known.len() < before)
    }

    /// Looks how those stand that have begun and not ended; returns whether that has changed.
    fn look_how_they_stand(&mut self, is_worked: bool) -> bool {
        let mut changed = false;
        for known in self.known.values_mut() {
            let Ok(item) = &known.row.item else { continue };
            if !item.is_waiting() || !item.is_begun {
                continue;
            }
            let run = item.run.as_ref().map(|run| self.runs.join(run));
            let search = item.search.as_ref().map(|search| self.searches.join(search));
            let standing = match run.as_ref().or(search.as_ref()) {
                // It reads its data and has no run yet.
                None if is_worked => Standing::Training(None),
                None => Standing::Interrupted,
                Some(folder) if is_held(folder) => {
                    Standing::Training(run.as_deref().and_then(|run| progress_of(run, &mut known.progress)))
                }
                Some(_) if is_worked => Standing::Waiting,
                Some(_) => Standing::Interrupted,
            };
            if standing != known.row.standing {
                known.row = Arc::new(Row { standing, ..Row::clone(&known.row) });
                changed = true;
            }
        }
        changed
    }

    /// What became of the run of an item.
    fn read_chosen(&mut self, number: u32) -> Option<Chosen> {
        let item = self.known.get(&number)?.row.item.as_ref().ok()?;
        let folder = self.runs.join(item.run.as_ref()?);
        let written = Written::of(&folder);
        let is_same = |(before, then, _): &(PathBuf, Written, Fate)| *before == folder && *then == written;
        let fate = match self.chosen.take().filter(is_same) {
            Some((.., fate)) => fate,
            None => Fate::of(&folder),
        };
        self.chosen = Some((folder, written, fate.clone()));
        Some(Chosen { number, fate })
    }
}

/// Whether somebody trains a run or carries a search out. Where the system does not tell, the next look may know.
fn is_held(folder: &Path) -> bool {
    matches!(Lock::holder(folder), Ok(Some(_)))
}

#[cfg(test)]
mod tests;
