//! A figure: its knobs, what it says in words, its panels.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Widget;
use unicode_width::UnicodeWidthStr;

use crate::run::text::shown;
use crate::tui::format;
use crate::tui::state::{State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::heatmap::Heatmap;
use crate::tui::widgets::images::Images;
use crate::tui::widgets::plot::{Lines, Scatter};
use crate::tui::widgets::surface::Surface;
use crate::tui::widgets::text::{cut, wrap, wrap_most};
use crate::tui::widgets::{bars, panel, table};
use crate::worker::{Body, Controls, Figure, FigureInfo, Knob, Panel};

/// The most knobs that are shown: no line has room for more.
const KNOBS: usize = 16;
/// The most panels of a figure that are shown.
const PANELS: usize = 64;
/// The most notes that are read: no screen has room for more.
const NOTES: usize = 16;

pub(super) fn draw(state: &State, info: &FigureInfo, at: &Controls, body: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let knobs = knob_line(theme, &info.knobs, at);
    let [line, rest] =
        Layout::vertical([Constraint::Length(u16::from(knobs.is_some())), Constraint::Min(0)]).areas(body);
    if let Some(knobs) = knobs {
        frame.render_widget(knobs, line);
    }
    match state.inspect.figure.as_ref().filter(|figure| figure.name == info.name) {
        None => super::inspect::say(state, &clean(&info.title), "Asking the model …", rest, frame),
        Some(figure) => draw_figure(state, figure, rest, frame),
    }
}

/// The settings of the knobs, and the keys that turn them.
fn knob_line(theme: &Theme, knobs: &[Knob], at: &Controls) -> Option<Line<'static>> {
    let mut spans = Vec::new();
    let knobs = &knobs[..knobs.len().min(KNOBS)];
    let has_plane = knobs.iter().any(|knob| matches!(knob, Knob::Plane { .. }));
    for knob in knobs {
        let (label, value, keys) = match knob {
            Knob::Sample if has_plane => ("sample".into(), (at.position).to_string(), "p n"),
            Knob::Sample => ("sample".into(), (at.position).to_string(), "← →"),
            Knob::Item { label, count, names } => {
                let number = || format!("{} of {count}", at.item.saturating_add(1));
                let name = names.get(at.item).map(|name| cut(&clean(name), 24));
                (label.clone(), name.unwrap_or_else(number), "< >")
            }
            Knob::Plane { label, step } => {
                let place = format!("{}, {}", format::tick(at.x, *step), format::tick(at.y, *step));
                (label.clone(), place, "← → ↑ ↓")
            }
            Knob::Level { label, step, .. } => (label.clone(), format::tick(at.level, *step), "[ ]"),
            Knob::Text { label, .. } => (label.clone(), format!("{:?}", clean(&at.text)), "Enter"),
        };
        spans.push(Span::styled(format!("  {} ", clean(&label)), theme.style(Role::Muted)));
        spans.push(Span::styled(value, ratatui::style::Style::new().add_modifier(Modifier::BOLD)));
        // A knob that has one place cannot be turned.
        let turns = match knob {
            Knob::Item { count, .. } => *count > 1,
            Knob::Level { from, to, .. } => from < to,
            Knob::Sample | Knob::Plane { .. } | Knob::Text { .. } => true,
        };
        let keys = if turns { format!(" {keys} ") } else { " ".into() };
        spans.push(Span::styled(keys, theme.strong(Role::Accent)));
    }
    (!spans.is_empty()).then(|| Line::from(spans))
}

fn draw_figure(state: &State, figure: &Figure, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let width = usize::from(area.width).saturating_sub(2);
    // Breaking a line would lose the wide gaps between facts, so a dot parts them.
    let parted =
        |note: &String| if note.width() > width { note.replace("   ", " · ") } else { note.clone() };
    let most = usize::from(area.height / 5).max(1);
    let all = figure.notes.iter().take(NOTES).map(|note| parted(&clean(note)));
    let all: Vec<String> = all.flat_map(|note| wrap(&note, width)).collect();
    let mut notes = first_of(&all, most, width);
    let count = figure.panels.len().min(PANELS);
    let room = |notes: usize| Rect { height: area.height.saturating_sub(notes as u16), ..area };
    let mut places = arrange(&ordered(figure, state.inspect.part), room(notes.len()));
    if places.len() < count {
        let more = format!(
            "part {} of {count}: z shows the next; a larger terminal shows more",
            1 + state.inspect.part % count
        );
        notes = first_of(&all, most.max(2) - 1, width);
        notes.push(if places.len() == 1 {
            more
        } else {
            format!("{} of {count} parts shown: z shows others; a larger terminal shows more", places.len())
        });
        places = arrange(&ordered(figure, state.inspect.part), room(notes.len()));
    }
    let panels = room(notes.len());
    for (part, place) in ordered(figure, state.inspect.part).into_iter().zip(places) {
        draw_panel(theme, part, state.inspect.page, place, frame);
    }
    let lines = notes.into_iter().map(|note| Line::styled(format!(" {note}"), theme.style(Role::Muted)));
    let below = Rect { y: panels.bottom(), height: area.bottom() - panels.bottom(), ..area };
    frame.render_widget(Text::from_iter(lines), below);
}

