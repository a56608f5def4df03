//! The values of the runs that are shown.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};

use crate::run::watch::{Content, Kind, Panel};
use crate::tui::state::abscissa::Timeline;
use crate::tui::state::history::Bucket;
use crate::tui::state::{ChartOptions, Series};
use crate::tui::theme::{Depth, Role};
use crate::tui::watch::layout;
use crate::tui::watch::state::State;
use crate::tui::widgets::chart::{Chart, Curve, Quantity};
use crate::tui::widgets::image::Image;
use crate::tui::widgets::text::{end_of, wrap};
use crate::tui::widgets::{distributions, panel};

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let shown = state.shown();
    let panels: Vec<&Panel> =
        shown.iter().filter_map(|run| state.view.panels.iter().find(|p| p.run == *run)).collect();
    match state.kind() {
        Some(Kind::Scalar) | None => chart(state, &panels, area, frame),
        Some(Kind::Histogram | Kind::Picture | Kind::Text) => {
            let places = layout::columns(area, panels.len());
            for (panel, place) in panels.iter().zip(&places) {
                figure(state, panel, *place, frame);
            }
            if panels.is_empty() {
                empty(state, "", waiting(state, &[]), area, frame);
            }
        }
    }
}

/// Why there is nothing to draw.
fn waiting(state: &State, panels: &[&Panel]) -> String {
    let is_of_now = state.view.tag == state.tag;
    match panels.first() {
        Some(panel) if panel.read < 1.0 || !is_of_now => {
            format!("reading: {:.0}%", 100.0 * panel.read.min(1.0))
        }
        Some(_) => "this run has no such figure: h and l or t for another".into(),
        None => String::new(),
    }
}

fn empty(state: &State, title: &str, text: String, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let row = Rect { y: inner.y + inner.height / 2, height: 1.min(inner.height), ..inner };
    frame.render_widget(Line::styled(text, state.theme.style(Role::Muted)).centered(), row);
}

/// The tag's curves of all runs that are shown, in one chart, that of the run under the cursor on top.
fn chart(state: &State, panels: &[&Panel], area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let is_of_now = state.view.tag == state.tag;
    let mut courses = Vec::new();
    let (mut lost, mut restarts) = (0, 0);
    for panel in panels.iter().filter(|_| is_of_now) {
        if let Some(Content::Curve(course)) = &panel.content {
            lost += course.lost();
            restarts += u64::from(course.restarts());
            let buckets = course.points().iter().map(|point| Bucket {
                step: u64::try_from(point.step).unwrap_or(0),
                steps: u64::from(point.count),
                min: point.min.into(),
                max: point.max.into(),
                mean: point.mean.into(),
            });
            courses.push((panel.run, Series::from_buckets(buckets.collect())));
        }
    }
    let title = state.tag_name(state.tag).unwrap_or("no figures yet");
    let title = end_of(title, usize::from(area.width / 3));
    let timeline = Timeline::default();
    let curves = courses.iter().rev().map(|(run, series)| {
        let name = &*state.view.rows[*run as usize].name;
        let role = state.role(*run).unwrap_or(Role::Muted);
        // Without colours the run under the cursor stands out from the others, which are dim.
        let role = match theme.depth {
            Depth::Monochrome if state.cursor == Some(*run) => Role::Accent,
            Depth::Monochrome => Role::Muted,
            _ => role,
        };
        Curve { name, role, series, timeline: &timeline, smoothing: state.smoothing(), marked: false }
    });
    let curves: Vec<Curve> = curves.collect();
    let empty = match lost {
        0 => waiting(state, panels),
        lost => format!("none of {lost} values is finite: all are NaN or infinite"),
    };
    let mut notes = Vec::new();
    if let Some(panel) = panels.iter().find(|panel| panel.read < 1.0) {
        notes.push(format!("reading: {:.0}%", 100.0 * panel.read));
    }
    if restarts > 0 {
        notes.push(format!("{restarts} restart{}", if restarts == 1 { "" } else { "s" }));
    }
    if lost > 0 {
        notes.push(format!("{lost} value{} not finite", if lost == 1 { "" } else { "s" }));
    }
    let mut options = ChartOptions::default();
    (options.layout.log_y, options.layout.smoothing) = (state.log_scale, state.smoothing);
    let chart = Chart {
        title: &title,
        curves: &curves,
        options: &options,
        log_y: state.log_scale,
        quantity: Quantity::Number,
        steps: 0,
        marks: &[],
        notes: &notes,
        empty: &empty,
    };
    chart.draw(theme, area, frame.buffer_mut());
}

/// One run's histograms, picture or text.
fn figure(state: &State, of: &Panel, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let width = usize::from(area.width.saturating_sub(4));
    let run = end_of(&state.view.rows[of.run as usize].name, width);
    let content = of.content.as_ref().filter(|_| state.view.tag == state.tag);
    let Some(content) = content else {
        return empty(state, &run, waiting(state, &[of]), area, frame);
    };
    let note = match content {
        Content::Picture { step, place, of, .. } => format!("step {step}, {} of {of}", place + 1),
        Content::Text { step, place, of, .. } => format!("step {step}, {} of {of}", place + 1),
        Content::Distributions(all) => format!("{} steps kept", all.moments().len()),
        Content::Curve(_) => String::new(),
    };
    let tag = end_of(state.tag_name(state.tag).unwrap_or(""), width);
    let block = panel(theme, run).border_style(theme.style(state.role(of.run).unwrap_or(Role::Faint)));
    let block = block.title_bottom(Line::styled(format!(" {tag} "), theme.style(Role::Muted)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let [note_row, rest] = [Rect { height: 1.min(inner.height), ..inner }, below(inner)];
    frame.render_widget(Line::styled(note, theme.style(Role::Muted)), note_row);
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

fn below(area: Rect) -> Rect {
    Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
}
