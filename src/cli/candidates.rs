//! What a shell offers where a command line names a run or a preset.

use std::ffi::OsStr;

use clap_complete::engine::ValueCompleter;
use clap_complete::{CompletionCandidate, PathCompleter};

use super::text::plain;
use crate::preset::library;
use crate::run::{RunDirectory, home};

/// `last`, then the runs on disk, the newest first.
pub(super) fn runs() -> Vec<CompletionCandidate> {
    // A shell has nowhere to show an error.
    let runs = home::runs_folder().and_then(|runs| RunDirectory::list(&runs)).unwrap_or_default();
    let names = runs.iter().rev().map(|run| CompletionCandidate::new(plain(&run.name())));
    std::iter::once(CompletionCandidate::new("last").help(Some("the newest run".into())))
        .filter(|_| !runs.is_empty())
        .chain(names)
        .enumerate()
        .map(|(place, candidate)| candidate.display_order(Some(place)))
        .collect()
}

/// The presets whose names begin so, each with its title, and `.ron` files.
pub(super) fn presets(begun: &OsStr) -> Vec<CompletionCandidate> {
    let begun_name = begun.to_string_lossy();
    let entries = library::list().into_iter().filter(|entry| entry.name.starts_with(&*begun_name));
    let named = entries.filter_map(|entry| {
        let title = plain(&entry.loaded.ok()?.preset().title);
        Some(CompletionCandidate::new(plain(&entry.name)).help(Some(title.into())))
    });
    let is_preset = |path: &std::path::Path| path.extension().is_some_and(|end| end == "ron");
    named.chain(PathCompleter::file().filter(is_preset).complete(begun)).collect()
}
