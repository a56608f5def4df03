//! All keys, made from the keymap.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Clear;

use crate::tui::state::{Screen, State};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{more_below, panel};
use crate::tui::{keymap, layout};

fn area(size: Size) -> Rect {
    layout::popup(size, 76, size.height.saturating_sub(4).min(40))
}

fn content(screen: Screen, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for table in keymap::for_help(screen) {
        lines.push(Line::styled(table.title, theme.strong(Role::Accent)));
        for binding in table.bindings {
            let keys: Vec<String> = binding.keys.iter().map(|key| key.label()).collect();
            lines.push(Line::from(vec![
                Span::raw(format!("  {:<14} ", keys.join(" "))),
                Span::styled(binding.command.doc(), theme.style(Role::Muted)),
            ]));
        }
        lines.push(Line::default());
    }
    lines
}

/// How far the help can be scrolled.
pub fn scrollable_lines(screen: Screen, size: Size) -> usize {
    let bindings: usize = keymap::for_help(screen).iter().map(|table| table.bindings.len() + 2).sum();
    bindings.saturating_sub(usize::from(area(size).height.saturating_sub(2)))
}

pub(super) fn draw(state: &State, scroll: usize, frame: &mut Frame) {
    let area = area(frame.area().as_size());
    let lines = content(state.screen, &state.theme);
    let block = panel(&state.theme, "Keys").border_style(state.theme.style(Role::Accent));
    let below = scrollable_lines(state.screen, frame.area().as_size()).saturating_sub(scroll);
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(lines.into_iter().skip(scroll)), inner);
}
