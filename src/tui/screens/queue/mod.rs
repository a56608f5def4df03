//! What waits for its turn, what is trained of it, and what came of it.

mod details;
mod jobs;
mod list;
mod summary;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use crate::tui::layout::{row_at, scroll_to};
use crate::tui::state::State;

/// Where the parts of the screen are: how the queue is worked off, its items, the jobs of Slurm, more of what is chosen.
struct Places {
    summary: Rect,
    list: Rect,
    jobs: Rect,
    details: Rect,
}

fn places(state: &State, body: Rect) -> Places {
    let details = match body.height {
        _ if state.queue.view.rows.is_empty() && state.queue.job().is_none() => 0,
        0..18 => 0,
        18..40 => 8,
        _ => 10,
    };
    let jobs = match u16::try_from(state.queue.view.jobs.jobs.len()).unwrap_or(u16::MAX) {
        0 => 0,
        // A frame and the titles, and at most a third of the screen.
        count => count.saturating_add(3).min((body.height / 3).max(4)),
    };
    let rows =
        [Constraint::Length(1), Constraint::Min(3), Constraint::Length(jobs), Constraint::Length(details)];
    let [summary, list, jobs, details] = Layout::vertical(rows).areas(body);
    Places { summary, list, jobs, details }
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let places = places(state, body);
    summary::draw(state, places.summary, frame);
    list::draw(state, places.list, frame);
    if !places.jobs.is_empty() {
        jobs::draw(state, places.jobs, frame);
    }
    if !places.details.is_empty() {
        details::draw(state, places.details, frame);
    }
}

/// The item or job that stands at this place; jobs come behind the items.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<usize> {
    let (places, queue) = (places(state, body), &state.queue);
    let (count, jobs) = (queue.view.rows.len(), queue.view.jobs.jobs.len());
    let rows = list::rows(places.list);
    if let Some(place) = row_at(rows, scroll_to(queue.selected(), count, usize::from(rows.height)), at) {
        return (place < count).then_some(place);
    }
    let rows = list::rows(places.jobs);
    let selected = queue.job_place().unwrap_or(0);
    let place = row_at(rows, scroll_to(selected, jobs, usize::from(rows.height)), at)?;
    (place < jobs).then_some(count + place)
}
