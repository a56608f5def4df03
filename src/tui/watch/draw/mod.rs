//! What is seen: pure functions of the state.

mod panels;
mod popups;
mod table;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::layout::{SMALLEST, parts};
use crate::tui::theme::Role;
use crate::tui::widgets::{footer, text::end_of};
use crate::tui::{ascii, format};

use super::state::{Overlay, State};
use super::{keymap, layout};

pub use popups::scrollable_lines;

/// Draws the screen.
pub fn draw(state: &State, frame: &mut Frame) {
    draw_rich(state, frame);
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
        let lines = vec![
            Line::from("A little more room, please"),
            Line::from(format!("at least {} x {}", SMALLEST.width, SMALLEST.height)),
        ];
        frame.render_widget(Paragraph::new(lines).centered().wrap(Wrap { trim: true }), frame.area());
        return;
    }
    let [head, _, foot] = parts(size);
    let (runs, panels) = layout::body(size);
    header(state, head, frame);
    table::draw(state, runs, frame);
    panels::draw(state, panels, frame);
    footer(state, foot, frame);
    match state.overlays.last() {
        Some(Overlay::Help { scroll }) => popups::help(state, *scroll, frame),
        Some(Overlay::Details { scroll }) => popups::details(state, *scroll, frame),
        Some(Overlay::Tags { input, selected }) => popups::tags(state, input, *selected, frame),
        // The table shows the filter.
        Some(Overlay::Filter(_)) | None => {}
    }
}

/// The program, the folder, and how far the reader has read.
fn header(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let progress = state.view.progress;
    let runs = state.view.rows.len();
    let thousands = |number: usize| format::thousands(number as u64);
    let (status, role) = if progress.is_walking {
        (format!("looking: {} folders, {} runs", thousands(progress.folders), thousands(runs)), Role::Accent)
    } else if progress.read < runs {
        (format!("reading {} of {} runs", thousands(progress.read), thousands(runs)), Role::Accent)
    } else {
        (format!("{} runs", thousands(runs)), Role::Good)
    };
    let status = Line::from(vec![Span::raw(status), Span::styled(" ● ", theme.strong(role))]);
    let name = " trainyard watch  ";
    let room = usize::from(area.width).saturating_sub(name.width() + status.width() + 2);
    let left = Line::from(vec![
        Span::styled(name, theme.strong(Role::Accent)),
        Span::styled(end_of(&state.root, room), theme.style(Role::Muted)),
    ]);
    frame.render_widget(left, area);
    frame.render_widget(status.right_aligned(), area);
}

/// A message, or the keys that matter here.
fn footer(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    if let Some(notice) = &state.notice {
        footer::draw_message(theme, notice, area, frame);
        return;
    }
    let mut spans = footer::keys(theme, &keymap::hints(state), area.width);
    let problem = state.view.problems.first().filter(|_| state.overlays.is_empty());
    if let Some(problem) = problem {
        spans.push(Span::styled(format!(" ✗ {problem}"), theme.style(Role::Bad).add_modifier(Modifier::DIM)));
    }
    frame.render_widget(Line::from(spans), area);
}
