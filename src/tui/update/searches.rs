//! Searches: going through them, opening and saving their trials, beginning and ending them.

use crate::run::Overview;
use crate::search::{LookAt, SearchesSnapshot};
use crate::tui::commands::Command;
use crate::tui::end::End;
use crate::tui::message::{Effect, SearchAnswer, SearchTask};
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Prompt, Purpose, Subject};
use crate::tui::state::{Entry, Screen, State, clean};

use super::hindered::is_hindered;
use super::runs;

/// Asks the reader for what is shown now, when that is something else than before.
pub(super) fn attend(state: &mut State) -> Vec<Effect> {
    let is_shown = state.screen == Screen::Search;
    let wanted = if is_shown { LookAt::Searches(state.searches.wanted()) } else { LookAt::Nothing };
    let searches = &mut state.searches;
    if wanted == searches.looked_at {
        return Vec::new();
    }
    let start = (!std::mem::replace(&mut searches.is_started, true)).then_some(Effect::ReadSearches);
    searches.looked_at = wanted.clone();
    start.into_iter().chain([Effect::LookAtSearches(wanted)]).collect()
}

/// Takes in what the reader has found.
pub(super) fn on_snapshot(state: &mut State, view: SearchesSnapshot) {
    state.searches.take(view);
}

/// The reader has ended without being told to.
pub(super) fn on_gone(state: &mut State) {
    state.complain("reading searches has ended unexpectedly: what is shown of them does not change any more");
}

/// Shows the search `by` places further.
pub(super) fn turn(state: &mut State, by: isize) -> Vec<Effect> {
    state.screen = Screen::Search;
    let place = state.searches.place().saturating_add_signed(by);
    state.searches.choose_search(place);
    Vec::new()
}

/// Draws something else first.
pub(super) fn next_figure(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Search;
    let objectives = state.searches.board().map_or(0, |board| board.objectives.len());
    state.searches.figure = state.searches.figure.next(1, objectives);
    Vec::new()
}

/// Draws another setting.
pub(super) fn turn_setting(state: &mut State, by: isize) -> Vec<Effect> {
    state.screen = Screen::Search;
    state.searches.turn_setting(by);
    Vec::new()
}

/// Draws another objective.
pub(super) fn next_objective(state: &mut State) -> Vec<Effect> {
    if !is_hindered(state, Command::NextObjective) {
        state.searches.turn_objective();
    }
    Vec::new()
}

/// Opens the run of the chosen trial, as Enter on Runs does.
pub(super) fn open_trial(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::OpenTrial) {
        return Vec::new();
    }
    let run = state.searches.row().and_then(|row| row.runs.first().cloned());
    run.map(|run| Effect::OnSearch(SearchTask::ReadRun(run))).into_iter().collect()
}

/// The name of the chosen search and the number of the chosen trial.
fn chosen(state: &State) -> Option<(String, u32)> {
    Some((state.searches.listed()?.name.clone(), state.searches.row().map_or(0, |row| row.number)))
}

/// Asks under which name the preset of the chosen trial is saved.
pub(super) fn ask_name(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::SaveTrial) {
        return Vec::new();
    }
    let Some((search, number)) = chosen(state) else { return Vec::new() };
    state.overlays.push(Overlay::Prompt(Prompt {
        title: format!("Save the preset of trial {number} as"),
        help: "letters, digits, - and _".into(),
        input: LineInput::new(&format!("{search}-{number}")),
        error: None,
        subject: Subject::TrialPreset,
    }));
    state.searches.asked_about = Some((search, number));
    Vec::new()
}

/// Has it saved.
pub(super) fn save(state: &mut State, name: &str) -> Result<Vec<Effect>, String> {
    super::presets::check_name(state, name)?;
    let Some((search, trial)) = state.searches.asked_about.take() else { return Ok(Vec::new()) };
    Ok(vec![Effect::OnSearch(SearchTask::SavePreset { search, trial, name: name.into() })])
}

