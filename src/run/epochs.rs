//! How many epochs a run has done, followed while it goes on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::disk;
use super::past::{EPOCH, event_files};
use super::tensorboard::Reader;

/// What an epoch's end writes in any case.
const SECONDS: &str = "seconds/epoch";

/// The epochs that are done. Of event files only what is new is read each time, however long they are.
#[derive(Debug, Default)]
pub struct EpochsDone {
    files: BTreeMap<PathBuf, Reader>,
    /// The steps at which epochs have ended, rising.
    ends: Vec<u64>,
    /// The number of the newest epoch that has one.
    numbered: u32,
}

impl EpochsDone {
    /// Reads what the run in this folder has written since the last call. A run that went back to a checkpoint counts from there.
    /// What is damaged or unreadable is left out.
    pub fn read(&mut self, folder: &Path) -> u32 {
        let EpochsDone { files, ends, numbered } = self;
        for file in disk::patiently(|| event_files(folder)).unwrap_or_default() {
            let reader = files.entry(file).or_insert_with_key(|file| Reader::new(file));
            // A file that cannot be read now is read on at the next call.
            let _ = reader.read(|scalar| match (u64::try_from(scalar.step), scalar.tag.as_str()) {
                (Ok(step), SECONDS) => {
                    while ends.last().is_some_and(|last| *last >= step) {
                        ends.pop();
                    }
                    ends.push(step);
                }
                (Ok(_), EPOCH) => *numbered = scalar.value as u32,
                _ => {}
            });
        }
        (*numbered).max(u32::try_from(ends.len()).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::Writer;

    #[test]
    fn epochs_are_counted_while_a_run_goes_on_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut done = EpochsDone::default();
        assert_eq!(done.read(folder.path()), 0);
        let mut writer = Writer::create(folder.path()).unwrap();
        let mut told = Vec::new();
        for epoch in 1..=3 {
            writer.scalars(10 * epoch, &[("loss/train", 1.0), (SECONDS, 0.1)]).unwrap();
            writer.flush().unwrap();
            told.push(done.read(folder.path()));
        }
        assert_eq!(told, [1, 2, 3]);
        // It goes on from the end of its first epoch.
        let mut writer = Writer::create(folder.path()).unwrap();
        writer.scalars(20, &[(SECONDS, 0.1)]).unwrap();
        writer.flush().unwrap();
        assert_eq!((done.read(folder.path()), EpochsDone::default().read(folder.path())), (2, 2));
        // Epochs without a line of their own are told by their number.
        writer.scalars(5000, &[(SECONDS, 0.1), (EPOCH, 500.0)]).unwrap();
        writer.flush().unwrap();
        assert_eq!(done.read(folder.path()), 500);
    }
}
