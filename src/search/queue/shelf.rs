//! The queue on disk, a file for each item.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::item::Item;
use crate::preset::DeviceChoice;
use crate::run::lock::Lock;
use crate::run::{self, home};
use crate::search::Error;
use crate::search::store::{Mark, load, save};

/// From so long after a change on, another one has another time on any file system.
pub(super) const SETTLED: Duration = Duration::from_secs(2);

/// How the queue is worked off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How many at a time.
    pub jobs: u16,
    /// Nothing new begins.
    pub is_paused: bool,
    /// Where items train that do not say it themselves, each where the fewest are; empty: as their presets say.
    #[serde(default)]
    pub devices: Vec<DeviceChoice>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { jobs: 1, is_paused: false, devices: Vec::new() }
    }
}

/// Where an item goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Before the one before.
    Up,
    /// Behind the next one.
    Down,
    /// Before all others.
    First,
    /// Behind all others.
    Last,
}

/// The queue on disk.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// The queue in a folder.
    #[cfg(test)]
    pub(super) fn at(folder: &Path) -> Self {
        Shelf { folder: folder.to_path_buf() }
    }

    /// The queue of this home.
    ///
    /// # Errors
    /// When no folder is known.
    pub fn own() -> Result<Self, run::Error> {
        Ok(Shelf { folder: home::folder()?.join("queue") })
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The file of what the process says that works it off.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log.txt")
    }

    /// How it is worked off.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn settings(&self) -> Result<Settings, run::Error> {
        let path = self.settings_file();
        if path.exists() { load(&path) } else { Ok(Settings::default()) }
    }

    /// Changes how it is worked off; returns how that is from now on. Of two who do so at the same time, neither undoes what the other
    /// has changed.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) -> Result<Settings, Error> {
        let _changing = self.wait_for_turn()?;
        let mut settings = self.settings()?;
        change(&mut settings);
        save(&self.settings_file(), &settings)?;
        Ok(settings)
    }

    fn settings_file(&self) -> PathBuf {
        self.folder.join("queue.ron")
    }

    /// By which it is seen that the settings are others than before.
    pub(super) fn mark_of_settings(&self) -> Option<Mark> {
        Mark::of(&self.settings_file())
    }

    /// The folder of the items.
    pub(super) fn items_folder(&self) -> PathBuf {
        self.folder.join("items")
    }

    /// When an item was added, changed or taken off last; `None` where that was so short a time ago that another change could have the
    /// same time. What is read after this was asked needs not be read again while the answer stays the same.
    pub(super) fn items_changed_at(&self) -> Option<SystemTime> {
        // Files are replaced whole, by which their folder changes.
        let changed = std::fs::metadata(self.items_folder()).and_then(|found| found.modified()).ok();
        changed.filter(|at| at.elapsed().is_ok_and(|since| since >= SETTLED))
    }

    /// The files of all items, in any order.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub(super) fn item_files(&self) -> Result<impl Iterator<Item = PathBuf> + use<>, run::Error> {
        let folder = self.items_folder();
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            entries => Some(entries.map_err(run::Error::io(&folder, "reading the queue"))?),
        };
        let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        Ok(paths.filter(|path| path.extension().is_some_and(|end| end == "ron")))
    }

    /// All items in the order of the queue, those that have ended first, but those whose files cannot be read; see
    /// [`items_and_damaged`](Shelf::items_and_damaged).
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn items(&self) -> Result<Vec<Item>, run::Error> {
        Ok(self.items_and_damaged()?.0)
    }

    /// All items in the order of the queue, those that have ended first, and what is wrong with the files of items that cannot be read,
    /// a line each.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn items_and_damaged(&self) -> Result<(Vec<Item>, Vec<String>), run::Error> {
        let (mut items, mut damaged) = (Vec::<Item>::new(), Vec::new());
        for path in self.item_files()? {
            match load(&path) {
                Ok(item) => items.push(item),
                Err(error) if path.exists() => {
                    damaged.push(format!("{error}; once the file is removed, it is off the queue"));
                }
                // It was replaced or taken off at this moment.
                Err(_) => {}
            }
        }
        items.sort_by_key(|item| (item.is_waiting(), item.place, item.number));
        damaged.sort_unstable();
        Ok((items, damaged))
    }

    /// The item of this number.
    ///
    /// # Errors
    /// When there is none.
    pub fn item(&self, number: u32) -> Result<Item, Error> {
        let path = self.file(number);
        if !path.exists() {
            return Err(Error::Name(format!("the queue has no item {number}; `trainyard queue` lists them")));
        }
        Ok(load(&path)?)
    }

    /// Whether there is an item of this number.
    pub fn has(&self, number: u32) -> bool {
        self.file(number).exists()
    }

    /// Puts an item behind all others.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn add(&self, words: Vec<String>, folder: PathBuf) -> Result<Item, Error> {
        // Two that add at the same time do not take the same number.
        let _adding = self.wait_for_turn()?;
        let before = self.items()?;
        let number = before.iter().map(|item| item.number).max().unwrap_or(0).max(self.newest_claim()) + 1;
        let place = before.iter().map(|item| item.place).max().unwrap_or(0) + 1;
        // By this file its number is known when the item is off the queue, and is not used again.
        let claim = self.claim(number);
        std::fs::File::create(&claim).map_err(run::Error::io(&claim, "creating a file"))?;
        let item = Item::waiting(number, place, words, folder);
        self.save(&item)?;
        Ok(item)
    }

    /// The highest number that an item had whose claim is still there.
    fn newest_claim(&self) -> u32 {
        let entries = std::fs::read_dir(self.items_folder()).into_iter().flatten();
        let number = |path: PathBuf| path.file_stem()?.to_str()?.parse().ok();
        entries.filter_map(|entry| number(entry.ok()?.path())).max().unwrap_or(0)
    }

    fn wait_for_turn(&self) -> Result<Lock, Error> {
        let folder = self.items_folder();
        std::fs::create_dir_all(&folder).map_err(run::Error::io(&folder, "creating the folder"))?;
        loop {
            match Lock::take(&folder) {
                Err(run::Error::Locked { .. }) => std::thread::sleep(std::time::Duration::from_millis(5)),
                taken => return Ok(taken?),
            }
        }
    }

    /// Writes an item down.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn save(&self, item: &Item) -> Result<(), run::Error> {
        save(&self.file(item.number), item)
    }

    /// Takes an item off the queue.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self, number: u32) -> Result<(), run::Error> {
        let path = self.file(number);
        std::fs::remove_file(&path).map_err(run::Error::io(&path, "removing the item"))
    }

    /// Moves an item among those that wait.
    ///
    /// # Errors
    /// When it does not wait any more, or the system refuses.
    pub fn shift(&self, number: u32, to: Move) -> Result<(), Error> {
        self.item(number)?;
        let _moving = self.wait_for_turn()?;
        let mut item = self.item(number)?;
        let waiting: Vec<Item> =
            self.items()?.into_iter().filter(|item| item.is_waiting() && !item.is_begun).collect();
        let Some(at) = waiting.iter().position(|one| one.number == number) else {
            return Err(Error::Failed(format!("item {number} does not wait for its turn")));
        };
        let ends = [waiting.first(), waiting.last()].map(|item| item.map_or(0, |item| item.place));
        let other = match to {
            Move::First => {
                item.place = ends[0] - 1;
                None
            }
            Move::Last => {
                item.place = ends[1] + 1;
                None
            }
            Move::Up => at.checked_sub(1).and_then(|before| waiting.get(before)),
            Move::Down => waiting.get(at + 1),
        };
        if let Some(other) = other {
            let mut other = other.clone();
            std::mem::swap(&mut item.place, &mut other.place);
            self.save(&other)?;
        }
        Ok(self.save(&item)?)
    }

    /// The process that works it off, if one does.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn worker(&self) -> Result<Option<String>, run::Error> {
        if self.folder.is_dir() { Lock::holder(&self.folder) } else { Ok(None) }
    }

    fn file(&self, number: u32) -> PathBuf {
        self.items_folder().join(format!("{number:06}.ron"))
    }

    pub(super) fn claim(&self, number: u32) -> PathBuf {
        self.file(number).with_extension("lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_who_change_the_settings_at_the_same_time_neither_undoes_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(&folder.path().join("queue"));
        let add = || {
            for _ in 0..30 {
                shelf.change(|settings| settings.jobs += 1).unwrap();
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(add);
            scope.spawn(add);
        });
        assert_eq!(shelf.settings().unwrap(), Settings { jobs: 61, ..Settings::default() });
    }

    #[test]
    fn items_keep_their_order_are_moved_and_numbers_are_not_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(&folder.path().join("queue"));
        let order = || {
            let items = shelf.items().unwrap();
            items.iter().map(|item| item.number).collect::<Vec<_>>()
        };
        assert!(order().is_empty() && shelf.worker().unwrap().is_none());
        for preset in ["xor", "moons", "circles"] {
            shelf.add(vec!["train".into(), preset.into()], "/tmp".into()).unwrap();
        }
        assert_eq!(order(), [1, 2, 3]);
        for (number, to, expected) in [
            (3, Move::Up, [1, 3, 2]),
            (1, Move::Down, [3, 1, 2]),
            (2, Move::First, [2, 3, 1]),
            (2, Move::Last, [3, 1, 2]),
            (3, Move::Up, [3, 1, 2]),
        ] {
            shelf.shift(number, to).unwrap();
            assert_eq!(order(), expected, "{number} {to:?}");
        }
        let mut begun = shelf.item(1).unwrap();
        begun.is_begun = true;
        shelf.save(&begun).unwrap();
        assert!(shelf.shift(1, Move::Up).unwrap_err().to_string().contains("does not wait"));
        assert!(shelf.shift(9, Move::Up).unwrap_err().to_string().contains("no item 9"));
        std::fs::write(shelf.claim(3), "").unwrap();
        shelf.remove(3).unwrap();
        assert_eq!(shelf.add(vec!["train".into()], "/".into()).unwrap().number, 4);
        // One file that is damaged hides no other item, and is told.
        std::fs::write(shelf.file(2), "(number: tw").unwrap();
        assert_eq!(order(), [1, 4]);
        let damaged = shelf.items_and_damaged().unwrap().1;
        assert!(damaged.len() == 1 && damaged[0].contains("000002.ron"), "{damaged:?}");
        assert_eq!(shelf.add(vec!["train".into()], "/".into()).unwrap().number, 5);
    }
}
