//! Where things are on the screen. Drawing and the mouse ask the same functions, so that a click hits what is seen.

use ratatui::layout::{Constraint, Layout, Position, Rect, Size};
use unicode_width::UnicodeWidthStr;

use super::state::inspect::{View, title, views as views_of};
use super::state::presets::Row;
use super::state::{Inspect, Overlay, Presets, Screen, State, clean};
use crate::worker::RunInfo;

/// Below this the dashboard says so instead.
pub const SMALLEST: Size = Size { width: 60, height: 15 };

/// From this width on the header has room for long titles beside what is trained.
const ROOMY: u16 = 120;

/// The whole terminal.
pub fn whole(size: Size) -> Rect {
    Rect::new(0, 0, size.width, size.height)
}

/// Whether there is room for the screens.
pub fn is_large_enough(size: Size) -> bool {
    size.width >= SMALLEST.width && size.height >= SMALLEST.height
}

/// Header, body, footer.
pub fn parts(size: Size) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(whole(size))
}

/// The tabs in the header, in the order of [`Screen::ALL`]. The name of the program stands before them where there
/// is room.
pub fn tabs(size: Size) -> [Rect; 5] {
    let mut x = if size.width >= 100 { 13 } else { 0 };
    Screen::ALL.map(|screen| {
        // " 1 Presets ", without the last space where it is narrow.
        let width = tab_title(screen, size).width() as u16 + if size.width < ROOMY { 3 } else { 4 };
        let tab = Rect::new(x, 0, width, 1).intersection(whole(size));
        x = x.saturating_add(width);
        tab
    })
}

/// A tab's text: shorter where the terminal is narrow.
pub fn tab_title(screen: Screen, size: Size) -> &'static str {
    if screen == Screen::Hyper && size.width < ROOMY { "Hyper" } else { screen.title() }
}

/// The list of presets and what is said about the chosen one.
pub fn presets(body: Rect) -> [Rect; 2] {
    let list = (body.width / 5).clamp(24, 34);
    Layout::horizontal([Constraint::Length(list), Constraint::Min(0)]).areas(body)
}

/// The line of the filter, if there is one, and the rows of the list below it.
pub fn preset_rows(state: &State, list: Rect) -> [Rect; 2] {
    let filters =
        !state.presets.filter.is_empty() || matches!(state.overlays.last(), Some(Overlay::Filter(_)));
    Layout::vertical([Constraint::Length(u16::from(filters)), Constraint::Min(0)]).areas(inside(list))
}

/// The first row of the list that is shown at this height.
pub fn first_preset_row(presets: &Presets, rows: &[Row], height: u16) -> usize {
    let chosen = rows.iter().position(|row| *row == Row::Preset(presets.selected)).unwrap_or(0);
    scroll_to(chosen, rows.len(), usize::from(height))
}

/// The form and its side.
pub fn hyper(body: Rect) -> [Rect; 2] {
    let side = if body.width >= 100 { body.width * 2 / 5 } else { 30 };
    Layout::horizontal([Constraint::Min(0), Constraint::Length(side)]).areas(body)
}

/// The list of runs and what is said about the chosen one.
pub fn runs(body: Rect) -> [Rect; 2] {
    let about = (body.height / 3).clamp(7, 11);
    Layout::vertical([Constraint::Min(0), Constraint::Length(about)]).areas(body)
}

/// The titles of the list of runs, and its rows.
pub fn run_rows(list: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inside(list))
}

/// The line of the views and what is below it.
pub fn inspect(body: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(body)
}

/// So much of a view's title is shown.
pub const VIEW_TITLE: usize = 26;

/// The tabs of the views, of those that fit the ones around the view in front.
pub fn views(inspect: &Inspect, info: &RunInfo, line: Rect) -> Vec<(View, Rect)> {
    let all: Vec<(View, u16)> = views_of(info)
        .into_iter()
        .map(|view| (view, clean(title(view, info)).width().min(VIEW_TITLE) as u16 + 2))
        .collect();
    let shown = all.iter().position(|(view, _)| *view == inspect.view).unwrap_or(0);
    let room = line.width.saturating_sub(4);
    let width_from = |first: usize| {
        all.iter().take(shown + 1).skip(first).map(|(_, width)| u32::from(*width)).sum::<u32>()
    };
    let first = (0..=shown).find(|first| width_from(*first) <= u32::from(room)).unwrap_or(shown);
    let mut x = line.x + 2;
    let mut tabs = Vec::new();
    for (view, width) in all.iter().skip(first) {
        if x + width > line.x + 2 + room && !tabs.is_empty() {
            break;
        }
        tabs.push((*view, Rect::new(x, line.y, *width, line.height).intersection(line)));
        x += width;
    }
    tabs
}

/// A list's first row, such that the chosen one is in view, roughly in the middle.
pub fn scroll_to(selected: usize, rows: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// What lies inside a border.
pub fn inside(area: Rect) -> Rect {
    area.inner(ratatui::layout::Margin { horizontal: 1, vertical: 1 })
}

/// What a click hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A tab.
    Tab(Screen),
    /// A preset of the list.
    Preset(usize),
    /// A field of the form.
    Field(usize),
    /// A run of the list.
    Run(usize),
    /// A view of the Inspect screen.
    View(View),
}

/// What is at this place, popups aside.
pub fn hit(state: &State, at: Position) -> Option<Hit> {
    if !is_large_enough(state.size) {
        return None;
    }
    let tab = Screen::ALL.into_iter().zip(tabs(state.size)).find(|(_, area)| area.contains(at));
    if let Some((screen, _)) = tab {
        return Some(Hit::Tab(screen));
    }
    let [_, body, _] = parts(state.size);
    match state.screen {
        Screen::Presets => {
            let [_, list] = preset_rows(state, presets(body)[0]);
            let rows = state.presets.rows();
            let first = first_preset_row(&state.presets, &rows, list.height);
            let line = list.contains(at).then(|| first + usize::from(at.y - list.y))?;
            match rows.get(line)? {
                Row::Preset(place) => Some(Hit::Preset(*place)),
                Row::Heading(_) => None,
            }
        }
        Screen::Hyper => {
            let list = inside(hyper(body)[0]);
            let lines = super::screens::hyper::lines(state);
            let first = super::screens::hyper::first_line(state, &lines, list.height);
            let line = list.contains(at).then(|| first + usize::from(at.y - list.y))?;
            lines.get(line).copied().flatten().map(Hit::Field)
        }
        Screen::Inspect => {
            let training = state.training.as_ref()?;
            let views = views(&state.inspect, &training.info, inspect(body)[0]);
            views.into_iter().find(|(_, area)| area.contains(at)).map(|(view, _)| Hit::View(view))
        }
        Screen::Runs => {
            let [_, list] = run_rows(runs(body)[0]);
            let first = scroll_to(state.runs.selected, state.runs.len(), usize::from(list.height));
            let line = list.contains(at).then(|| first + usize::from(at.y - list.y))?;
            (line < state.runs.len()).then_some(Hit::Run(line))
        }
        Screen::Train => None,
    }
}

/// A popup's place: in the middle, no larger than there is room.
pub fn popup(size: Size, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(size.width), height.min(size.height));
    Rect::new((size.width - width) / 2, (size.height - height) / 2, width, height)
}
