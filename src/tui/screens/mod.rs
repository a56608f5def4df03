//! What is seen: pure functions of the state.

pub mod card;
pub mod charts;
pub mod details;
mod figure;
mod form;
mod frame;
pub mod help;
mod inspect;
mod log;
mod media;
pub mod new_preset;
mod popups;
mod presets;
mod queue;
mod rates;
pub mod reading;
pub mod runs;
mod search;
mod settings;
mod tour;
pub mod train;
mod watched;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use super::state::inspect::InspectView;
use super::state::{Overlay, Screen, State};
use super::{ascii, layout};
use search::SearchHit;

/// Draws the dashboard.
pub fn draw(state: &State, frame: &mut Frame) {
    draw_rich(state, frame);
    state.theme.lay_ground(frame.buffer_mut());
    if state.theme.is_ascii {
        ascii::translate(frame.buffer_mut());
    }
}

fn draw_rich(state: &State, frame: &mut Frame) {
    // The terminal may have been resized since the state was told; what is drawn must fit what there is.
    let size = frame.area().as_size();
    if size.width == 0 || size.height == 0 {
        return;
    }
    if !layout::is_large_enough(size) {
        return too_small(frame);
    }
    let [header, body, footer] = layout::parts(size);
    frame::header(state, header, frame);
    match state.screen {
        Screen::Presets => presets::draw(state, body, frame),
        Screen::Train => train::draw(state, body, frame),
        Screen::Inspect => inspect::draw(state, body, frame),
        Screen::Hyper => form::draw(state, body, frame),
        Screen::Runs => runs::draw(state, body, frame),
        Screen::Search => search::draw(state, body, frame),
        Screen::Queue => queue::draw(state, body, frame),
    }
    if let Some(tour) = state.tour_shown() {
        tour::draw(state, tour, body, frame);
    }
    frame::footer(state, lines_below(state), footer, frame);
    for overlay in &state.overlays {
        match overlay {
            Overlay::Help { scroll, .. } => help::draw(state, *scroll, frame),
            Overlay::Card { scroll } => card::popup(state, *scroll, frame),
            Overlay::Details { scroll } => details::draw(state, *scroll, frame),
            Overlay::Tags { input, selected } => popups::tags(state, input, *selected, frame),
            Overlay::Reading { reading, scroll } => reading::draw(state, reading, *scroll, frame),
            // The list shows the filter.
            Overlay::Filter(_) => {}
            Overlay::Palette { input, selected } => popups::palette(state, input, *selected, frame),
            Overlay::Mistake(mistake) => form::mistake::draw(state, mistake, frame),
            Overlay::Picker(picker) => form::picker::draw(state, picker, frame),
            Overlay::Confirm(confirm) => popups::confirm(state, confirm, frame),
            Overlay::Prompt(prompt) => popups::prompt(state, prompt, frame),
            Overlay::Settings { selected } => settings::draw(state, *selected, frame),
            Overlay::Targets(targets) => new_preset::targets(state, targets, frame),
            Overlay::Suggested(suggested) => new_preset::suggested(state, suggested, frame),
            Overlay::Rates(rates) => rates::draw(state, rates, frame),
        }
    }
}

/// What a click hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A tab.
    Tab(Screen),
    /// A row of the list on the screen in front, numbered as in [`State::choose`].
    Row(usize),
    /// The place before the name of a run, where its mark stands.
    Mark(usize),
    /// A row of the list of searches.
    Search(usize),
    /// A view of the Inspect screen.
    InspectView(InspectView),
}

/// What is at this place, popups aside.
pub fn hit(state: &State, at: Position) -> Option<Hit> {
    if !layout::is_large_enough(state.size) {
        return None;
    }
    if let Some(screen) = frame::hit(state.size, state.screen, at) {
        return Some(Hit::Tab(screen));
    }
    let [_, body, _] = layout::parts(state.size);
    match state.screen {
        Screen::Presets => presets::hit(state, body, at).map(Hit::Row),
        Screen::Train => None,
        Screen::Inspect => inspect::hit(state, body, at).map(Hit::InspectView),
        Screen::Hyper => form::hit(state, body, at).map(Hit::Row),
        Screen::Runs => runs::hit(state, body, at),
        Screen::Search => search::hit(state, body, at).map(|hit| match hit {
            SearchHit::Search(place) => Hit::Search(place),
            SearchHit::Trial(row) => Hit::Row(row),
        }),
        Screen::Queue => queue::hit(state, body, at).map(Hit::Row),
    }
}

fn too_small(frame: &mut Frame) {
    let area = frame.area();
    let least = layout::SMALLEST;
    let lines = vec![
        Line::from("A little more room, please"),
        Line::from(format!(
            "at least {} x {}, this is {} x {}",
            least.width, least.height, area.width, area.height
        )),
        Line::from("training goes on meanwhile"),
    ];
    let top = area.height.saturating_sub(3) / 2;
    let area = Rect { y: top, height: area.height - top, ..area };
    frame.render_widget(Paragraph::new(lines).centered().wrap(Wrap { trim: true }), area);
}

/// How many lines of the popup in front are below those that are shown; `None` where it has no lines to scroll.
fn lines_below(state: &State) -> Option<usize> {
    let (lines, scroll) = match state.overlays.last()? {
        Overlay::Help { scroll, .. } => (help::scrollable_lines(state), *scroll),
        Overlay::Card { scroll } => (card::scrollable_lines(state), *scroll),
        Overlay::Details { scroll } => (details::scrollable_lines(state), *scroll),
        Overlay::Reading { reading, scroll } => (reading::scrollable_lines(reading, state.size), *scroll),
        Overlay::Suggested(suggested) => {
            (new_preset::scrollable_lines(state.size, suggested), suggested.scroll)
        }
        _ => return None,
    };
    Some(lines.saturating_sub(scroll))
}
