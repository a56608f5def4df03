//! A text to read, over the screen.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Clear;
use unicode_width::UnicodeWidthStr;

use crate::tui::layout;
use crate::tui::state::overlay::{Change, Reading, ReadingLine};
use crate::tui::state::{State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{more_below, panel};

fn area(size: Size) -> Rect {
    layout::popup(size, 130, size.height.saturating_sub(4))
}

/// How far it can be scrolled.
pub fn scrollable_lines(reading: &Reading, size: Size) -> usize {
    let inner = layout::inside(area(size));
    let rows = |line: &ReadingLine| match line {
        ReadingLine::Sentence(text) => sentence(text, usize::from(inner.width)).len(),
        ReadingLine::Heading(_) | ReadingLine::Changed(..) | ReadingLine::Values(..) => 1,
    };
    reading.lines.iter().map(rows).sum::<usize>().saturating_sub(usize::from(inner.height))
}

/// The rows of a sentence, with an empty one before them.
fn sentence(text: &str, width: usize) -> Vec<String> {
    std::iter::once(String::new()).chain(wrap(&clean(text), width)).collect()
}

/// Names on the left, both values beside them.
fn lines(theme: &Theme, reading: &Reading, width: usize) -> Vec<Line<'static>> {
    let names = reading.lines.iter().filter_map(|line| match line {
        ReadingLine::Values(name, _) => Some(clean(name).width()),
        ReadingLine::Heading(_) | ReadingLine::Sentence(_) | ReadingLine::Changed(..) => None,
    });
    let name_width = names.max().unwrap_or(0).min(width / 3);
    let value_width = width.saturating_sub(name_width + 6) / 2;
    let rows = |line: &ReadingLine| {
        let line = match line {
            ReadingLine::Sentence(text) => {
                return sentence(text, width).into_iter().map(Line::from).collect();
            }
            ReadingLine::Heading(text) => Line::styled(clean(text), theme.strong(Role::Accent)),
            ReadingLine::Changed(change, text) => {
                let (sign, style) = match change {
                    Change::Kept => (" ", theme.style(Role::Muted)),
                    Change::Removed => ("-", theme.style(Role::Bad)),
                    Change::Added => ("+", theme.style(Role::Good)),
                };
                Line::styled(cut(&format!(" {sign} {}", clean(text)), width), style)
            }
            ReadingLine::Values(name, [first, second]) => {
                let [first, second] = [first, second].map(|value| cut(&clean(value), value_width));
                let name = format!("  {:<name_width$}  ", cut(&clean(name), name_width));
                let gap = " ".repeat(value_width.saturating_sub(first.width()) + 2);
                let style = ratatui::style::Style::new().add_modifier(Modifier::BOLD);
                Line::from(vec![
                    Span::styled(name, theme.style(Role::Muted)),
                    Span::raw(first),
                    Span::raw(gap),
                    Span::styled(second, style),
                ])
            }
        };
        vec![line]
    };
    reading.lines.iter().flat_map(rows).collect()
}

pub(super) fn draw(state: &State, reading: &Reading, scroll: usize, frame: &mut Frame) {
    let area = area(frame.area().as_size());
    let below = scrollable_lines(reading, frame.area().as_size()).saturating_sub(scroll);
    let block = panel(&state.theme, reading.title.clone()).border_style(state.theme.style(Role::Accent));
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    let inner = block.inner(area);
    let lines = lines(&state.theme, reading, usize::from(inner.width));
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(lines.into_iter().skip(scroll)), inner);
}
