//! Keeping runs in order: marking, comparing, naming, sorting, removing and bringing back.

use crate::run::Label;
use crate::tui::message::{Effect, RunAnswer, RunTask};
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Reading, Subject};
use crate::tui::state::runs::Item;
use crate::tui::state::{Screen, Severity, State};

use super::{charts, runs};

const NONE: &str = "no run is chosen: every training becomes one";

/// Marks the chosen run, whose curves are then drawn with those of the others that are marked, and chooses the next one.
pub fn mark(state: &mut State) -> Vec<Effect> {
    let effects = toggle_mark(state);
    if state.notice.as_ref().is_none_or(|notice| notice.severity != Severity::Error) {
        state.runs.move_by(1);
    }
    effects
}

/// Marks the chosen run, or takes its mark away.
pub(super) fn toggle_mark(state: &mut State) -> Vec<Effect> {
    let Some(key) = state.runs.chosen().map(Item::key) else {
        state.inform(NONE);
        return Vec::new();
    };
    if let Err(problem) = state.runs.toggle_mark() {
        state.complain(problem);
        return Vec::new();
    }
    let is_marked = state.runs.color_of(&key).is_some();
    let run = state.runs.current().filter(|_| is_marked).map(|overview| overview.run.clone());
    let Some(run) = run else { return Vec::new() };
    let mut effects = vec![Effect::OnRuns(RunTask::ReadCurves(run))];
    // Where seeds are drawn as one, a mark means all of them.
    if state.runs.is_spread() {
        effects.extend(charts::mark_other_seeds(state));
    }
    effects
}

/// Draws the chosen run on top of all others, or no longer.
pub fn pin(state: &mut State) -> Vec<Effect> {
    let Some(key) = state.runs.chosen().map(Item::key) else {
        state.inform(NONE);
        return Vec::new();
    };
    if !state.runs.toggle_pin() {
        state.inform("no run is pinned: the chosen one is drawn on top");
        return Vec::new();
    }
    // Only runs that are marked are drawn whichever is chosen.
    let is_marked = state.runs.color_of(&key).is_some();
    let effects = if is_marked { Vec::new() } else { toggle_mark(state) };
    if state.notice.is_none() {
        state.inform("this run is drawn on top of all others");
    }
    effects
}

/// Takes all marks away.
pub fn unmark(state: &mut State) -> Vec<Effect> {
    state.runs.unmark();
    Vec::new()
}

/// Shows what two runs differ in: the two that are marked, or the marked one and the chosen one.
pub fn compare(state: &mut State) -> Vec<Effect> {
    if state.runs.shows_watched() {
        state.inform("H shows the hyperparameters in which runs of event files differ");
        return Vec::new();
    }
    let mut pair: Vec<_> = state.runs.compared().into_iter().take(3).cloned().collect();
    let chosen = state.runs.current().filter(|chosen| pair.len() == 1 && pair[0].run != chosen.run);
    pair.extend(chosen.cloned());
    match <[_; 2]>::try_from(pair) {
        Ok(pair) => vec![Effect::OnRuns(RunTask::Compare(Box::new(pair)))],
        Err(_) => {
            state.inform("mark two runs with m, or one and choose another: D shows what they differ in");
            Vec::new()
        }
    }
}

/// Sorts the list by the next thing.
pub fn sort(state: &mut State) -> Vec<Effect> {
    let by = state.runs.sort_by_next();
    state.inform(format!("runs: {by}"));
    Vec::new()
}

/// Turns the order of the list round.
pub fn reverse(state: &mut State) -> Vec<Effect> {
    state.runs.reverse();
    Vec::new()
}

/// Shows the settings in which the runs differ, or what is known of each.
pub fn settings(state: &mut State) -> Vec<Effect> {
    state.runs.toggle_settings();
    if state.runs.shows_settings && state.runs.varying_settings().is_empty() {
        state.inform(if state.runs.shows_watched() {
            "the event files of these runs hold no hyperparameters in which they differ"
        } else {
            "the runs that are shown have the same settings"
        });
    }
    Vec::new()
}

/// Asks for a line about the chosen run.
fn ask(
    state: &mut State,
    title: &str,
    help: &str,
    text: fn(&Label) -> String,
    subject: Subject,
) -> Vec<Effect> {
    let Some(overview) = state.runs.current() else {
        state.inform(runs::why_none(state));
        return Vec::new();
    };
    state.overlays.push(Overlay::Prompt(Prompt {
        title: format!("{title} of {}", overview.run.name()),
        help: help.into(),
        input: LineInput::new(&text(&overview.label)),
        error: None,
        subject,
    }));
    Vec::new()
}

