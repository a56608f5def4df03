//! The queue: adding to it, moving and removing its items, having it worked off.

use crate::search::queue::{LookAt, Move, QueueSnapshot};
use crate::tui::commands::Command;
use crate::tui::message::{Effect, QueueAnswer, QueueTask};
use crate::tui::queueing;
use crate::tui::state::overlay::{Confirm, Overlay, Purpose};
use crate::tui::state::queue::AskedAbout;
use crate::tui::state::{Screen, State};

use super::hindered::is_hindered;
use super::runs;

/// What is to be read of the queue now.
fn wanted(state: &State) -> LookAt {
    if state.screen != Screen::Queue {
        return LookAt::Nothing;
    }
    LookAt::Queue(state.queue.row().map(|row| row.number))
}

/// Asks the reader for what is shown now, when that is something else than before.
pub(super) fn attend(state: &mut State) -> Vec<Effect> {
    let wanted = wanted(state);
    if wanted == state.queue.looked_at {
        return Vec::new();
    }
    let start = (!std::mem::replace(&mut state.queue.is_started, true)).then_some(Effect::ReadQueue);
    state.queue.looked_at = wanted;
    start.into_iter().chain([Effect::LookAtQueue(wanted)]).collect()
}

/// Takes in what the reader has found.
pub(super) fn on_snapshot(state: &mut State, view: QueueSnapshot) {
    // Times are told by this clock until it ticks.
    state.runs.watched.now = state.runs.watched.now.max(view.at);
    state.queue.take(view);
}

/// The reader has ended without being told to.
pub(super) fn on_gone(state: &mut State) {
    state.complain("reading the queue has ended unexpectedly: what is shown of it does not change any more");
}

/// Shows the queue and has something done with it.
fn have_done(state: &mut State, task: QueueTask) -> Vec<Effect> {
    state.screen = Screen::Queue;
    vec![Effect::OnQueue(task)]
}

/// Puts the chosen preset at the end, as it is edited now.
pub(super) fn add(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::Enqueue) {
        return Vec::new();
    }
    let Some(entry) = state.presets.current() else { return Vec::new() };
    match queueing::command(&state.presets, entry) {
        Ok(queueing::Command { words, read }) => {
            let name = entry.draft.name.clone();
            state.inform(format!("putting {name} into the queue"));
            vec![Effect::OnQueue(QueueTask::Add { words, read })]
        }
        Err(problem) => {
            state.complain(problem);
            Vec::new()
        }
    }
}

/// Shows the run of the chosen item, as Enter on Runs does, or its search.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::OpenItem) {
        return Vec::new();
    }
    let of_job = state.queue.job().map(|job| (job.run.clone(), job.search.clone()));
    let of_item = state.queue.item().map(|item| (item.run.clone(), item.search.clone()));
    match of_job.or(of_item).unwrap_or_default() {
        (Some(run), _) => vec![Effect::OnQueue(QueueTask::ReadRun(run))],
        (None, Some(search)) => {
            state.screen = Screen::Search;
            state.searches.choose_named(&search);
            Vec::new()
        }
        (None, None) => Vec::new(),
    }
}

/// Moves the chosen item.
pub(super) fn shift(state: &mut State, to: Move, command: Command) -> Vec<Effect> {
    if is_hindered(state, command) {
        return Vec::new();
    }
    let Some(number) = state.queue.row().map(|row| row.number) else { return Vec::new() };
    // The choice goes with it.
    state.queue.choose_number(number);
    have_done(state, QueueTask::Move(number, to))
}

/// Takes the chosen item off; asks first where it is being trained.
pub(super) fn ask_remove(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::RemoveItem) {
        return Vec::new();
    }
    if let Some(job) = state.queue.job().map(|job| job.job.clone()) {
        state.overlays.push(Overlay::Confirm(Confirm {
            title: "Cancel",
            question: format!(
                "End job {job} of Slurm? What it trains makes a checkpoint first, and its run stays."
            ),
            yes: "end it",
            purpose: Purpose::RemoveItem,
        }));
        (state.queue.asked_about, state.screen) = (Some(AskedAbout::Job(job)), Screen::Queue);
        return Vec::new();
    }
    let Some(row) = state.queue.row() else { return Vec::new() };
    let number = row.number;
    if !row.standing.is_training() {
        return have_done(state, QueueTask::Remove(number));
    }
    state.queue.asked_about = Some(AskedAbout::Item(number));
    state.screen = Screen::Queue;
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "Remove",
        question: format!(
            "Item {number} is being trained. End its training, with a checkpoint, and take it off the queue? Its run stays."
        ),
        yes: "end it",
        purpose: Purpose::RemoveItem,
    }));
    Vec::new()
}

