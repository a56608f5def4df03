//! The table of runs.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::run::watch::RunId;
use crate::tui::format;
use crate::tui::theme::Role;
use crate::tui::watch::layout;
use crate::tui::watch::state::{Overlay, State};
use crate::tui::widgets::{panel, text::end_of};

/// Where the columns are, from the left edge of a row: the name's width, then step, value and age, then what is left
/// for the hyperparameters.
struct Columns {
    name: u16,
    hparams: u16,
}

const MARK: u16 = 2;
const STEP: u16 = 9;
const VALUE: u16 = 12;
const AGE: u16 = 5;

impl Columns {
    fn new(state: &State, first: usize, rows: Rect) -> Self {
        let free = rows.width.saturating_sub(MARK + STEP + VALUE + AGE + 1);
        let seen = || {
            state
                .order
                .iter()
                .skip(first)
                .take(usize::from(rows.height))
                .map(|run| &state.view.rows[*run as usize])
        };
        let widest = seen().map(|row| row.name.width()).max().unwrap_or(0) as u16;
        let hparams = seen().map(|row| row.hparams.width()).max().unwrap_or(0) as u16;
        let hparams = if hparams == 0 || free < 30 {
            0
        } else {
            hparams.min(free.saturating_sub(widest.min(free / 2)).saturating_sub(2))
        };
        Columns { name: free - if hparams > 0 { hparams + 2 } else { 0 }, hparams }
    }
}

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let (shown, all) = (state.order.len() as u64, state.view.rows.len() as u64);
    let count = if shown == all {
        format::thousands(all)
    } else {
        format!("{} of {}", format::thousands(shown), format::thousands(all))
    };
    let block = panel(theme, format!("Runs {count}"));
    let block = block.title_top(
        Line::styled(format!(" {} ", state.sort.title()), theme.style(Role::Muted)).right_aligned(),
    );
    frame.render_widget(block, area);
    let filter = layout::filter(state, area);
    if filter.height > 0 {
        draw_filter(state, filter, frame);
    }
    let rows = layout::rows(state, area);
    if rows.height == 0 {
        return;
    }
    let first = layout::first_row(state, rows.height);
    let columns = Columns::new(state, first, rows);
    let buffer = frame.buffer_mut();
    let value = state.tag_name(state.value_tag).unwrap_or("value");
    let head = Rect { y: rows.y - 1, height: 1, ..rows };
    let muted = theme.style(Role::Muted);
    let names = ["run", "step", &end_of(value, usize::from(VALUE) - 1), "age", "hyperparameters"];
    cells(&columns, names, [muted; 5], head, buffer);
    for (row, run) in rows.rows().zip(state.order.iter().skip(first)) {
        draw_row(state, *run, &columns, row, buffer);
    }
    if all == 0 {
        let text = if state.view.progress.is_walking {
            "looking for event files"
        } else {
            "no event files here yet"
        };
        buffer.set_stringn(rows.x + MARK, rows.y, text, usize::from(rows.width - MARK), muted);
    }
}

fn draw_filter(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let mut line = vec![Span::styled("/ ", theme.strong(Role::Accent)), Span::raw(state.filter.clone())];
    if matches!(state.overlays.last(), Some(Overlay::Filter(_))) {
        line.push(Span::styled(" ", Style::new().add_modifier(Modifier::REVERSED)));
    }
    frame.render_widget(Line::from(line), area);
}

fn draw_row(state: &State, run: RunId, columns: &Columns, area: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let row = &state.view.rows[run as usize];
    let is_under_cursor = state.cursor == Some(run);
    let plain = Style::new();
    let muted = theme.style(Role::Muted);
    let or_dash =
        |text: Option<String>| text.unwrap_or_else(|| if row.is_read { "-".into() } else { "…".into() });
    let step = or_dash(row.step.map(|step| step.to_string()));
    let value = or_dash(row.value.map(format::number));
    let age = or_dash(row.time.map(|time| format::age(state.now - time)));
    let hparams = if row.damaged > 0 {
        format!("{} damaged  {}", row.damaged, row.hparams)
    } else {
        row.hparams.to_string()
    };
    // A value that is not finite should catch the eye.
    let of_value =
        if row.value.is_some_and(|value| !value.is_finite()) { theme.strong(Role::Bad) } else { plain };
    let name = if state.mark(run).is_some() { plain.add_modifier(Modifier::BOLD) } else { plain };
    let of_hparams = if row.damaged > 0 { theme.style(Role::Warning) } else { muted };
    cells(
        columns,
        [&row.name, &step, &value, &age, &hparams],
        [name, plain, of_value, muted, of_hparams],
        area,
        buffer,
    );
    if is_under_cursor {
        buffer.set_style(area, theme.selected());
    }
    if let Some(role) = state.role(run) {
        let sign = if state.mark(run).is_some() { "●" } else { "○" };
        let style = theme.strong(role);
        buffer.set_string(
            area.x,
            area.y,
            sign,
            if is_under_cursor {
                style.patch(theme.selected().fg.map_or(Style::new(), |_| style))
            } else {
                style
            },
        );
    }
}

/// One line of the table: the name and the hyperparameters are aligned left, numbers right.
fn cells(columns: &Columns, texts: [&str; 5], styles: [Style; 5], area: Rect, buffer: &mut Buffer) {
    let [name, step, value, age, hparams] = texts;
    let x = area.x + MARK;
    buffer.set_stringn(
        x,
        area.y,
        end_of(name, usize::from(columns.name)),
        usize::from(columns.name),
        styles[0],
    );
    let mut x = x + columns.name;
    for ((text, width), style) in [(step, STEP), (value, VALUE), (age, AGE)].into_iter().zip(&styles[1..]) {
        let text = end_of(text, usize::from(width) - 1);
        let start = (x + width).saturating_sub(text.width() as u16);
        buffer.set_string(start, area.y, text, *style);
        x += width;
    }
    if columns.hparams > 0 {
        buffer.set_stringn(x + 2, area.y, hparams, usize::from(columns.hparams), styles[4]);
    }
}
