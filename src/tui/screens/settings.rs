//! The settings that can be changed while a network trains, with their values.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::preset::Change;
use crate::tui::layout;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::{more_below, panel};

/// Rows for what the chosen setting is for.
const HELP: u16 = 2;

fn area(size: Size, count: usize) -> Rect {
    let height = (count as u16).saturating_add(HELP + 3).min(size.height.saturating_sub(4));
    layout::popup(size, 72, height)
}

pub(super) fn draw(state: &State, selected: usize, frame: &mut Frame) {
    let theme = &state.theme;
    let Some(training) = state.running() else { return };
    let settings = training.settings();
    let area = area(frame.area().as_size(), settings.len());
    let block = panel(theme, "Settings, from the next step on").border_style(theme.style(Role::Accent));
    let inner = block.inner(area);
    let [list, _, help] =
        Layout::vertical([Constraint::Min(1), Constraint::Length(1), Constraint::Length(HELP)]).areas(inner);
    let first = layout::scroll_to(selected, settings.len(), usize::from(list.height));
    let more = settings.len().saturating_sub(first + usize::from(list.height));
    let block = if more > 0 { block.title_bottom(more_below(more)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let names = settings.iter().map(|setting| setting.path.width()).max().unwrap_or(0);
    for ((place, setting), row) in settings.iter().enumerate().skip(first).zip(list.rows()) {
        let mut changes = training.info.steered.iter().filter(|steered| steered.path == setting.path);
        // The rate is also the schedule's, step by step.
        let changed = changes.next_back().filter(|_| setting.path != Change::LEARNING_RATE);
        let since = changed.map(|steered| format!("  from step {}", steered.step.saturating_add(1)));
        let (name, value) = (format!(" {:<names$}  ", setting.path), setting.value.clone());
        let since = since.unwrap_or_default();
        let line = if place == selected {
            let text = format!("{name}{value}{since}");
            let room = usize::from(row.width).saturating_sub(text.width());
            Line::styled(format!("{text}{}", " ".repeat(room)), theme.selected())
        } else {
            Line::from(vec![
                Span::styled(name, theme.style(Role::Muted)),
                Span::raw(value),
                Span::styled(since, theme.style(Role::Accent)),
            ])
        };
        frame.render_widget(line, row);
    }
    if let Some(setting) = settings.get(selected) {
        let text = format!(" {}: {}", setting.help, setting.takes());
        let about = Paragraph::new(text).style(theme.style(Role::Muted)).wrap(Wrap { trim: false });
        frame.render_widget(about, help);
    }
}
