//! Why a command does nothing to the queue.

use crate::search::queue::Standing;
use crate::tui::commands::Command;
use crate::tui::state::State;

/// The most items at a time.
const MOST_JOBS: u16 = 1024;

/// Why this command would do nothing to the queue; `None` where it does something.
pub(super) fn hindrance(state: &State, command: Command) -> Option<&'static str> {
    let queue = &state.queue;
    if !queue.is_read {
        return Some("look at the queue first: 7 shows it");
    }
    let unless = |holds: bool, reason: &'static str| (!holds).then_some(reason);
    let view = &queue.view;
    let waits = || view.count(|standing| !standing.has_ended()) > 0;
    match command {
        Command::StartQueue if view.settings.is_paused => None,
        Command::StartQueue if view.worker.is_some() => Some("a process works the queue off already"),
        Command::StartQueue => unless(waits(), "nothing waits"),
        Command::StopQueue => unless(view.worker.is_some(), "no process works the queue off"),
        Command::MoreJobs => unless(view.settings.jobs < MOST_JOBS, "so many at a time are the most"),
        Command::FewerJobs => unless(view.settings.jobs > 1, "one at a time is the fewest"),
        Command::ClearQueue => {
            let is_over = |standing| Standing::has_ended(standing) && standing != Standing::Broken;
            unless(view.count(is_over) > 0, "nothing has ended")
        }
        Command::OpenItem
        | Command::RaiseItem
        | Command::LowerItem
        | Command::FirstItem
        | Command::LastItem
        | Command::RemoveItem
        | Command::RetryItem
        | Command::CopyItem => on_item(state, command),
        // A pause begins and ends at any time.
        _ => None,
    }
}

fn on_item(state: &State, command: Command) -> Option<&'static str> {
    if let Some(job) = state.queue.job() {
        return match command {
            Command::OpenItem if job.run.is_none() && job.search.is_none() => Some("it has no run yet"),
            Command::RemoveItem if !job.is_open() => Some("this job has ended"),
            Command::OpenItem | Command::RemoveItem | Command::CopyItem => None,
            _ => Some("when jobs begin is Slurm's to say"),
        };
    }
    let Some(row) = state.queue.row() else { return Some("no item is chosen") };
    let unless = |holds: bool, reason: &'static str| (!holds).then_some(reason);
    let Ok(item) = &row.item else {
        return unless(command == Command::RemoveItem, "the file of this item cannot be read");
    };
    match command {
        Command::OpenItem => unless(item.run.is_some() || item.search.is_some(), "it has no run yet"),
        Command::RaiseItem | Command::LowerItem | Command::FirstItem | Command::LastItem => {
            let is_first = matches!(command, Command::RaiseItem | Command::FirstItem);
            match row.can_move() {
                false => Some("only what waits for its turn can be moved"),
                true if state.queue.is_at_end(is_first) && is_first => Some("it is the next already"),
                true if state.queue.is_at_end(is_first) => Some("it is the last already"),
                true => None,
            }
        }
        Command::RetryItem => unless(
            matches!(row.standing, Standing::Failed | Standing::Stopped),
            "only what failed or was stopped can be tried again",
        ),
        _ => None,
    }
}