/// The first lines of so many, with a sign at the end where there are more.
fn first_of(lines: &[String], most: usize, width: usize) -> Vec<String> {
    let mut shown = lines[..lines.len().min(most)].to_vec();
    if let Some(last) = shown.last_mut().filter(|_| lines.len() > most) {
        *last = cut(&format!("{last} …"), width);
    }
    shown
}

/// The panels from the one that the person put first.
fn ordered(figure: &Figure, first: usize) -> Vec<&Panel> {
    let panels = &figure.panels[..figure.panels.len().min(PANELS)];
    panels.iter().cycle().skip(first % panels.len().max(1)).take(panels.len()).collect()
}

/// Columns and rows below which a panel says little.
fn least(body: &Body) -> (u16, u16) {
    let clip = |cells: usize| cells.min(1000) as u16;
    match body {
        Body::Images { shape: [height, width, _], pixels, columns, .. } => {
            let count = pixels.len() / height.saturating_mul(*width).max(1);
            let across = if *columns > 0 { *columns } else { count.isqrt().max(1) };
            (
                clip(across.saturating_mul(width / 2 + 1).saturating_add(4)).clamp(18, 60),
                clip(count.div_ceil(across).saturating_mul(height.div_ceil(3)).saturating_add(3))
                    .clamp(7, 16),
            )
        }
        Body::Heatmap { rows_named, values, columns, .. } => {
            let names =
                rows_named.iter().take(64).map(|name| shown(name, 17).width()).max().unwrap_or(0).min(16);
            let rows = values.len() / (*columns).max(1);
            (clip(columns.saturating_add(names + 4)).clamp(28, 60), clip(rows + 4).clamp(6, 14))
        }
        Body::Surface { .. } => (26, 12),
        Body::Scatter { .. } => (36, 12),
        Body::Lines { .. } => (36, 11),
        Body::Bars { bars, .. } => (32, clip(bars.len() + 2).clamp(4, 14)),
        Body::Text(_) => (30, 6),
        Body::Table { header, rows } => {
            (clip(header.len() * 11 + 4).clamp(24, 70), clip(rows.len() + 3).clamp(5, 12))
        }
    }
}

/// Columns and rows with which all of a panel is seen: of images more than [`least`] asks for.
fn wanted(body: &Body) -> (u16, u16) {
    let Body::Images { shape: [height, width, _], pixels, columns, .. } = body else { return least(body) };
    let count = pixels.len() / height.saturating_mul(*width).max(1);
    let across = if *columns > 0 { *columns } else { count.isqrt().max(1) };
    // One image is shown as it is, several with half of its pixels across and down.
    let shrunk = |side: usize| if count > 1 { side / 2 } else { side };
    let clip = |cells: usize| cells.min(1000) as u16;
    (
        clip(across.saturating_mul(shrunk(*width) + 1).saturating_add(3)),
        clip(count.div_ceil(across).saturating_mul(shrunk(*height).div_ceil(2) + 1).saturating_add(2)),
    )
}

/// How a side is shared out among panels: evenly, or where all of them are images by what each wants.
fn shares(panels: &[&Panel], wanted: impl Fn(&[&Panel]) -> Vec<u16>) -> Vec<f64> {
    let are_images = panels.iter().all(|panel| matches!(panel.body, Body::Images { .. }));
    let parts = wanted(panels);
    let sum: f64 = parts.iter().map(|part| f64::from(*part)).sum();
    let share = |part: &u16| if are_images { f64::from(*part) / sum } else { 1.0 / parts.len() as f64 };
    parts.iter().map(share).collect()
}

/// The share of the width that each panel of a row gets.
fn across(row: &[&Panel]) -> Vec<f64> {
    shares(row, |row| row.iter().map(|panel| wanted(&panel.body).0).collect())
}

/// The share of the height that each row of panels gets, where so many are side by side.
fn down(panels: &[&Panel], columns: usize) -> Vec<f64> {
    shares(panels, |panels| {
        let highest = |row: &[&Panel]| row.iter().map(|panel| wanted(&panel.body).1).max().unwrap_or(1);
        panels.chunks(columns).map(highest).collect()
    })
}

