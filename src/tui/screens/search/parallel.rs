//! All settings and the result as parallel axes, with a line for each trial.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::search::{Board, Domain, Row};
use crate::tui::state::{State, clean};
use crate::tui::theme::{Depth, Role};
use crate::tui::widgets::dots::Dots;
use crate::tui::widgets::plot::no_room;
use crate::tui::widgets::text::{cut, end_of};
use crate::tui::widgets::trials::{Group, has_zero, tight};

use super::board::shown;
use super::figures::Groups;

/// The most lines that are drawn: more would hide each other and hold up the frame.
const MOST_LINES: usize = 400;

pub(super) fn title(board: &Board) -> String {
    let count = drawable(board).count();
    if count > MOST_LINES {
        format!("All settings, best on top: {MOST_LINES} of {count} trials")
    } else {
        "All settings, best on top".into()
    }
}

fn drawable(board: &Board) -> impl Iterator<Item = &Row> {
    board.rows.iter().map(|row| &**row).filter(|row| !row.values.is_empty())
}

pub(super) fn draw(state: &State, board: &Board, objective: usize, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let Some(measured) = board.objectives.get(objective) else { return };
    let axes = board.parameters.len() + 1;
    if area.height < 5 || usize::from(area.width) < 6 * axes.min(4) {
        return no_room(theme, area, frame.buffer_mut());
    }
    let value = |row: &Row| row.values.get(objective).copied();
    let Some(axis) = tight(drawable(board).filter_map(value)) else {
        let text = "no trial has a result yet";
        let at = area.x + area.width.saturating_sub(text.width() as u16) / 2;
        frame.buffer_mut().set_stringn(
            at,
            area.y + area.height / 2,
            text,
            usize::from(area.width),
            theme.style(Role::Muted),
        );
        return;
    };
    let has_zero = has_zero(&axis, drawable(board).filter_map(value));
    // Names at the bottom, ends of the ranges above and below the axes.
    let plot = Rect { y: area.y + 1, height: area.height - 3, ..area };
    let room = area.width / axes as u16;
    let column = |place: usize| area.x + room / 2 + room * place as u16;
    let is_better_below = !measured.is_maximized;
    let height = |row: &Row, place: usize| match place {
        place if place < board.parameters.len() => row.places.get(place).copied().flatten(),
        _ => value(row).map(|value| {
            // Where all are alike, they lie in the middle.
            let share = axis.share(value.max(axis.low));
            let share = if share.is_nan() { 0.5 } else { share };
            if is_better_below { 1.0 - share } else { share }
        }),
    };
    let mut dots = Dots::new(plot, theme.rich_glyphs);
    let (width, rows) = dots.size();
    let x = |place: usize| i64::from(column(place) - area.x) * width / i64::from(area.width).max(1);
    let y = |share: f64| ((1.0 - share.clamp(0.0, 1.0)) * (rows - 1) as f64).round() as i64;
    for place in 0..axes {
        dots.column(x(place), 0, rows - 1, theme.style(Role::Faint));
    }
    let with_value: Vec<&Row> = drawable(board).collect();
    let every = with_value.len().div_ceil(MOST_LINES).max(1);
    let groups = Groups::of(state, board);
    let is_drawn = |(place, row): &(usize, &&Row)| place % every == 0 || groups.group(row) == Group::Chosen;
    // The worst first, so that the best are on top; the chosen one above all.
    let mut lines: Vec<(Group, &Row)> = with_value
        .iter()
        .enumerate()
        .rev()
        .filter(is_drawn)
        .map(|(_, row)| (groups.group(row), *row))
        .collect();
    lines.sort_by_key(|(group, _)| *group);
    for (group, row) in lines {
        let (style, pattern) = look(state, group);
        for place in 1..axes {
            let (Some(from), Some(to)) = (height(row, place - 1), height(row, place)) else { continue };
            dots.broken_line((x(place - 1), y(from)), (x(place), y(to)), style, pattern);
        }
    }
    dots.draw(frame.buffer_mut());
    for place in 0..axes {
        let (top, bottom, name) = match board.parameters.get(place) {
            Some(parameter) => {
                let (low, high) = ends(&parameter.domain);
                (high, low, parameter.short_name().to_owned())
            }
            None => {
                // 0 has no place on a logarithmic axis: it lies at the lower end.
                let low = if has_zero { format!("0, {}", shown(axis.low)) } else { shown(axis.low) };
                let high = shown(axis.high);
                let name = measured.name.clone();
                if is_better_below { (low, high, name) } else { (high, low, name) }
            }
        };
        let is_shown = place == state.searches.setting() && place < board.parameters.len();
        let role = if is_shown { theme.strong(Role::Accent) } else { theme.style(Role::Muted) };
        let middle = column(place);
        let buffer = frame.buffer_mut();
        centred(buffer, area, middle, area.y, room, &top, theme.style(Role::Muted));
        centred(buffer, area, middle, plot.bottom(), room, &bottom, theme.style(Role::Muted));
        centred(buffer, area, middle, plot.bottom() + 1, room, &name, role);
    }
}

/// How the line of a trial is drawn. Without colours the others are dotted.
fn look(state: &State, group: Group) -> (Style, &'static [bool]) {
    let theme = &state.theme;
    match group {
        Group::Other if theme.depth == Depth::Monochrome => {
            (theme.style(Role::Faint), &[true, false, false, false])
        }
        Group::Other => (theme.style(Role::Faint), &[true]),
        Group::Best => (theme.style(Role::Accent), &[true]),
        Group::Chosen => (theme.strong(Role::Warning), &[true]),
    }
}

/// The ends of a range as they stand at an axis: of choices the first and the last.
fn ends(domain: &Domain) -> (String, String) {
    let ends = domain.ends();
    let of = |text: Option<&String>| text.map(|text| clean(text)).unwrap_or_default();
    (of(ends.first()), of(ends.last()))
}

fn centred(buffer: &mut Buffer, area: Rect, middle: u16, y: u16, room: u16, text: &str, style: Style) {
    let most = usize::from(room.saturating_sub(1));
    let text = if text.contains('(') { cut(text, most) } else { end_of(&clean(text), most) };
    let from = middle.saturating_sub(text.width() as u16 / 2).max(area.x);
    buffer.set_stringn(from, y, &text, usize::from(area.right().saturating_sub(from)), style);
}
