//! A text from the editor that is no preset: where it is wrong, and that it is kept.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Text};

use crate::tui::layout;
use crate::tui::screens::popups::open;
use crate::tui::state::State;
use crate::tui::state::overlay::Mistake;
use crate::tui::theme::Role;
use crate::tui::widgets::text::wrap;

/// The error as it stands, long lines broken, and where the text is.
fn lines(state: &State, mistake: &Mistake, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let error = mistake
        .error
        .lines()
        .flat_map(|line| if line.is_empty() { vec![String::new()] } else { unbroken(line, width) });
    let mut lines: Vec<Line> = error.map(|line| Line::styled(line, theme.style(Role::Bad))).collect();
    lines.push(Line::default());
    let kept = format!("The text is kept in {}; the form is as it was.", mistake.path.display());
    lines.extend(wrap(&kept, width).into_iter().map(Line::from));
    lines
}

/// A line with its blanks, which point at a place; broken where it is too long.
fn unbroken(line: &str, width: usize) -> Vec<String> {
    let clean = crate::tui::state::clean(line);
    if clean.chars().count() <= width { vec![clean] } else { wrap(&clean, width) }
}

pub fn draw(state: &State, mistake: &Mistake, frame: &mut Frame) {
    let size: Size = frame.area().as_size();
    let width = size.width.min(110);
    let inside = usize::from(width.saturating_sub(4));
    let lines = lines(state, mistake, inside);
    let height = (lines.len() as u16 + 2).min(size.height);
    let inner = open(state, "The text is no preset", width, height, frame);
    let padded = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let most = usize::from(layout::inside(frame.area()).height);
    frame.render_widget(Text::from_iter(lines.into_iter().take(most)), padded);
}