/// Takes it off, after a yes.
pub(super) fn remove(state: &mut State) -> Vec<Effect> {
    let task = state.queue.asked_about.take().map(|about| match about {
        AskedAbout::Item(number) => QueueTask::Remove(number),
        AskedAbout::Job(job) => QueueTask::Cancel(job),
    });
    task.map(Effect::OnQueue).into_iter().collect()
}

/// Lets the chosen item go on, which failed or was stopped.
pub(super) fn retry(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::RetryItem) {
        return Vec::new();
    }
    let number = state.queue.row().map(|row| row.number);
    number.map_or_else(Vec::new, |number| have_done(state, QueueTask::Retry(number)))
}

/// Copies the command of the chosen item.
pub(super) fn copy(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::CopyItem) {
        return Vec::new();
    }
    let Some(command) = state.queue.command() else { return Vec::new() };
    state.inform(format!("copied: {command}"));
    vec![Effect::Copy(command)]
}

/// Pauses, or goes on.
pub(super) fn pause_or_go_on(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::PauseQueue) {
        return Vec::new();
    }
    let task = if state.queue.view.settings.is_paused { QueueTask::Start } else { QueueTask::Pause };
    have_done(state, task)
}

/// Has the queue worked off.
pub(super) fn start(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::StartQueue) { Vec::new() } else { have_done(state, QueueTask::Start) }
}

/// Asks whether the process that works the queue off is to end.
pub(super) fn ask_stop(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::StopQueue) {
        return Vec::new();
    }
    state.screen = Screen::Queue;
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "Stop",
        question:
            "End what the queue trains, with checkpoints, and work it off no further? s goes on where it was."
                .into(),
        yes: "end it",
        purpose: Purpose::StopQueue,
    }));
    Vec::new()
}

/// Ends it, after a yes.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    have_done(state, QueueTask::Stop)
}

/// Trains so many more at a time.
pub(super) fn change_jobs(state: &mut State, by: i16, command: Command) -> Vec<Effect> {
    if is_hindered(state, command) {
        return Vec::new();
    }
    have_done(state, QueueTask::Jobs(by))
}

/// Takes all items off that have ended.
pub(super) fn clear(state: &mut State) -> Vec<Effect> {
    if is_hindered(state, Command::ClearQueue) { Vec::new() } else { have_done(state, QueueTask::Clear) }
}

/// What came of a task.
pub(super) fn on_done(state: &mut State, answer: QueueAnswer) -> Vec<Effect> {
    match answer {
        QueueAnswer::Run(overview) => return runs::open_own(state, &overview),
        QueueAnswer::Added { item, before, begins } => {
            state.queue.choose_number(item);
            let when = match (begins, before) {
                (false, _) => "which is paused: p on Queue goes on".to_owned(),
                (true, 0) => "and begins at once".to_owned(),
                (true, before) => format!("with {before} before it"),
            };
            state.inform(format!("item {item} is in the queue, {when}; 7 shows it"));
        }
        QueueAnswer::Ends(process) => {
            state.inform(format!("process {process} ends as soon as checkpoints are written"));
        }
        QueueAnswer::Cancelled(job) => {
            state.inform(format!("job {job} is asked to end; Slurm says so within some seconds"));
        }
        QueueAnswer::Cleared(count) => {
            let items = crate::preset::counted(count as u64, "item");
            state.inform(format!("{items} taken off the queue; their runs stay"));
        }
        QueueAnswer::Done => {}
        QueueAnswer::Failed(problem) => state.complain(problem),
    }
    // What has changed is shown at once.
    match wanted(state) {
        LookAt::Nothing => Vec::new(),
        wanted => vec![Effect::LookAtQueue(wanted)],
    }
}
