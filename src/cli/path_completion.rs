//! Paths that a person types, completed as a shell does.

use std::path::{Path, PathBuf, absolute};

/// The most names of a folder that are looked at.
const LOOKED_AT: usize = 10_000;

/// What a typed path can be completed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Completed {
    /// The path, as far as it is the same for all names.
    pub path: String,
    /// The names that it could go on with, folders with a slash behind them.
    pub names: Vec<String>,
}

/// The path that a person means: `~` and variables are expanded, and it means the same in any folder.
///
/// # Errors
/// When a variable is not set, or no folder is the working folder.
pub(super) fn meant(typed: &str) -> Result<PathBuf, String> {
    let expanded = shellexpand::full(typed.trim())
        .map_err(|missing| format!("{}: {}", missing.var_name, missing.cause))?;
    absolute(&*expanded).map_err(|error| error.to_string())
}

/// Completes the last name of a path. Hidden names are left out unless the person asks for them with a dot.
pub(super) fn complete(typed: &str) -> Completed {
    let (folder, begun) = match typed.rfind('/') {
        Some(slash) => typed.split_at(slash + 1),
        None => ("", typed),
    };
    let names = names(folder, begun);
    let common = names.iter().map(String::as_str).reduce(|a, b| &a[..shared(a, b)]).unwrap_or(begun);
    Completed { path: format!("{folder}{common}"), names: names.clone() }
}

/// The names in a folder that begin so, in order.
fn names(folder: &str, begun: &str) -> Vec<String> {
    let path = if folder.is_empty() { Ok(PathBuf::from(".")) } else { meant(folder) };
    let Some(entries) = path.ok().and_then(|path| std::fs::read_dir(path).ok()) else { return Vec::new() };
    let name = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let is_wanted = name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
        // What a link leads to counts.
        let end = if is_wanted && Path::new(&entry.path()).is_dir() { "/" } else { "" };
        is_wanted.then(|| name + end)
    };
    let mut names: Vec<String> = entries.take(LOOKED_AT).filter_map(|entry| name(entry.ok()?)).collect();
    names.sort_unstable();
    names
}

/// The bytes at the beginning that two texts share, whole characters.
fn shared(a: &str, b: &str) -> usize {
    a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b).map_or(a.len().min(b.len()), |((at, _), _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_names_agree() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["wine-red.csv", "wine-white.csv", "äpfel.csv", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("photos")).unwrap();
        let root = format!("{}/", folder.path().display());
        let done = |typed: &str| {
            let Completed { path, names } = complete(&format!("{root}{typed}"));
            (path.strip_prefix(&root).unwrap().to_owned(), names.len())
        };
        assert_eq!(done("wi"), ("wine-".into(), 2));
        assert_eq!(done("wine-w"), ("wine-white.csv".into(), 1));
        assert_eq!(done("ph"), ("photos/".into(), 1));
        assert_eq!(done("ä"), ("äpfel.csv".into(), 1));
        assert_eq!(done("x"), ("x".into(), 0));
        assert_eq!((done("").1, done(".").1), (4, 1));
        assert_eq!(complete("/no/such/folder/a").names.len(), 0);
    }

    #[test]
    fn what_is_shared_ends_between_characters() {
        assert_eq!((shared("aäb", "aäc"), shared("ä", "ö"), shared("ab", "abc")), (3, 0, 2));
    }
}
