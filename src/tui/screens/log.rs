//! The log: what happened, with the time since the training's first step.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use crate::tui::state::{LogLine, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, wrap_most};
use crate::tui::widgets::{more_below, panel};
use crate::tui::{format, layout};

/// Columns that the time takes.
const TIME: usize = 7;

/// The most rows of a line: what fails may tell as much as it likes.
const ROWS: usize = 100;

/// The text of a line as rows of this width.
fn rows_of(line: &LogLine, width: u16) -> Vec<String> {
    wrap_most(&line.text, usize::from(width).saturating_sub(TIME + 1), ROWS)
}

/// How many lines can be scrolled away, such that the oldest ones still fill the panel.
pub(super) fn scrollable(state: &State, area: Rect) -> usize {
    let inner = layout::inside(area);
    let (mut rows, mut lines) = (0, 0);
    for line in &state.log {
        rows += rows_of(line, inner.width).len();
        lines += usize::from(lines == 0 || rows <= usize::from(inner.height));
        if rows >= usize::from(inner.height) {
            break;
        }
    }
    state.log.len() - lines
}

/// The newest lines that there is room for, or those before them as far as a person has scrolled.
pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let inner = layout::inside(area);
    let height = usize::from(inner.height);
    let below = state.log_scroll.min(scrollable(state, area));
    // From the last line upwards, until the panel is full: a long line takes several rows.
    let mut rows: VecDeque<Line> = VecDeque::new();
    for line in state.log.range(..state.log.len() - below).rev() {
        if rows.len() >= height {
            break;
        }
        let mut wrapped = rows_of(line, inner.width);
        // Of a line that is longer than the panel the beginning says what it is about.
        if rows.is_empty() && wrapped.len() > height && height > 0 {
            let last = format!("{} {}", wrapped[height - 1], wrapped[height]);
            wrapped.truncate(height);
            wrapped[height - 1] = cut(&last, usize::from(inner.width).saturating_sub(TIME + 1));
        }
        for (place, row) in wrapped.into_iter().enumerate().rev() {
            let time = line.seconds.filter(|_| place == 0).map(|seconds| format::clock(seconds, 1.0));
            let time = format!("{:>TIME$} ", time.unwrap_or_default());
            let time = Span::styled(time, state.theme.style(Role::Muted));
            rows.push_front(Line::from(vec![time, Span::raw(row)]));
        }
    }
    let above = rows.len().saturating_sub(height);
    let block = panel(&state.theme, "Log");
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(rows.into_iter().skip(above)), inner);
}
