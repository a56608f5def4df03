//! A test sample with its prediction, or the confusion matrix.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::format;
use crate::tui::state::choice;
use crate::tui::state::inspect::{InspectView, title, views};
use crate::tui::state::{Inspect, State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::image::Image;
use crate::tui::widgets::text::{cut, wrap, wrap_most};
use crate::tui::widgets::{bar, matrix, panel};
use crate::worker::{Confusion, Filter, RunInfo, Sample};

/// The most columns of a view's title that are shown where not all titles have room.
const TITLE: usize = 26;
/// The most classes that are shown: no screen has room for more.
const NAMES: usize = 1000;
/// Columns that the name of a number has at least.
const LEAST_NAME: usize = 4;

/// The line of the views and what is below it.
fn places(body: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(body)
}

/// The tabs of the views; where not all fit, those around the view in front.
fn tabs(inspect: &Inspect, info: &RunInfo, line: Rect) -> Vec<(InspectView, Rect)> {
    let room = line.width.saturating_sub(4);
    let tab = |view| (view, clean(title(view, info)).width().min(usize::from(room)) as u16 + 2);
    let whole: Vec<(InspectView, u16)> = views(info).into_iter().map(tab).collect();
    let fits = whole.iter().map(|(_, width)| u32::from(*width)).sum::<u32>() <= u32::from(room);
    let short = |(view, width): (InspectView, u16)| (view, width.min(TITLE as u16 + 2));
    let all = if fits { whole } else { whole.into_iter().map(short).collect() };
    let shown = all.iter().position(|(view, _)| *view == inspect.view).unwrap_or(0);
    let width_from = |first: usize| {
        all.iter().take(shown + 1).skip(first).map(|(_, width)| u32::from(*width)).sum::<u32>()
    };
    let first = (0..=shown).find(|first| width_from(*first) <= u32::from(room)).unwrap_or(shown);
    let mut x = line.x + 2;
    let mut tabs = Vec::new();
    for (view, width) in all.iter().skip(first) {
        if x + width > line.x + 2 + room && !tabs.is_empty() {
            break;
        }
        tabs.push((*view, Rect::new(x, line.y, *width, line.height).intersection(line)));
        x += width;
    }
    tabs
}

/// The view whose tab is at this place.
pub(super) fn hit(state: &State, body: Rect, at: Position) -> Option<InspectView> {
    let info = &state.training.as_ref()?.info;
    let tabs = tabs(&state.inspect, info, places(body)[0]);
    tabs.into_iter().find(|(_, area)| area.contains(at)).map(|(view, _)| view)
}

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let inspect = &state.inspect;
    let Some(training) = &state.training else {
        let none = "There is no model yet: choose a preset and press Enter to train one.";
        let text = state.preparing.as_deref().map_or_else(|| none.to_owned(), clean);
        return say(state, "Inspect", &text, body, frame);
    };
    let info = &training.info;
    let [line, body] = places(body);
    draw_views(state, info, line, frame);
    if views(info).is_empty() {
        let text = "This training has nothing to show beside its curves.";
        return say(state, "Inspect", text, body, frame);
    }
    if let Some((figure, at)) = inspect.shown(info) {
        return super::figure::draw(state, figure, at, body, frame);
    }
    match (inspect.view, &inspect.sample, &inspect.confusion) {
        (InspectView::Confusion, _, Some(confusion)) => {
            let block =
                panel(theme, format!("Confusion matrix at step {}", format::thousands(confusion.step)));
            let block = match inspect.cell.and_then(|cell| told_of(confusion, cell)) {
                Some(told) => block.title_bottom(Line::styled(told, theme.strong(Role::Accent))),
                None => block,
            };
            let inner = block.inner(body);
            frame.render_widget(block, body);
            let inner = inner.inner(ratatui::layout::Margin { horizontal: 1, vertical: 0 });
            matrix::draw(theme, confusion, inspect.page, inspect.cell, inner, frame.buffer_mut());
        }
        (InspectView::Confusion, _, None) => {
            say(state, "Confusion matrix", "Counting over the test set …", body, frame)
        }
        (InspectView::Sample, _, _) if inspect.nothing == Some(inspect.filter) => {
            let text = match inspect.filter {
                Filter::Wrong => "The model gets every test sample right. Press w for all of them.",
                Filter::All => "The test set is empty.",
                Filter::Chosen(_) => "No test sample is like that. Press / to choose others.",
            };
            say(state, "Sample", text, body, frame);
        }
        (InspectView::Sample, Some(sample), _) if sample.filter == inspect.filter => {
            draw_sample(state, sample, body, frame)
        }
        (InspectView::Sample | InspectView::Figure(_), ..) => {
            say(state, "Sample", "Asking the model …", body, frame)
        }
    }
}