/// Asks how many trainings go at a time; then the chosen search goes on, or that of the chosen preset begins.
pub(super) fn ask_jobs(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::BeginSearch) {
        return Vec::new();
    }
    let command = match state.screen {
        Screen::Search => {
            let name = state.searches.listed().map(|one| one.name.clone()).unwrap_or_default();
            state.searches.asked_about = Some((name.clone(), 0));
            format!("trainyard search resume {name} --jobs N")
        }
        _ => {
            let preset = state.presets.current().map(|entry| entry.original.name.clone());
            state.searches.asked_about = None;
            format!("trainyard search {} --jobs N", preset.unwrap_or_default())
        }
    };
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "Trainings at a time".into(),
        help: format!("{command}, in the background: it goes on when this dashboard is left"),
        input: LineInput::new("1"),
        error: None,
        subject: Subject::SearchJobs,
    }));
    Vec::new()
}

/// Begins, or goes on.
pub(super) fn begin(state: &mut State, jobs: &str) -> Result<Vec<Effect>, String> {
    let jobs = jobs.parse().ok().filter(|jobs| (1..=1024_u16).contains(jobs));
    let jobs = jobs.ok_or("a whole number from 1 to 1024")?;
    let task = match state.searches.asked_about.take() {
        Some((search, _)) => SearchTask::GoOn { search, jobs },
        None => {
            let Some(entry) = state.presets.current() else { return Ok(Vec::new()) };
            SearchTask::Begin { preset: entry.original.name.clone(), jobs }
        }
    };
    state.screen = Screen::Search;
    Ok(vec![Effect::OnSearch(task)])
}

/// Asks whether the chosen search is to end.
pub(super) fn ask_end(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::EndSearch) {
        return Vec::new();
    }
    let Some((search, number)) = chosen(state) else { return Vec::new() };
    let question =
        format!("End {search}? The trainings that run write a checkpoint first; b goes on with them later.");
    state.searches.asked_about = Some((search, number));
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "End the search",
        question,
        yes: "end it",
        purpose: Purpose::EndSearch,
    }));
    Vec::new()
}

/// Ends it, after a yes.
pub(super) fn end(state: &mut State) -> Vec<Effect> {
    let asked_about = state.searches.asked_about.take();
    asked_about.map(|(search, _)| Effect::OnSearch(SearchTask::End(search))).into_iter().collect()
}

/// What came of a task.
pub(super) fn on_done(state: &mut State, answer: SearchAnswer) -> Vec<Effect> {
    match answer {
        SearchAnswer::Run(overview) => return open(state, *overview),
        SearchAnswer::Began { search, command } => {
            if let Some(search) = search {
                state.searches.choose_named(&search);
            }
            state.inform(format!("runs in the background: {command}"));
        }
        SearchAnswer::Ended { search, outcome, seconds, variables } => {
            state.inform(format!("the search {} has {outcome}", clean(&search)));
            let is_long = seconds >= f64::from(state.on_end.after_seconds);
            let end = End { title: clean(&search), outcome, variables };
            return is_long.then_some(Effect::TellEnd(end)).into_iter().collect();
        }
        SearchAnswer::Ends(search) => {
            state.inform(format!("{search} ends as soon as its checkpoints are written"))
        }
        SearchAnswer::Saved { text, result: Ok((path, preset)) } => {
            state.inform(format!("saved as {path}"));
            state.presets.entries.push(Entry::of_file(path, text, *preset));
        }
        SearchAnswer::Saved { result: Err(problem), .. } | SearchAnswer::Failed(problem) => {
            state.complain(problem);
        }
    }
    Vec::new()
}

fn open(state: &mut State, overview: Overview) -> Vec<Effect> {
    let runs = state.searches.row().map_or(0, |row| row.runs.len());
    let effects = runs::open_own(state, &overview);
    if runs > 1 {
        state.inform(format!("the first of {runs} seeds; the others are on Runs"));
    }
    effects
}
