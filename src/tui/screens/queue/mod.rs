//! What waits for its turn, what is trained of it, and what came of it.

mod details;
mod list;
mod summary;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use crate::tui::layout::{row_at, scroll_to};
use crate::tui::state::State;

/// Where the parts of the screen are: how the queue is worked off, its items, more of the chosen one.
struct Places {
    summary: Rect,
    list: Rect,
    details: Rect,
}

fn places(state: &State, body: Rect) -> Places {
    let details = match body.height {
        _ if state.queue.view.rows.is_empty() => 0,
        0..18 => 0,
        18..40 => 8,
        _ => 10,
    };
    let rows = [Constraint::Length(1), Constraint::Min(3), Constraint::Length(details)];
    let [summary, list, details] = Layout::vertical(rows).areas(body);
    Places { summary, list, details }
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let places = places(state, body);
    summary::draw(state, places.summary, frame);
    list::draw(state, places.list, frame);
    if !places.details.is_empty() {
        details::draw(state, places.details, frame);
    }
}

/// The item that stands at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<usize> {
    let rows = list::rows(places(state, body).list);
    let count = state.queue.view.rows.len();
    let place = row_at(rows, scroll_to(state.queue.selected(), count, usize::from(rows.height)), at)?;
    (place < count).then_some(place)
}
