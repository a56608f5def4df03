//! Why a command does nothing now: palette, help and footer say so before a person tries it in vain.

mod queue;

use super::chart_places;
use super::commands::Command;
use super::state::presets::{Entry, Hindrance};
use super::state::runs::{FEW_TRIALS, Item};
use super::state::{Screen, State};
use crate::preset::search_block;
use crate::search::{Standing, State as TrialState};
use crate::worker::{Knob, Steering};

/// Why most commands on runs do nothing to those of event files.
pub const EVENT_FILES: &str = "these are event files, which are only read";

/// Why this command would do nothing to what is shown; `None` where it does something.
pub fn hindrance(state: &State, command: Command) -> Option<&'static str> {
    let training = state.training.as_ref();
    let unless = |holds: bool, reason: &'static str| (!holds).then_some(reason);
    if is_on_hidden_preset(state, command) {
        return Some("no preset matches what is typed: Esc shows all again");
    }
    match command {
        Command::Pause
        | Command::Step
        | Command::Stop
        | Command::SetRate
        | Command::SaveWeights
        | Command::Adjust
        | Command::StopAfterEpoch
        | Command::AddEpochs
        | Command::GoBack
        | Command::HalveRate
        | Command::SlowDown
        | Command::Quicken => match state.running() {
            None => Some("nothing is being trained"),
            Some(_) if state.steering == Steering::Elsewhere => Some("another terminal steers this training"),
            Some(_) => None,
        },
        Command::TakeOver => {
            unless(state.steering == Steering::Elsewhere, "no other terminal steers a training")
        }
        Command::Detach => unless(state.is_busy(), "nothing is being trained"),
        Command::OpenCharts
        | Command::LogScale
        | Command::LogX
        | Command::NextAxis
        | Command::WholeRange
        | Command::FilterPanes
        | Command::Smoothing
        | Command::FoldOutliers
            if state.screen == Screen::Runs =>
        {
            unless(!state.runs.drawn().is_empty(), "no run is marked")
        }
        Command::NextChart | Command::MorePanes => {
            let (all, shown) = chart_places::counts(state);
            unless(all > shown, "all charts are shown")
        }
        Command::FewerPanes => unless(chart_places::counts(state).1 > 1, "one chart is the fewest"),
        Command::PanRight | Command::PanLeft => {
            let options = if state.screen == Screen::Runs { &state.runs.chart } else { &state.chart };
            unless(options.view.is_some(), "all of the curves is shown")
        }
        Command::OpenCharts
        | Command::LogScale
        | Command::LogX
        | Command::NextAxis
        | Command::WholeRange
        | Command::FilterPanes
        | Command::Epochs
        | Command::Smoothing
        | Command::FoldOutliers
        | Command::NextView
        | Command::PreviousView
        | Command::TrainAgain => unless(training.is_some(), "there is no training to show"),
        Command::Branch if state.opened.is_none() => on_run(state),
        Command::ResumeRun => on_run(state)
            .or_else(|| unless(state.runs.current()?.hindrance().is_none(), "the chosen run cannot go on")),
        Command::OpenRun | Command::MarkRun | Command::PinRun | Command::RunDetails
            if state.runs.shows_watched() =>
        {
            unless(state.runs.chosen().is_some(), "no run is chosen")
        }
        Command::Spread if state.runs.shows_watched() => {
            unless(state.runs.marks().len() > 1, "fewer than two runs are marked")
        }
        Command::CompareRuns if state.runs.shows_watched() => Some("H shows what event files differ in"),
        Command::ListRuns if state.runs.shows_watched() => Some("the folder is looked through all the time"),
        Command::OpenRun => on_run(state)
            .or_else(|| unless(state.runs.current()?.manifest.is_ok(), "the chosen run cannot be read")),
        Command::ChooseTag => {
            unless(!chart_places::tags_like(state, "").is_empty(), "there are no curves to choose from")
        }
        Command::MarkRun
        | Command::PinRun
        | Command::RunDetails
        | Command::NameRun
        | Command::TagRun
        | Command::NoteRun
        | Command::DiscardRun
        | Command::CompareRuns
        | Command::Spread => on_run(state),
        Command::ShowTrials if state.runs.shows_watched() => Some(EVENT_FILES),
        Command::ShowTrials if state.runs.trials() > FEW_TRIALS => None,
        Command::ShowTrials => Some("there are few trials of searches or none: all are shown"),
        Command::UnmarkRuns => unless(!state.runs.marks().is_empty(), "no run is marked"),
        Command::RestoreRun => unless(!state.runs.trash.is_empty(), "no run has been removed"),
        Command::EarlierCheckpoint | Command::LaterCheckpoint => match &state.opened {
            _ if state.screen == Screen::Runs && state.runs.watched.shows_moments() => None,
            None => Some("no run is open"),
            Some(opened) => unless(opened.checkpoints.len() > 1, "the open run has no other checkpoints"),
        },
        Command::LookRight
        | Command::LookLeft
        | Command::OnlyWrong
        | Command::SampleOrder
        | Command::FindSamples
        | Command::Confusion => match training {
            None => Some("there is no training to show"),
            Some(training) if !training.info.predicts_classes => Some("this network predicts no classes"),
            Some(training) => unless(state.inspect.shown(&training.info).is_none(), "samples are not shown"),
        },
        Command::FigureText => {
            let shown = training.and_then(|training| state.inspect.shown(&training.info));
            let takes_text = shown
                .is_some_and(|(figure, _)| figure.knobs.iter().any(|knob| matches!(knob, Knob::Text { .. })));
            unless(takes_text, "no figure that takes a text is shown")
        }
        Command::NextPart => {
            let is_shown = training.is_some_and(|training| state.inspect.shown(&training.info).is_some());
            let has_parts = state.inspect.figure.as_ref().is_some_and(|figure| figure.panels.len() > 1);
            unless(is_shown && has_parts, "no figure of several parts is shown")
        }
        Command::StartPaused | Command::TryRates if state.is_busy() => Some("a training is in progress"),
        Command::ResetField
        | Command::Reset
        | Command::SavePreset
        | Command::Read
        | Command::Start
        | Command::AddLayer
        | Command::RemoveLayer
        | Command::CopyLayer
        | Command::RaiseLayer
        | Command::LowerLayer
        | Command::FindField
        | Command::EditText
        | Command::ShowChanges
        | Command::TryRates
        | Command::FoldFields
        | Command::StartPaused => unless(state.presets.current().is_some(), "no preset is chosen"),
        Command::Undo => unless(
            state.presets.current().is_some_and(|entry| entry.can_undo()),
            "there is nothing to take back",
        ),
        Command::Redo => {
            unless(state.presets.current().is_some_and(|entry| entry.can_redo()), "nothing was taken back")
        }
        Command::OpenTrial => match state.searches.row() {
            None => Some("no trial is chosen: 6 shows the searches"),
            Some(row) => unless(!row.runs.is_empty(), "the chosen trial has no run"),
        },
        Command::SaveTrial => match state.searches.row() {
            None => Some("no trial is chosen: 6 shows the searches"),
            Some(row) => unless(row.state != TrialState::Refused, "the preset does not take these settings"),
        },
        Command::BeginSearch if state.screen == Screen::Search => {
            match state.searches.listed().map(|one| one.standing) {
                None => Some("no search is chosen"),
                Some(Standing::Running) => Some("this search runs already"),
                Some(Standing::Ended) => Some("this search has ended; more --trials let it go on"),
                Some(Standing::Broken | Standing::Unread) => Some("this search cannot be read"),
                Some(Standing::Interrupted) => None,
            }
        }
        Command::BeginSearch => match state.presets.current() {
            None => Some("no preset is chosen"),
            Some(entry) if !search_block::is_in(&entry.text) => Some("this preset has no search block"),
            Some(entry) => unless(!entry.is_changed(), "save the preset's changes first"),
        },
        Command::EndSearch => unless(
            state.searches.listed().is_some_and(|one| one.standing == Standing::Running),
            "no process carries this search out",
        ),
        Command::NextSearch => unless(
            state.searches.place() + 1 < state.searches.view.searches.len(),
            "there is no search behind this one",
        ),
        Command::PreviousSearch => unless(state.searches.place() > 0, "there is no search before this one"),
        Command::NextSetting | Command::PreviousSetting | Command::SearchFigure => {
            unless(state.searches.board().is_some(), "no search is chosen")
        }
        Command::NextObjective => unless(
            state.searches.board().is_some_and(|board| board.objectives.len() > 1),
            "this search has one objective",
        ),
        Command::Enqueue => match state.presets.current().map(Entry::experiment) {
            None => Some("no preset is chosen"),
            Some(Err(Hindrance::Files(_))) => Some("the files of this preset cannot be used"),
            Some(Err(Hindrance::Misfit(_))) => Some("this preset cannot be trained as it is"),
            // Files that are still being read are looked at again.
            Some(Err(Hindrance::Unread) | Ok(_)) => None,
        },
        Command::OpenItem
        | Command::RaiseItem
        | Command::LowerItem
        | Command::FirstItem
        | Command::LastItem
        | Command::RemoveItem
        | Command::RetryItem
        | Command::CopyItem
        | Command::PauseQueue
        | Command::StartQueue
        | Command::StopQueue
        | Command::MoreJobs
        | Command::FewerJobs
        | Command::ClearQueue => queue::hindrance(state, command),
        // The rest moves about, or says itself what came of it.
        _ => None,
    }
}

/// Whether this command would do something to the chosen preset while the list of presets, in front, does not show it: the filter
/// leaves none.
pub fn is_on_hidden_preset(state: &State, command: Command) -> bool {
    let is_on_preset = matches!(
        command,
        Command::Start
            | Command::StartPaused
            | Command::Read
            | Command::SavePreset
            | Command::Enqueue
            | Command::BeginSearch
            | Command::TryRates
            | Command::Edit
            | Command::Less
            | Command::More
            | Command::ChooseKind
            | Command::AddLayer
            | Command::RemoveLayer
            | Command::CopyLayer
            | Command::RaiseLayer
            | Command::LowerLayer
            | Command::Undo
            | Command::Redo
            | Command::EditText
            | Command::ShowChanges
            | Command::ResetField
            | Command::Reset
    );
    is_on_preset && state.screen == Screen::Presets && state.presets.hides_choice()
}

/// Why there is no run to do something with.
fn on_run(state: &State) -> Option<&'static str> {
    match state.runs.chosen() {
        Some(Item::Own(_)) => None,
        Some(Item::Watched(..)) => Some(EVENT_FILES),
        None if state.screen == Screen::Runs => Some("no run is chosen"),
        None => Some("choose a run on the screen Runs first"),
    }
}
