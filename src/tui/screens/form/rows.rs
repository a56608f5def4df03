//! The rows of the form.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::preset::field::FieldKind;
use crate::preset::form::{Row, RowKind};
use crate::preset::summary::{in_bytes, thousands};
use crate::tui::layout;
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::cut;

/// The columns of a row: what it is called, its value, and what is to be said of it.
struct Columns {
    label: usize,
    value: usize,
}

/// What the columns of a layer's numbers take, and the least for its shape beside them.
const PARAMETERS: usize = 12;
const BYTES: usize = 11;
const LEAST_SHAPE: usize = 9;

impl Columns {
    /// As wide as the longest label, where the numbers of layers keep their room.
    fn of(state: &State, shown: &[&Row], width: usize) -> Self {
        let widest = shown.iter().map(|row| label(state, row).width() + 1).max().unwrap_or(0);
        let most = width.saturating_sub(LEAST_SHAPE + PARAMETERS + BYTES).max(22);
        let label = widest.max((width / 3).clamp(22, 34)).min(most);
        Columns { label, value: (width / 4).clamp(14, 40) }
    }
}

/// What a row is called, indented, with the sign of a group.
fn label(state: &State, row: &Row) -> String {
    format!("{}{} {}", " ".repeat(1 + 2 * row.depth), mark(state, row), clean(&row.label))
}

/// The row that is to blame for what does not fit: the innermost that is seen around it.
fn to_blame(state: &State, shown: &[&Row]) -> Option<usize> {
    let path = state.presets.current()?.misfit()?.path.as_ref()?;
    let holds = |(_, row): &(usize, &&Row)| path.0.starts_with(&row.path.0);
    let innermost = shown.iter().enumerate().filter(holds).max_by_key(|(_, row)| row.path.0.len());
    innermost.map(|(place, _)| place)
}

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let shown = state.form.shown();
    if shown.is_empty() {
        let text =
            if state.presets.current().is_none() { "there is no preset here" } else { "no field matches" };
        frame.render_widget(Line::styled(format!("  {text}"), state.theme.style(Role::Muted)), area);
        return;
    }
    let blamed = to_blame(state, &shown);
    let columns = Columns::of(state, &shown, usize::from(area.width));
    let first = layout::scroll_to(state.form.selected, shown.len(), usize::from(area.height));
    for (line, place) in area.rows().zip(first..shown.len()) {
        let row = shown[place];
        let spans = spans(state, row, &columns, usize::from(line.width), blamed == Some(place));
        if place == state.form.selected {
            let text: String = spans.iter().map(|span| span.content.as_ref()).collect();
            let pad = " ".repeat(usize::from(line.width).saturating_sub(text.width()));
            frame.render_widget(Line::styled(text + &pad, state.theme.selected()), line);
        } else {
            frame.render_widget(Line::from(spans), line);
        }
    }
}

/// A row in its columns.
fn spans(state: &State, row: &Row, columns: &Columns, width: usize, is_blamed: bool) -> Vec<Span<'static>> {
    let theme = &state.theme;
    let is_layer = matches!(row.kind, RowKind::Item(_));
    let was = state.form.sheet.was(row);
    let label = format!("{:<1$}", cut(&label(state, row), columns.label - 1), columns.label);
    let label_style = match (row.kind, row.depth) {
        (_, 0) if row.is_group() => theme.strong(Role::Accent),
        (RowKind::Item(_), _) => Style::new(),
        _ => theme.style(Role::Muted),
    };
    let mut spans = vec![Span::styled(label, label_style)];
    let left = width.saturating_sub(columns.label);
    let reason = reason(state, row, is_blamed).map(|reason| format!("✗ {reason}"));
    if let Some(reason) = reason.as_ref().filter(|_| row.is_group()) {
        spans.push(Span::styled(cut(reason, left), theme.style(Role::Bad)));
        return spans;
    }
    if is_layer || matches!(row.kind, RowKind::List(_)) {
        spans.extend(layer_columns(state, row, left));
        return spans;
    }
    let value = shown_value(row);
    let value_style = match (was.is_some(), row.is_written) {
        (true, _) => theme.strong(Role::Warning),
        (false, true) => Style::new(),
        (false, false) => theme.style(Role::Muted),
    };
    // A text needs all the room; nothing is said of it but what it is.
    let room = if value.width() > columns.value { left } else { columns.value };
    spans.push(Span::styled(format!("{:<1$}", cut(&value, room), columns.value), value_style));
    if let Some(reason) = reason {
        let reason = cut(&reason, left.saturating_sub(value.width().max(columns.value)));
        spans.push(Span::styled(reason, theme.style(Role::Bad)));
    } else if let Some(before) = was.filter(|_| value.width() <= columns.value) {
        let before = if before.is_off { "off".into() } else { clean(&before.value) };
        let note = cut(&format!(" was {before}"), left.saturating_sub(columns.value));
        spans.push(Span::styled(note, theme.style(Role::Muted)));
    }
    spans
}

