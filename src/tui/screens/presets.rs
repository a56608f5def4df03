//! The list of presets, and what the chosen one is.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::layout;
use crate::tui::state::presets::{Entry, Hindrance, Origin, Row};
use crate::tui::state::{Overlay, Presets, State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::{more_below, panel, text::wrap};

use super::{card, popups};

/// The list of presets and what is said about the chosen one.
fn places(body: Rect) -> [Rect; 2] {
    let list = (body.width / 5).clamp(24, 34);
    Layout::horizontal([Constraint::Length(list), Constraint::Min(0)]).areas(body)
}

/// The line of the filter, if there is one, and the rows of the list below it.
fn list_places(state: &State, list: Rect) -> [Rect; 2] {
    let filters =
        !state.presets.filter.is_empty() || matches!(state.overlays.last(), Some(Overlay::Filter(_)));
    Layout::vertical([Constraint::Length(u16::from(filters)), Constraint::Min(0)]).areas(layout::inside(list))
}

/// The first row of the list that is shown at this height.
fn first_row(presets: &Presets, rows: &[Row], height: u16) -> usize {
    let chosen = rows.iter().position(|row| *row == Row::Preset(presets.selected)).unwrap_or(0);
    layout::scroll_to(chosen, rows.len(), usize::from(height))
}

/// The preset that stands at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<usize> {
    let [_, list] = list_places(state, places(body)[0]);
    let rows = state.presets.rows();
    match rows.get(layout::row_at(list, first_row(&state.presets, &rows, list.height), at)?)? {
        Row::Preset(place) => Some(*place),
        Row::Heading(_) => None,
    }
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let [list, side] = places(body);
    draw_list(state, list, frame);
    if state.presets.hides_choice() {
        let text = format!("no preset matches {}: Esc shows all again", clean(&state.presets.filter));
        let block = panel(&state.theme, "Preset");
        let text = Paragraph::new(text).wrap(Wrap { trim: true }).style(state.theme.style(Role::Muted));
        return frame.render_widget(text.block(block), side);
    }
    match (state.presets.current(), state.presets.current_broken()) {
        (Some(entry), _) => draw_entry(state, entry, side, frame),
        (None, Some((file, reason))) => draw_broken(state, file, reason, side, frame),
        (None, None) => {
            let block = panel(&state.theme, "Preset");
            frame.render_widget(Paragraph::new("No preset was found.").block(block), side);
        }
    }
}

fn draw_list(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let presets = &state.presets;
    let rows = presets.rows();
    let [filter, list] = list_places(state, area);
    let first = first_row(presets, &rows, list.height);
    let below = rows.len().saturating_sub(first + usize::from(list.height));
    let block = panel(theme, "Presets").border_style(theme.style(Role::Accent));
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(block, area);
    match state.overlays.last() {
        Some(Overlay::Filter(input)) => popups::draw_input(state, "/", input, filter, frame),
        _ => {
            let text = format!("/ {}", presets.filter);
            frame.render_widget(Line::styled(text, theme.style(Role::Warning)), filter);
        }
    }
    if rows.is_empty() {
        frame.render_widget(Line::styled(" none matches", theme.style(Role::Muted)), list);
    }
    for (row, line) in rows.iter().skip(first).zip(list.rows()) {
        match row {
            Row::Heading(text) => frame.render_widget(Line::styled(*text, theme.strong(Role::Accent)), line),
            Row::Preset(place) => draw_row(state, *place, line, frame),
        }
    }
}

fn draw_row(state: &State, place: usize, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let presets = &state.presets;
    let (name, mark, plain) = match presets.entries.get(place) {
        Some(entry) => {
            let hindrance = entry.experiment().err();
            let mark = match (hindrance, entry.is_changed(), &entry.origin) {
                (Some(Hindrance::Unread), ..) => "reading ",
                (_, true, _) => "changed ",
                (_, false, Origin::User(_)) => "yours ",
                (_, false, Origin::BuiltIn) => "",
            };
            let style = match hindrance {
                Some(Hindrance::Files(_) | Hindrance::Misfit(_)) => theme.style(Role::Bad),
                Some(Hindrance::Unread) | None => ratatui::style::Style::new(),
            };
            (clean(&entry.original.name), mark, style)
        }
        None => {
            let file = presets.broken.get(place - presets.entries.len());
            (file.map(|(file, _)| clean(file)).unwrap_or_default(), "", theme.style(Role::Bad))
        }
    };
    let chosen = place == presets.selected;
    let style = if chosen { theme.selected().add_modifier(Modifier::BOLD) } else { plain };
    let room = usize::from(area.width).saturating_sub(mark.width());
    let name: String = format!("  {name}").chars().take(room).collect();
    let pad = " ".repeat(room.saturating_sub(name.width()));
    let quiet = if chosen { style } else { theme.style(Role::Muted) };
    frame.render_widget(Line::from(vec![Span::styled(name + &pad, style), Span::styled(mark, quiet)]), area);
}

