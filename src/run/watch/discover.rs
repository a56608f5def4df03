//! Finds event files below a folder, a folder at a time.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How deep folders are entered. Deeper nesting is a loop of links, most likely.
const DEEPEST: usize = 24;

/// An event file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// A walk through a folder and all below it.
#[derive(Debug)]
pub struct Walk {
    folders: Vec<(PathBuf, usize)>,
    /// The folders to which links led, so that none is walked twice.
    linked: HashSet<PathBuf>,
    /// Folders that could not be read, and why, at most a few.
    pub problems: Vec<String>,
    /// Folders read.
    pub walked: usize,
}

impl Walk {
    /// A walk that starts at `root`, a folder or a single event file.
    pub fn new(root: &Path) -> Self {
        let folders = vec![(root.to_path_buf(), 0)];
        Walk { folders, linked: HashSet::new(), problems: Vec::new(), walked: 0 }
    }

    /// Whether all folders have been walked.
    pub fn is_done(&self) -> bool {
        self.folders.is_empty()
    }

    /// Reads one folder: its path and event files, sorted by name.
    pub fn step(&mut self) -> Option<(PathBuf, Vec<Found>)> {
        let (folder, depth) = self.folders.pop()?;
        self.walked += 1;
        if depth == 0 && folder.is_file() {
            let size = fs::metadata(&folder).map_or(0, |metadata| metadata.len());
            let parent = folder.parent().map(Path::to_path_buf).unwrap_or_default();
            return Some((parent, vec![Found { path: folder, size }]));
        }
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                if self.problems.len() < 20 {
                    self.problems.push(format!("{}: {error}", folder.display()));
                }
                return Some((folder, Vec::new()));
            }
        };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in entries.filter_map(Result::ok) {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() || (kind.is_symlink() && self.leads_to_new_folder(&entry.path())) {
                folders.push((entry.path(), depth + 1));
            } else if is_event_file(&entry.file_name().to_string_lossy())
                && let Ok(metadata) = fs::metadata(entry.path())
                && metadata.is_file()
            {
                files.push(Found { path: entry.path(), size: metadata.len() });
            }
        }
        if depth < DEEPEST {
            // The last is taken first.
            folders.sort_unstable_by(|a, b| b.cmp(a));
            self.folders.append(&mut folders);
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Some((folder, files))
    }

    fn leads_to_new_folder(&mut self, link: &Path) -> bool {
        match link.canonicalize() {
            Ok(target) if target.is_dir() => self.linked.insert(target),
            _ => false,
        }
    }
}

/// TensorBoard's own rule, without the empty files that its profiler leaves.
fn is_event_file(name: &str) -> bool {
    name.contains("tfevents") && !name.ends_with(".profile-empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(root: &Path) -> Vec<(PathBuf, usize)> {
        let mut walk = Walk::new(root);
        let mut found = Vec::new();
        while let Some((folder, files)) = walk.step() {
            if !files.is_empty() {
                found.push((folder, files.len()));
            }
        }
        found
    }

    #[test]
    fn event_files_are_found_in_the_order_of_their_folders() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b/events.out.tfevents.2.host", "a/train/events.out.tfevents.1.host", "a/notes.txt"] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"1").unwrap();
        }
        assert_eq!(walk(root.path()), [(root.path().join("a/train"), 1), (root.path().join("b"), 1)]);
        let file = root.path().join("b/events.out.tfevents.2.host");
        assert_eq!(walk(&file), [(root.path().join("b"), 1)]);
        assert!(walk(&root.path().join("missing")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_never_in_circles() {
        let root = tempfile::tempdir().unwrap();
        let target = tempfile::tempdir().unwrap();
        fs::write(target.path().join("events.out.tfevents.1"), b"1").unwrap();
        std::os::unix::fs::symlink(target.path(), root.path().join("x")).unwrap();
        std::os::unix::fs::symlink(target.path(), root.path().join("y")).unwrap();
        std::os::unix::fs::symlink(root.path(), target.path().join("back")).unwrap();
        let found = walk(root.path());
        assert!(!found.is_empty() && found.len() <= 3, "{found:?}");
    }
}
