//! All keys, made from the keymap.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Clear;

use crate::tui::availability::hindrance;
use crate::tui::state::{Overlay, State};
use crate::tui::theme::Role;
use crate::tui::widgets::{more_below, panel};
use crate::tui::{keymap, layout};

fn area(size: Size) -> Rect {
    layout::popup(size, 76, size.height.saturating_sub(4).min(40))
}

/// What is looked for.
fn words(state: &State) -> &str {
    let of_help = state.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Help { words, .. } => Some(words.as_str()),
        _ => None,
    });
    of_help.unwrap_or_default()
}

fn content(state: &State) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let words = words(state).to_lowercase();
    let mut lines = Vec::new();
    for table in keymap::for_help(state.screen) {
        let before = lines.len();
        for binding in table.bindings {
            let (command, bound) = (binding.command, keymap::keys(&state.keymap, table, binding));
            let keys = bound.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ");
            let about = format!("{keys} {} {} {}", command.name(), command.doc(), table.title).to_lowercase();
            if keys.is_empty() || !words.split_whitespace().all(|word| about.contains(word)) {
                continue;
            }
            if lines.len() == before {
                lines.push(Line::styled(table.title, theme.strong(Role::Accent)));
            }
            let style = if hindrance(state, command).is_some() { Role::Faint } else { Role::Muted };
            lines.push(Line::from(vec![
                Span::raw(format!("  {keys:<14} ")),
                Span::styled(command.doc(), theme.style(style)),
            ]));
        }
        if lines.len() > before {
            lines.push(Line::default());
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled("no key matches", theme.style(Role::Muted)));
    }
    lines
}

/// How far the help can be scrolled.
pub fn scrollable_lines(state: &State) -> usize {
    content(state).len().saturating_sub(usize::from(area(state.size).height.saturating_sub(2)))
}

pub(super) fn draw(state: &State, scroll: usize, frame: &mut Frame) {
    let area = area(frame.area().as_size());
    let lines = content(state);
    let title = match (words(state), state.overlays.last()) {
        (words, Some(Overlay::Filter(_))) => format!("Keys, find: {words}▏"),
        ("", _) => "Keys".to_owned(),
        (words, _) => format!("Keys, with {words}"),
    };
    let block = panel(&state.theme, title).border_style(state.theme.style(Role::Accent));
    let inner = block.inner(area);
    let below = lines.len().saturating_sub(usize::from(inner.height) + scroll);
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(lines.into_iter().skip(scroll)), inner);
}