fn draw_broken(state: &State, file: &str, reason: &str, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, clean(file));
    let inner = block.inner(area);
    let rows = wrap(reason, usize::from(inner.width));
    let lines = rows.into_iter().map(|row| Line::styled(row, theme.style(Role::Bad)));
    frame.render_widget(Text::from_iter(lines), inner);
    frame.render_widget(block, area);
}

/// A preset: what it is, its data, its layers. They are side by side where the terminal is wide.
fn draw_entry(state: &State, entry: &Entry, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let wide = area.width >= 90;
    let text_width = if wide { area.width * 3 / 5 } else { area.width };
    let inside = |width: u16| usize::from(width.saturating_sub(2));
    let about = card::about(theme, entry, inside(text_width));
    let data_width = if wide { area.width - text_width } else { area.width };
    let data = card::data(theme, entry, inside(data_width));
    // The network is shown whole if it can be, the description takes the rest.
    let outline = entry.experiment().map(card::Outline::of);
    let layers = outline.as_ref().map_or(3, |outline| outline.rows.len() + 4) as u16 + 2;
    let text = about.len() as u16 + 2;
    let card = data.len() as u16 + 2;
    let least = 5 + if wide { 0 } else { card };
    let lower = layers.max(area.height.saturating_sub(text + if wide { 0 } else { card }));
    let lower = lower.min(area.height.saturating_sub(least).max(6));
    let [upper, lower] = Layout::vertical([Constraint::Min(0), Constraint::Length(lower)]).areas(area);
    let [left, right] = if wide {
        Layout::horizontal([Constraint::Length(text_width), Constraint::Min(0)]).areas(upper)
    } else {
        Layout::vertical([Constraint::Min(3), Constraint::Length(card)]).areas(upper)
    };
    draw_lines(state, &clean(&entry.draft.name), about, left, frame);
    draw_lines(state, "Data", data, right, frame);
    draw_model(state, entry, outline, lower, frame);
}

/// A panel of lines; what does not fit can be read with a key, which it says.
fn draw_lines(state: &State, title: &str, lines: Vec<Line<'static>>, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, title);
    let inner = block.inner(area);
    let cut = lines.len() > usize::from(inner.height);
    let block = if cut { block.title_bottom(read_more(state)) } else { block };
    frame.render_widget(block, area);
    frame.render_widget(Text::from(lines), inner);
}

fn read_more(state: &State) -> Line<'static> {
    let theme = &state.theme;
    let key = Span::styled(" v", theme.strong(Role::Accent));
    Line::from(vec![key, Span::styled(" reads on ", theme.style(Role::Muted))]).right_aligned()
}

fn draw_model(
    state: &State,
    entry: &Entry,
    outline: Result<card::Outline, Hindrance<'_>>,
    area: Rect,
    frame: &mut Frame,
) {
    let theme = &state.theme;
    let title = format!("Model: \"{}\"", clean(&entry.draft.name));
    let width = usize::from(area.width.saturating_sub(2));
    let outline = match outline {
        Ok(outline) => outline,
        Err(reason) => {
            return draw_lines(state, &title, card::hindrance(theme, reason, width), area, frame);
        }
    };
    let (header, layers, mut totals) = card::model(theme, &outline, width);
    let height = usize::from(area.height.saturating_sub(2));
    if layers.len() + 4 > height {
        totals.truncate(1);
    }
    let room = height.saturating_sub(1 + totals.len());
    let block = panel(theme, title);
    let block = if layers.len() > room { block.title_bottom(read_more(state)) } else { block };
    let mut lines = vec![header];
    if layers.len() > room {
        let shown = room.saturating_sub(1);
        let more = format!("… {} more layers", layers.len() - shown);
        lines.extend(layers.into_iter().take(shown));
        lines.push(Line::styled(more, theme.style(Role::Muted)));
    } else {
        lines.extend(layers);
    }
    lines.extend(totals);
    frame.render_widget(Text::from(lines), block.inner(area));
    frame.render_widget(block, area);
}
