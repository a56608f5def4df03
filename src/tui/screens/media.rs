//! Distributions, pictures and texts of event files, those of several runs side by side.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};

use crate::run::watch::{AtStep, Content, Distribution, RunId, TagId};
use crate::tui::chart_places::columns;
use crate::tui::state::State;
use crate::tui::state::marked::RunKey;
use crate::tui::state::panes::{Media, Pane};
use crate::tui::theme::Role;
use crate::tui::widgets::image::Image;
use crate::tui::widgets::text::{end_of, wrap};
use crate::tui::widgets::{distributions, panel};

/// Draws a pane that has no curves.
pub(super) fn draw(state: &State, pane: &Pane, area: Rect, frame: &mut Frame) {
    match pane.media {
        Some(Media::Tag(tag)) => of_runs(state, tag, area, frame),
        Some(Media::Own(all)) => own(state, &pane.title, all.moments(), area, frame),
        None => {}
    }
}

/// Draws histograms of the training.
fn own(state: &State, tag: &str, moments: &[AtStep<Distribution>], area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, end_of(tag, usize::from(area.width.saturating_sub(4))));
    let steps = format!(" {} steps kept ", moments.len());
    let block = block.title_bottom(Line::styled(steps, theme.style(Role::Muted)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    distributions::draw(theme, moments, inner, frame.buffer_mut());
}

/// Draws what the runs have of a tag.
fn of_runs(state: &State, tag: TagId, area: Rect, frame: &mut Frame) {
    let watched = &state.runs.watched;
    let runs = watched.runs_with(tag, state.runs.drawn_of_watched());
    let places = columns(area, runs.len());
    // Where there is no room for all, the last place says how many are left out.
    let left_out = runs.len().saturating_sub(places.len());
    for (at, (run, place)) in runs.iter().zip(&places).enumerate() {
        let is_last = at + 1 == places.len();
        one(state, *run, tag, *place, if is_last { left_out } else { 0 }, frame);
    }
}

fn one(state: &State, run: RunId, tag: TagId, area: Rect, left_out: usize, frame: &mut Frame) {
    let (theme, watched) = (&state.theme, &state.runs.watched);
    let width = usize::from(area.width.saturating_sub(4));
    let name = watched.rows().get(run as usize).map_or("", |row| &*row.name);
    let of_tag = end_of(watched.tag(tag).map_or("", |tag| &*tag.name), width);
    let color = state.runs.color_of(&RunKey::Watched(run)).unwrap_or_else(|| state.runs.color_of_chosen());
    let block = panel(theme, of_tag).border_style(theme.style(Role::Curve(color)));
    let below = match left_out {
        0 => end_of(name, width),
        count => {
            format!("{}, {count} more run{}", end_of(name, width / 2), if count == 1 { "" } else { "s" })
        }
    };
    let block = block.title_bottom(Line::styled(format!(" {below} "), theme.style(Role::Muted)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let (note_row, rest) = (Rect { height: 1.min(inner.height), ..inner }, below_first(inner));
    let muted = theme.style(Role::Muted);
    let Some(content) = watched.content(run, tag) else {
        let read = watched.panel(run).map_or(0.0, |panel| panel.read.min(1.0));
        frame.render_widget(Line::styled(format!("reading: {:.0}%", 100.0 * read), muted), note_row);
        return;
    };
    let note = match content {
        Content::Picture { step, place, of, .. } => format!("step {step}, {} of {of}", place + 1),
        Content::Text { step, place, of, .. } => format!("step {step}, {} of {of}", place + 1),
        Content::Distributions(all) => format!("{} steps kept", all.moments().len()),
        Content::Curve(_) => String::new(),
    };
    frame.render_widget(Line::styled(note, muted), note_row);
    match content {
        Content::Distributions(all) => distributions::draw(theme, all.moments(), rest, frame.buffer_mut()),
        Content::Picture { picture: Ok(picture), .. } => {
            if let Some(image) = Image::new(&[picture.height, picture.width, 3], &picture.pixels) {
                image.draw(theme, rest, frame.buffer_mut());
            }
        }
        Content::Picture { picture: Err(problem), .. } => {
            frame.render_widget(Line::styled(problem.clone(), theme.style(Role::Bad)), rest);
        }
        Content::Text { lines, .. } => {
            let text = wrap(&lines.join("\n"), usize::from(rest.width));
            frame.render_widget(Text::from_iter(text), rest);
        }
        Content::Curve(_) => {}
    }
}

fn below_first(area: Rect) -> Rect {
    Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
}