/// Where the panels go: as many of the first ones as fit, in the grid that gives the most room to the tightest panel.
fn arrange(panels: &[&Panel], area: Rect) -> Vec<Rect> {
    // The least share of what a panel needs that any of the first ones gets.
    let roominess = |count: usize, columns: usize, needs: fn(&Body) -> (u16, u16)| {
        let panels = &panels[..count];
        // The last row may have fewer panels; they are wider then.
        let rows = panels.chunks(columns).zip(down(panels, columns));
        let of_row = rows.flat_map(|(row, high)| {
            row.iter().zip(across(row)).map(move |(panel, wide)| {
                let (width, height) = needs(&panel.body);
                let wide = f64::from(area.width) * wide / f64::from(width);
                wide.min(f64::from(area.height) * high / f64::from(height))
            })
        });
        of_row.fold(f64::INFINITY, f64::min)
    };
    let grids = (1..=panels.len()).rev().map(|count| {
        let by_room =
            |a: &usize, b: &usize| roominess(count, *a, wanted).total_cmp(&roominess(count, *b, wanted));
        (count, (1..=count).max_by(by_room).unwrap_or(1))
    });
    let fitting =
        grids.into_iter().find(|(count, columns)| *count == 1 || roominess(*count, *columns, least) >= 1.0);
    let Some((count, columns)) = fitting else { return Vec::new() };
    let shown = &panels[..count];
    let fill = |shares: Vec<f64>| {
        shares.into_iter().map(|share| Constraint::Fill((1000.0 * share).round().max(1.0) as u16))
    };
    let bands = Layout::vertical(fill(down(shown, columns))).split(area);
    let places = bands
        .iter()
        .zip(shown.chunks(columns))
        .flat_map(|(band, row)| Layout::horizontal(fill(across(row))).split(*band).to_vec());
    places.collect()
}

fn draw_panel(theme: &Theme, part: &Panel, page: usize, area: Rect, frame: &mut Frame) {
    let block = panel(theme, cut(&clean(&part.title), usize::from(area.width).saturating_sub(4)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inner = inner.inner(ratatui::layout::Margin { horizontal: 1, vertical: 0 });
    let buffer = frame.buffer_mut();
    match &part.body {
        Body::Images { shape, pixels, range, captions, columns } => {
            let images = Images { shape: *shape, pixels, range: *range, captions, columns: *columns, page };
            images.draw(theme, inner, buffer);
        }
        Body::Heatmap { values, columns, range, rows_named, columns_named } => {
            Heatmap { values, columns: *columns, range: *range, rows_named, columns_named }
                .draw(theme, inner, buffer);
        }
        Body::Surface { x, y, classes, sureness, columns, points } => {
            Surface { x: *x, y: *y, classes, sureness, columns: *columns, points }.draw(theme, inner, buffer);
        }
        Body::Scatter { x_label, y_label, points, classes, diagonal } => {
            Scatter { labels: (x_label, y_label), points, classes, diagonal: *diagonal }
                .draw(theme, inner, buffer);
        }
        Body::Lines { x_label, y_label, lines, mark } => {
            Lines { labels: (x_label, y_label), lines, mark: *mark, log_x: false }.draw(theme, inner, buffer);
        }
        Body::Bars { bars, full, are_shares } => {
            bars::draw(theme, bars, *full, *are_shares, inner, buffer);
        }
        Body::Text(words) => {
            let lines = wrap_most(words, usize::from(inner.width), usize::from(inner.height));
            Text::from_iter(lines.into_iter().map(Line::from)).render(inner, buffer);
        }
        Body::Table { header, rows } => table::draw(theme, header, rows, inner, buffer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panels(count: usize) -> Vec<Panel> {
        let lines =
            || Body::Lines { x_label: "x".into(), y_label: "y".into(), lines: Vec::new(), mark: None };
        (0..count).map(|i| Panel { title: i.to_string(), body: lines() }).collect()
    }

    #[test]
    fn a_small_screen_shows_the_first_panels_and_a_large_one_all() {
        let panels = panels(5);
        let panels: Vec<&Panel> = panels.iter().collect();
        assert_eq!(arrange(&panels, Rect::new(0, 0, 80, 19)).len(), 2);
        let places = arrange(&panels, Rect::new(0, 0, 200, 56));
        assert_eq!(places.len(), 5);
        let area: u32 = places.iter().map(|place| place.area()).sum();
        assert_eq!(area, 200 * 56);
        assert_eq!(arrange(&panels, Rect::new(0, 0, 20, 5)).len(), 1);
        assert_eq!(arrange(&[], Rect::new(0, 0, 80, 19)), []);
    }

    #[test]
    fn images_share_the_room_by_what_they_need() {
        let images = |count: usize, columns| {
            let (shape, pixels) = ([28, 28, 1], vec![0.0; 784 * count]);
            let body = Body::Images { shape, pixels, range: (0.0, 1.0), captions: Vec::new(), columns };
            Panel { title: "images".into(), body }
        };
        // 81 places around a point have room for ten columns and five rows each, and the point itself for all its pixels.
        let (around, point) = (images(81, 9), images(1, 1));
        let places = arrange(&[&around, &point], Rect::new(0, 0, 200, 55));
        assert!(places[0].width >= 9 * 11 + 3 && places[0].height > 9 * 6, "{places:?}");
        assert!(places[1].width >= 28 + 4 && places[1].height >= 14 + 2, "{places:?}");
        let row = images(10, 10);
        let [one, other] = arrange(&[&row, &row], Rect::new(0, 0, 200, 56))[..] else { panic!("both fit") };
        assert_eq!(one.as_size(), other.as_size(), "what needs as much gets as much");
    }
}