/// Asks what the chosen run is called.
pub fn ask_name(state: &mut State) -> Vec<Effect> {
    let help = "all commands find the run by this name as well; an empty line takes it away";
    ask(state, "Name", help, |label| label.name.clone().unwrap_or_default(), Subject::RunName)
}

/// Asks for the chosen run's tags.
pub fn ask_tags(state: &mut State) -> Vec<Effect> {
    let tags = |label: &Label| label.tags.iter().cloned().collect::<Vec<_>>().join(" ");
    ask(state, "Tags", "words by which the run is found, parted by spaces", tags, Subject::RunTags)
}

/// Asks for a note on the chosen run.
pub fn ask_note(state: &mut State) -> Vec<Effect> {
    ask(state, "Note", "what is to be remembered of the run", |label| label.note.clone(), Subject::RunNote)
}

/// Changes the label of the chosen run.
pub(super) fn label(
    state: &mut State,
    change: impl FnOnce(&mut Label) -> Result<(), String>,
) -> Result<Vec<Effect>, String> {
    let Some(overview) = state.runs.current() else { return Ok(Vec::new()) };
    let mut label = overview.label.clone();
    change(&mut label)?;
    Ok(vec![Effect::OnRuns(RunTask::Label(overview.run.clone(), Box::new(label)))])
}

/// Asks whether to remove the chosen run.
pub fn ask_discard(state: &mut State) -> Vec<Effect> {
    let Some(overview) = state.runs.current() else {
        state.inform(runs::why_none(state));
        return Vec::new();
    };
    if overview.is_alive != Ok(false) {
        state.complain("this run is being trained: x on its Train screen ends it first");
        return Vec::new();
    }
    let size = overview.disk_bytes.map(crate::tui::format::bytes).unwrap_or_default();
    let question = format!("Remove {} ({size})? U brings it back until you leave.", overview.run.name());
    state.runs.doomed = Some(overview.run.clone());
    let confirm = Confirm { title: "Remove", question, yes: "remove the run", purpose: Purpose::Discard };
    state.overlays.push(Overlay::Confirm(confirm));
    Vec::new()
}

/// After a yes.
pub(super) fn discard(state: &mut State) -> Vec<Effect> {
    state.runs.doomed.take().map(|run| Effect::OnRuns(RunTask::Discard(run))).into_iter().collect()
}

/// Brings the run back that was removed last.
pub fn restore(state: &mut State) -> Vec<Effect> {
    match state.runs.trash.pop() {
        Some(run) => vec![Effect::OnRuns(RunTask::Restore(run))],
        None => {
            state.inform("no run has been removed since the dashboard was opened");
            Vec::new()
        }
    }
}

/// Takes in what came of a task.
pub(super) fn on_done(state: &mut State, answer: RunAnswer) -> Vec<Effect> {
    match answer {
        RunAnswer::Discarded(Ok(run)) => {
            state.inform(format!("{} is removed: U brings it back until you leave", run.name()));
            state.runs.trash.push(run);
        }
        RunAnswer::Discarded(Err(problem)) => state.complain(format!("the run is not removed: {problem}")),
        RunAnswer::Restored(Ok(run)) => {
            state.inform(format!("{} is back", run.name()));
            state.runs.returned = Some(run.name());
        }
        RunAnswer::Restored(Err((run, problem))) => {
            state.runs.trash.push(run);
            state.complain(format!("the run is not brought back: {problem}"));
        }
        RunAnswer::Labelled(_, Ok(())) => {}
        RunAnswer::Labelled(name, Err(problem)) => state.complain(format!("{name}: not written: {problem}")),
        RunAnswer::Compared { names, differences, seeds } => {
            // An answer that comes late does not cover another screen.
            if state.screen == Screen::Runs && state.overlays.is_empty() {
                let reading = Reading::of_differences(&names, &differences, &seeds);
                state.overlays.push(Overlay::Reading { reading, scroll: 0 });
            }
            return Vec::new();
        }
        RunAnswer::Curves(curves) => {
            state.runs.take_curves(curves);
            return Vec::new();
        }
    }
    runs::list(state)
}