/// What a cell of the matrix says, and what Enter does.
fn told_of(confusion: &Confusion, (truth, predicted): (usize, usize)) -> Option<String> {
    let count = confusion.counts.get(truth)?.get(predicted)?;
    let name = |class: usize| confusion.classes.get(class).map(|name| cut(&clean(name), 24));
    let samples = if *count == 1 { "sample" } else { "samples" };
    let (truth, predicted) = (name(truth)?, name(predicted)?);
    Some(format!(" {truth} taken for {predicted}: {count} {samples}, Enter shows them "))
}

/// The tabs of the views, with signs where there are more of them than fit.
fn draw_views(state: &State, info: &RunInfo, line: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let (all, shown) = (views(info), tabs(&state.inspect, info, line));
    for (view, area) in &shown {
        let style = if *view == state.inspect.view {
            theme.strong(Role::Accent).add_modifier(Modifier::UNDERLINED)
        } else {
            theme.style(Role::Muted)
        };
        let title = cut(&clean(title(*view, info)), usize::from(area.width.saturating_sub(2)));
        frame.render_widget(
            Span::styled(title, style),
            Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..*area },
        );
    }
    let (first, last) = (shown.first().map(|(view, _)| *view), shown.last().map(|(view, _)| *view));
    if first != all.first().copied() {
        frame.render_widget(Span::styled("‹", theme.strong(Role::Accent)), line);
    }
    if last != all.last().copied() {
        let end = Rect { x: line.right().saturating_sub(2), width: line.width.min(1), ..line };
        frame.render_widget(Span::styled("›", theme.strong(Role::Accent)), end);
    }
}

pub(super) fn say(state: &State, title: &str, text: &str, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let row = Rect { y: inner.y + inner.height / 2, height: inner.height.div_ceil(2), ..inner };
    let text =
        Paragraph::new(text).style(state.theme.style(Role::Muted)).centered().wrap(Wrap { trim: true });
    frame.render_widget(text, row);
}

fn draw_sample(state: &State, sample: &Sample, body: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let widest = |words: &mut dyn Iterator<Item = usize>| words.max().unwrap_or(0);
    let of_names = widest(&mut sample.names.iter().take(NAMES).map(|name| clean(name).width()));
    let of_numbers =
        widest(&mut sample.input.iter().take(NAMES).map(|x| format::number(f64::from(*x)).width()));
    let of_words = widest(&mut sample.words.iter().take(NAMES).map(|word| clean(word).width()));
    let of_numbers = of_numbers.max(of_words);
    let of_numbers = if sample.names.is_empty() { 26 } else { of_names + of_numbers + 2 };
    let of_numbers = (of_numbers as u16 + 4).max(30);
    let wanted = Image::new(&sample.shape, &sample.input).map_or(of_numbers, |image| {
        let room =
            Rect { width: body.width.saturating_sub(46), height: body.height.saturating_sub(2), ..body };
        image.cells(room).0 + 6
    });
    // What is predicted and what is true stand side by side.
    let beside = if sample.names.is_empty() { 34 } else { 46 };
    let left = wanted.clamp(24, body.width.saturating_sub(beside).max(24));
    let [left, right] = Layout::horizontal([Constraint::Length(left), Constraint::Min(0)]).areas(body);
    let number = format::thousands(sample.index as u64);
    let title = match &sample.caption {
        Some(caption) => format!("Test sample {number}: {}", clean(caption)),
        None => format!("Test sample {number}"),
    };
    let block = panel(theme, cut(&title, usize::from(left.width).saturating_sub(4)));
    let inner = block.inner(left);
    frame.render_widget(block, left);
    match Image::new(&sample.shape, &sample.input) {
        Some(image) => {
            let (columns, rows) = image.cells(inner);
            let x = inner.x + inner.width.saturating_sub(columns) / 2;
            let y = inner.y + inner.height.saturating_sub(rows) / 2;
            image.draw(theme, Rect { x, y, ..inner }.intersection(inner), frame.buffer_mut());
        }
        None => {
            frame.render_widget(Paragraph::new(numbers(sample, state.inspect.page, theme, inner)), inner);
        }
    }
    draw_prediction(state, sample, right, frame);
}