/// Whether a group is open.
fn mark(state: &State, row: &Row) -> &'static str {
    match (
        row.is_group() && state.form.sheet.holds_rows(row),
        state.form.is_open(row) || !state.form.filter.is_empty(),
    ) {
        (false, _) => " ",
        (true, true) => "▾",
        (true, false) => "▸",
    }
}

/// A value as the form shows it.
fn shown_value(row: &Row) -> String {
    if row.is_off {
        return "off".into();
    }
    let value = clean(&row.value);
    match row.kind {
        RowKind::Value(FieldKind::Choice(_) | FieldKind::Switch) | RowKind::Variant(_) => {
            format!("‹ {value} ›")
        }
        RowKind::Value(FieldKind::Text | FieldKind::Sign | FieldKind::Paths | FieldKind::Names) => {
            // The first line says which text it is.
            let plain = crate::preset::edit::plain(&row.value).unwrap_or(row.value.clone());
            clean(plain.split("\\n").next().unwrap_or_default())
        }
        RowKind::Value(_) | RowKind::ByName(_) => value,
        RowKind::Group(_) | RowKind::List(_) | RowKind::Item(_) => String::new(),
    }
}

/// Why a row's part does not fit.
fn reason(state: &State, row: &Row, is_blamed: bool) -> Option<String> {
    let misfit = state.presets.current()?.misfit();
    match (is_blamed, misfit, state.form.sheet.size_of(row)) {
        (true, Some(misfit), _) => Some(clean(misfit.reason.lines().next().unwrap_or_default())),
        (false, _, Some(Err(error))) => Some(clean(&error.problem)),
        _ => None,
    }
}

/// The settings of a layer, its output's shape, its parameters and the memory that it takes.
fn layer_columns(state: &State, row: &Row, width: usize) -> Vec<Span<'static>> {
    // Where it is narrow, what a layer is in brief goes first, then room of its shape.
    let shape_room = width.saturating_sub(PARAMETERS + BYTES).clamp(LEAST_SHAPE, 14);
    let theme = &state.theme;
    let (shape, parameters, bytes) = match (row.kind, state.form.sheet.size_of(row)) {
        (RowKind::List(_), None) if row.is_item() || row.is_list_of_lists() => Default::default(),
        (RowKind::List(_), None) => ("output".to_owned(), "parameters".to_owned(), "memory".to_owned()),
        (_, Some(Ok(size))) => {
            let sizes: Vec<String> = size.output.iter().map(ToString::to_string).collect();
            (sizes.join("×"), thousands(size.parameters), in_bytes(size.bytes))
        }
        (_, Some(Err(_)) | None) => Default::default(),
    };
    let room = width.saturating_sub(shape_room + PARAMETERS + BYTES);
    let brief = format!("{:<room$}", cut(&clean(&state.form.sheet.brief(row)), room.saturating_sub(1)));
    let shape = cut(&shape, shape_room - 1);
    let numbers = format!("{shape:>shape_room$}{parameters:>PARAMETERS$}{bytes:>BYTES$}");
    let style = if row.is_written { theme.style(Role::Muted) } else { theme.style(Role::Faint) };
    vec![Span::styled(brief, style), Span::raw(numbers)]
}
