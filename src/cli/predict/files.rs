//! The files that are asked about.

use std::fs;
use std::io;
use std::path::Path;

use super::{Unanswered, failed};
use crate::data::Error::Broken;
use crate::data::table::expanded;

const NOT_UTF_8: &str = "this name is not UTF-8: rename the file";

/// All files in a folder and below, by name. Hidden ones are left out, as are linked folders, which could lead in a circle.
pub(super) fn of(name: &str) -> Vec<Result<String, Unanswered>> {
    let mut files = Vec::new();
    match walk(Path::new(name), &mut files) {
        Err(error) => files.push(Err(failure(name, &error))),
        Ok(()) if files.is_empty() => files.push(Err(failure(name, &"there are no files in this folder"))),
        Ok(()) => {}
    }
    files
}

/// A file that is not answered.
pub(super) fn failure(name: &str, problem: &dyn std::fmt::Display) -> Unanswered {
    (name.to_string(), failed(name, problem))
}

/// The files whose names fit a pattern that no shell has replaced, in the order in which a preset would read them.
pub(super) fn that_fit(pattern: &str) -> Vec<Result<String, Unanswered>> {
    let files = match expanded(pattern) {
        Ok(files) => files,
        Err(Broken { origin, problem }) => return vec![Err(failure(&origin, &problem))],
    };
    let named = |path: &Path| {
        let shown = path.to_string_lossy();
        path.to_str().map(str::to_string).ok_or_else(|| failure(&shown, &NOT_UTF_8))
    };
    files.iter().map(|path| named(path)).collect()
}

fn walk(folder: &Path, files: &mut Vec<Result<String, Unanswered>>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            walk(&path, files)?;
        } else if path.is_file() {
            files.push(
                path.to_str().map(str::to_string).ok_or_else(|| failure(&path.to_string_lossy(), &NOT_UTF_8)),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_all_files_below_it_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.png", "b/1.png", "a.png", ".hidden", "c/.hidden"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let shown = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
        let found: Vec<String> = of(&shown("")).into_iter().map(Result::unwrap).collect();
        assert_eq!(found, ["a.png", "b/1.png", "b/2.png"].map(shown));
        let fitting: Vec<String> = that_fit(&shown("b/*.png")).into_iter().map(Result::unwrap).collect();
        assert_eq!(fitting, ["b/1.png", "b/2.png"].map(shown));
        let none = &that_fit(&shown("*.gif"))[0];
        assert!(none.as_ref().unwrap_err().1.to_string().ends_with("no file whose name fits this pattern"));
        assert!(of(&shown("c"))[0].as_ref().unwrap_err().1.to_string().ends_with("no files in this folder"));
    }
}