/// What a sample is that is no image: its text, or a page of its numbers by their names.
fn numbers(sample: &Sample, page: usize, theme: &Theme, area: Rect) -> Vec<Line<'static>> {
    let width = usize::from(area.width);
    if let Some(text) = &sample.text {
        return wrap_most(text, width, usize::from(area.height)).into_iter().map(Line::from).collect();
    }
    let (count, height) = (sample.input.len(), usize::from(area.height));
    let room = if count > height { height.saturating_sub(1).max(1) } else { height.max(1) };
    // The last page is full, too.
    let first = (page % count.div_ceil(room).max(1) * room).min(count.saturating_sub(room));
    let shown = sample.input.iter().enumerate().skip(first).take(room);
    let name = |place: usize| match sample.names.get(place) {
        Some(name) => clean(name),
        None => place.to_string(),
    };
    let shown_value = |(place, value): (usize, &f32)| match sample.words.get(place) {
        Some(word) if !word.is_empty() => cut(&clean(word), width.saturating_sub(LEAST_NAME + 2)),
        _ => format::number(f64::from(*value)),
    };
    let names: Vec<(String, String)> =
        shown.map(|(place, value)| (name(place), shown_value((place, value)))).collect();
    let of_values = names.iter().map(|(_, value)| value.width()).max().unwrap_or(0);
    let of_names = names.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let of_names = of_names.min(width.saturating_sub(of_values + 2)).max(LEAST_NAME);
    let line = |(name, value): (String, String)| {
        let name = cut(&name, of_names);
        let space = " ".repeat(of_names - name.width());
        Line::from(format!("{name}{space}  {value:>of_values$}"))
    };
    let mut lines: Vec<Line> = names.into_iter().map(line).collect();
    if count > room {
        let place = format!("{} to {} of {count}", first + 1, first + room);
        let notes = [": } and { turn pages", ", } { for more", ""].map(|keys| format!("{place}{keys}"));
        let note = notes.iter().find(|note| note.width() <= width).unwrap_or(&place);
        lines.push(Line::styled(cut(note, width), theme.style(Role::Muted)));
    }
    lines
}

fn draw_prediction(state: &State, sample: &Sample, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let classes: Vec<String> = state
        .training
        .as_ref()
        .map(|training| training.info.classes.iter().take(NAMES).map(|name| clean(name)).collect())
        .unwrap_or_default();
    let all = state.training.as_ref().map_or(&[][..], |training| &training.info.classes);
    let name = |class: Option<u32>| {
        class
            .map_or("-".to_owned(), |c| all.get(c as usize).map_or_else(|| c.to_string(), |name| clean(name)))
    };
    let block = panel(theme, format!("Prediction at step {}", format::thousands(sample.step)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let right = sample.truth.is_some() && sample.truth == sample.predicted;
    let (verdict, role) = match (sample.truth, right) {
        (None, _) => ("", Role::Muted),
        (_, true) => ("right", Role::Good),
        (_, false) => ("wrong", Role::Bad),
    };
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let muted = theme.style(Role::Muted);
    let of = format::thousands(sample.of as u64);
    let place = match sample.filter {
        // Its number stands in the other panel's title.
        Filter::All => format!("one of {of}"),
        Filter::Wrong => {
            let place = format::thousands((sample.position as u64).saturating_add(1));
            format!("{place} of {of} that it gets wrong")
        }
        Filter::Chosen(choice) => {
            let place = format::thousands((sample.position as u64).saturating_add(1));
            format!("{place} of {of} {}", choice::in_words(&choice, all))
        }
    };
    let mut head = vec![Line::from(vec![
        Span::styled("predicted  ", muted),
        Span::styled(name(sample.predicted), theme.strong(role)),
        Span::styled("  true  ", muted),
        Span::styled(name(sample.truth), bold),
        Span::styled(format!("  {verdict}"), theme.strong(role)),
    ])];
    // A choice of samples may take two rows.
    let place = wrap(&place, usize::from(inner.width)).into_iter().take(2);
    head.extend(place.map(|row| Line::styled(row, muted)));
    let [top, bars] = Layout::vertical([Constraint::Length(3), Constraint::Min(0)]).areas(inner);
    frame.render_widget(Paragraph::new(head), top);
    let are_probabilities = state
        .training
        .as_ref()
        .is_none_or(|training| training.info.preset.gives_probabilities(sample.output.len()));
    // One output is the second class's probability.
    let output = match sample.output[..] {
        [second] if classes.len() == 2 => vec![1.0 - second, second],
        _ => sample.output[..sample.output.len().min(NAMES)].to_vec(),
    };
    let many = sample.output.len().max(output.len()) * 2 > usize::from(bars.height) + 1;
    let widest = classes.iter().map(|c| c.chars().count()).max().unwrap_or(2).clamp(2, 14);
    for (class, &value) in output.iter().enumerate() {
        let y = bars.y as usize + if many { class } else { 2 * class };
        if y >= usize::from(bars.bottom()) {
            break;
        }
        let row = Rect { y: y as u16, height: 1, ..bars };
        let place = [Constraint::Length(widest as u16 + 1), Constraint::Min(0), Constraint::Length(8)];
        let [label, middle, end] = Layout::horizontal(place).areas(row);
        let class_index = Some(class as u32);
        let role = if class_index == sample.truth {
            Role::Good
        } else if class_index == sample.predicted {
            Role::Bad
        } else {
            Role::Training
        };
        let style = if class_index == sample.truth || class_index == sample.predicted { bold } else { muted };
        let label_text: String = name(class_index).chars().take(widest).collect();
        frame.render_widget(Span::styled(format!("{label_text:>widest$}"), style), label);
        bar::draw(theme, role, f64::from(value), middle, frame.buffer_mut());
        // What is no probability is no percentage.
        let shown = match are_probabilities {
            true => format!("{:7.2}%", 100.0 * value),
            false => format!("{value:8.4}"),
        };
        frame.render_widget(Span::styled(shown, style), end);
    }
}
