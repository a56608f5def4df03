//! What a shell offers where a command line names a run or a preset.

use std::ffi::OsStr;

use clap_complete::engine::ValueCompleter;
use clap_complete::{CompletionCandidate, PathCompleter};

use super::text::plain;
use crate::preset::library;
use crate::run::lock::Lock;
use crate::run::{RunDirectory, home};

/// The most runs that are looked into.
const LOOKED_INTO: usize = 500;

/// `last`, then the runs on disk, the newest first, as far as what was typed is a part of their names.
pub(super) fn runs(begun: &OsStr) -> Vec<CompletionCandidate> {
    runs_that(begun, |_| true)
}

/// As [`runs`], those that can be trained on: with a checkpoint, and not in training now.
pub(super) fn runs_to_resume(begun: &OsStr) -> Vec<CompletionCandidate> {
    runs_that(begun, |run| has_checkpoint(run) && !is_running(run))
}

/// As [`runs`], those from whose checkpoints another can begin.
pub(super) fn runs_to_branch(begun: &OsStr) -> Vec<CompletionCandidate> {
    runs_that(begun, has_checkpoint)
}

fn has_checkpoint(run: &RunDirectory) -> bool {
    run.checkpoints().is_ok_and(|steps| !steps.is_empty())
}

fn is_running(run: &RunDirectory) -> bool {
    Lock::holder(run.path()).is_ok_and(|holder| holder.is_some())
}

fn runs_that(begun: &OsStr, fits: impl Fn(&RunDirectory) -> bool) -> Vec<CompletionCandidate> {
    let begun = begun.to_string_lossy();
    // A shell has nowhere to show an error.
    let runs = home::runs_folder().and_then(|runs| RunDirectory::list(&runs)).unwrap_or_default();
    let last = runs.last().is_some_and(&fits) && "last".starts_with(&*begun);
    let last = last.then(|| CompletionCandidate::new("last").help(Some("the newest run".into())));
    let named = runs.iter().rev().filter(|run| run.name().contains(&*begun));
    let named = named.take(LOOKED_INTO).filter(|run| fits(run));
    last.into_iter()
        .chain(named.map(|run| CompletionCandidate::new(plain(&run.name()))))
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
