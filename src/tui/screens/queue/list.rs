//! The items in their order.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::search::queue::{Item, Row, Standing};
use crate::tui::format;
use crate::tui::layout::{inside, scroll_to};
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, cut_middle, end_of, wrap};
use crate::tui::widgets::{more_below, panel};

use super::summary;

/// From this width on runs have their whole names.
const WIDE: usize = 120;
/// The titles of the columns.
const TITLES: [&str; 5] = ["ITEM", "WHAT", "STATE", "TIME", "RUN"];
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The titles of a table and its rows, within its frame.
pub(super) fn parts(area: Rect) -> [Rect; 2] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inside(area))
}

/// Where the rows of a table are, of items or of jobs.
pub(super) fn rows(area: Rect) -> Rect {
    parts(area)[1]
}

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let (theme, queue) = (&state.theme, &state.queue);
    let [head, rows] = parts(area);
    let (selected, count) = (queue.selected(), queue.view.rows.len());
    let first = scroll_to(selected, count, usize::from(rows.height));
    let below = count.saturating_sub(first + usize::from(rows.height));
    let title = match count {
        0 => "Queue".into(),
        count => format!("Queue {}{}", format::thousands(count as u64), summary::ended(&queue.view)),
    };
    let block = panel(theme, title).border_style(theme.style(Role::Accent));
    frame.render_widget(if below > 0 { block.title_bottom(more_below(below)) } else { block }, area);
    if count == 0 {
        let text = match queue.is_read {
            false => "reading the queue",
            true => {
                "nothing is in the queue: Q on a preset, also as it is edited in its form, puts it there, or `trainyard queue add train PRESET`. \
                 A process in the background then trains one after the other, also without this terminal."
            }
        };
        let lines = wrap(text, usize::from(head.width));
        let places = std::iter::once(head).chain(rows.rows());
        for (line, row) in lines.into_iter().zip(places) {
            frame.render_widget(Line::styled(line, theme.style(Role::Muted)), row);
        }
        return;
    }
    let shown: Vec<&Row> =
        queue.view.rows.iter().skip(first).take(usize::from(rows.height)).map(|row| &**row).collect();
    let table = Table::of(&shown, state.runs.watched.now, usize::from(rows.width));
    let underlined = theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED);
    frame.render_widget(Line::styled(table.line(&TITLES.map(String::from)), underlined), head);
    for ((at, item), row) in shown.iter().enumerate().zip(rows.rows()) {
        let style = match item.standing {
            _ if first + at == selected && queue.job_place().is_none() => {
                theme.selected().add_modifier(Modifier::BOLD)
            }
            Standing::Training(_) => theme.style(Role::Good),
            Standing::Failed | Standing::Broken => theme.style(Role::Bad),
            Standing::Interrupted | Standing::Stopped => theme.style(Role::Warning),
            Standing::Done => theme.style(Role::Muted),
            Standing::Waiting => Style::new(),
        };
        let text = table.line(&table.rows[at]);
        let space = " ".repeat(usize::from(row.width).saturating_sub(text.width()));
        frame.render_widget(Line::styled(text + &space, style), row);
    }
}

/// The cells of the rows on the screen.
struct Table {
    rows: Vec<[String; 5]>,
    widths: [usize; 5],
}

impl Table {
    /// The columns in this width; at the time `now`.
    fn of(shown: &[&Row], now: f64, width: usize) -> Self {
        let is_wide = width >= WIDE;
        let most = if is_wide { [8, width, 40, 14, 40] } else { [6, width, 22, 12, 10] };
        // A reason gives way to what it is about; how far a training is does not.
        let reason = if is_wide { 40 } else { 16 };
        let mut rows: Vec<[String; 5]> = shown.iter().map(|row| cells(row, now)).collect();
        for (cells, row) in rows.iter_mut().zip(shown) {
            cells[4] = end_of(&cells[4], most[4]);
            if row.why().is_some() {
                cells[2] = cut(&cells[2], reason);
            }
        }
        let mut widths = TITLES.map(str::width);
        for row in &rows {
            for ((width, cell), most) in widths.iter_mut().zip(row).zip(most) {
                *width = (*width).max(cell.width().min(most));
            }
        }
        // What is done gets what is left; where that is little, the run's name makes room.
        let room =
            |widths: &[usize; 5]| width.saturating_sub(widths[0] + widths[2] + widths[3] + widths[4] + 8);
        let least = widths[1].min(16);
        widths[4] -= least.saturating_sub(room(&widths)).min(widths[4]);
        widths[1] = widths[1].min(room(&widths));
        Table { rows, widths }
    }

    fn line(&self, cells: &[String; 5]) -> String {
        let mut text = String::new();
        for (place, (cell, width)) in cells.iter().zip(self.widths).enumerate() {
            let cell = if place == 1 { cut_middle(cell, width) } else { cut(cell, width) };
            let space = " ".repeat(width - cell.width());
            let (before, after) = if place == 0 { (&*space, "") } else { ("", &*space) };
            text.extend([if place == 0 { "" } else { "  " }, before, &cell, after]);
        }
        text
    }
}

fn cells(row: &Row, now: f64) -> [String; 5] {
    let dash = || "-".to_owned();
    let state = state_of(row);
    let Ok(item) = &row.item else {
        return [row.number.to_string(), dash(), state, dash(), dash()];
    };
    let run = item.run.as_ref().or(item.search.as_ref());
    [
        row.number.to_string(),
        clean(&item.line()),
        state,
        time(item, row.standing, now).unwrap_or_else(dash),
        run.map_or_else(dash, |run| clean(run)),
    ]
}

/// How an item stands, with how far it is or why it failed.
fn state_of(row: &Row) -> String {
    match (row.standing, row.why()) {
        (Standing::Training(Some(progress)), _) => format!("trains {}/{}", progress.epochs, progress.of),
        (standing, Some(why)) => {
            format!("{}: {}", standing.word(), clean(why.lines().next().unwrap_or_default()))
        }
        (standing, None) => standing.word().into(),
    }
}

/// Since when it waits, or for how long it has been trained.
fn time(item: &Item, standing: Standing, now: f64) -> Option<String> {
    let begun = item.begun_at.map(|at| at as f64);
    match standing {
        Standing::Waiting | Standing::Interrupted => {
            Some(format!("since {}", moment(begun.unwrap_or(item.added as f64), now)))
        }
        Standing::Training(_) => Some(format!("for {}", format::duration(now - begun?))),
        Standing::Done | Standing::Failed | Standing::Stopped => {
            Some(format!("took {}", format::duration(item.ended_at? as f64 - begun?)))
        }
        Standing::Broken => None,
    }
}

/// A moment, UTC: the time of day, or the day where that is not today.
pub(super) fn moment(at: f64, now: f64) -> String {
    let is_today = (at / DAY).floor() == (now / DAY).floor();
    if is_today { format::time_of_day(at, 60.0) } else { format::time_of_day((at / DAY).floor() * DAY, DAY) }
}
