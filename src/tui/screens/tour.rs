//! The tour's hint, in the corner.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Clear, Paragraph, Wrap};

use crate::tui::state::State;
use crate::tui::state::tour::Tour;
use crate::tui::theme::Role;
use crate::tui::widgets::panel;
use crate::tui::widgets::text::wrap;

const WIDTH: u16 = 44;

/// Draws the hint over the lower right corner of a screen.
pub(super) fn draw(state: &State, tour: Tour, body: Rect, frame: &mut Frame) {
    let (number, count, hint) = tour.hint();
    let rows = wrap(hint, usize::from(WIDTH) - 4).len() as u16;
    let height = rows + 2;
    let area = Rect {
        x: body.right().saturating_sub(WIDTH + 1),
        y: body.bottom().saturating_sub(height + 1),
        width: WIDTH,
        height,
    };
    let area = area.intersection(body);
    let block = panel(&state.theme, format!("Tour {number} of {count}"))
        .title_bottom(Line::styled(" Esc skips the tour ", state.theme.style(Role::Muted)).right_aligned())
        .border_style(state.theme.style(Role::Accent));
    frame.render_widget(Clear, area);
    let text = Paragraph::new(Text::styled(format!(" {hint}"), Modifier::BOLD)).wrap(Wrap { trim: true });
    frame.render_widget(text.block(block), area);
}
