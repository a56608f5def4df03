//! The searches on disk: their trials, the best first, and what they show of the settings.

mod board;
mod figures;
mod list;
mod parallel;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use crate::tui::layout::{inside, row_at, scroll_to};
use crate::tui::state::State;
use crate::tui::state::searches::SearchFigure;

/// What a click hits.
pub(super) enum SearchHit {
    /// A row of the list of searches.
    Search(usize),
    /// A row of the trials.
    Trial(usize),
}

/// From this width on figures stand beside the trials, not below them.
const WIDE: u16 = 120;
/// The rows of a figure, at least, where there are several.
const FIGURE_ROWS: u16 = 9;

/// Where the parts of the screen are: the searches, the trials, and all figures together.
struct Places {
    list: Rect,
    board: Rect,
    figures: Rect,
}

fn places(state: &State, body: Rect) -> Places {
    // Where there is none, two lines say how one begins.
    let searches = match state.searches.view.searches.len() {
        0 => 2,
        count => count.min(8) as u16,
    };
    let (left, right) = if body.width >= WIDE {
        let [left, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(body.width * 9 / 20)]).areas(body);
        (left, Some(right))
    } else {
        (body, None)
    };
    let list_rows = searches.min((left.height / 6).max(1)) + 2;
    let [list, below] = Layout::vertical([Constraint::Length(list_rows), Constraint::Min(0)]).areas(left);
    if let Some(figures) = right {
        return Places { list, board: below, figures };
    }
    let [board, figures] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(below.height / 2)]).areas(below);
    Places { list, board, figures }
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let places = places(state, body);
    list::draw(state, places.list, frame);
    board::draw(state, places.board, frame);
    let Some(board) = state.searches.board() else {
        return figures::nothing(state, places.figures, frame);
    };
    let objectives = board.objectives.len();
    let all = SearchFigure::all(objectives).len() as u16;
    let count = (places.figures.height / FIGURE_ROWS).clamp(1, all);
    let areas = Layout::vertical(vec![Constraint::Fill(1); usize::from(count)]).split(places.figures);
    for (by, area) in areas.iter().enumerate() {
        figures::draw(state, board, state.searches.figure.next(by, objectives), *area, frame);
    }
}

/// The search or the trial that stands at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<SearchHit> {
    let places = places(state, body);
    let rows = inside(places.list);
    let searches = &state.searches;
    let count = searches.view.searches.len();
    if let Some(place) = row_at(rows, scroll_to(searches.place(), count, usize::from(rows.height)), at) {
        return (place < count).then_some(SearchHit::Search(place));
    }
    let rows = board::rows(places.board);
    let count = searches.board()?.rows.len();
    let place = row_at(rows, scroll_to(searches.selected(), count, usize::from(rows.height)), at)?;
    (place < count).then_some(SearchHit::Trial(place))
}
