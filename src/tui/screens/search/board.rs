//! The trials of a search, the best first.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::search::{Board, Row, Standing, State as TrialState};
use crate::tui::format;
use crate::tui::layout::{inside, scroll_to};
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, end_of, wrap};
use crate::tui::widgets::{more_below, panel};

/// The lines that tell of the chosen trial.
const DETAILS: u16 = 3;
/// The widest cell of a setting.
const WIDEST: usize = 22;

/// The titles, the rows, the details.
fn parts(area: Rect) -> [Rect; 3] {
    let details = if area.height >= 14 { DETAILS + 1 } else { 1 };
    Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(details)])
        .areas(inside(area))
}

/// Where the rows of trials are.
pub(super) fn rows(area: Rect) -> Rect {
    parts(area)[1]
}

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let (theme, searches) = (&state.theme, &state.searches);
    let [head, rows, details] = parts(area);
    let Some(board) = searches.board() else {
        frame.render_widget(panel(theme, "Trials"), area);
        let text = match searches.listed() {
            None => String::new(),
            Some(one) if one.standing == Standing::Broken => {
                format!("cannot be read: {}", one.problem.clone().unwrap_or_default())
            }
            Some(_) => "reading its trials".into(),
        };
        let lines = wrap(&text, usize::from(head.width));
        let places = std::iter::once(head).chain(rows.rows());
        for (line, row) in lines.into_iter().zip(places) {
            frame.render_widget(Line::styled(line, theme.style(Role::Muted)), row);
        }
        return;
    };
    let (selected, count) = (searches.selected(), board.rows.len());
    let first = scroll_to(selected, count, usize::from(rows.height));
    let below = count.saturating_sub(first + usize::from(rows.height));
    let block = panel(theme, cut(&title(board), usize::from(area.width.saturating_sub(4))));
    frame.render_widget(if below > 0 { block.title_bottom(more_below(below)) } else { block }, area);
    if count == 0 {
        frame.render_widget(Line::styled("no trials yet", theme.style(Role::Muted)), head);
        return;
    }
    let shown: Vec<&Row> =
        board.rows.iter().skip(first).take(usize::from(rows.height)).map(|row| &**row).collect();
    let table = Table::of(board, &shown, first, usize::from(rows.width));
    let underlined = theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED);
    frame.render_widget(Line::styled(table.line(&table.titles), underlined), head);
    for ((at, trial), row) in shown.iter().enumerate().zip(rows.rows()) {
        let style = match trial.state {
            _ if first + at == selected => theme.selected().add_modifier(Modifier::BOLD),
            _ if trial.is_running => theme.style(Role::Good),
            TrialState::Failed | TrialState::Refused => theme.style(Role::Bad),
            TrialState::Halted | TrialState::Open => theme.style(Role::Muted),
            TrialState::Complete => Style::new(),
        };
        let text = table.line(&table.rows[at]);
        let space = " ".repeat(usize::from(row.width).saturating_sub(text.width()));
        frame.render_widget(Line::styled(text + &space, style), row);
    }
    if let Some(row) = searches.row() {
        draw_details(state, board, row, details, frame);
    }
}

/// What is said above the trials: how many stand how, and the method.
fn title(board: &Board) -> String {
    let counts = board.counts;
    let named = [
        (counts.running, "running"),
        (counts.open, "open"),
        (counts.complete, "complete"),
        (counts.halted, "stopped early"),
        (counts.failed, "failed"),
        (counts.refused, "refused"),
    ];
    let words: Vec<String> = named
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", format::thousands(count as u64)))
        .collect();
    let front = if board.objectives.len() > 1 && board.front > 0 {
        format!("   * {} that no other beats in both", board.front)
    } else {
        String::new()
    };
    // Who has come further stands first, however good the others are.
    let order = if board.rungs > 1 { ", furthest rung first" } else { "" };
    let words = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
    format!("Trials{order}{words}   {}{front}", board.method)
}

/// The cells of the rows on the screen.
struct Table {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
    /// The columns that hold words, which stand on the left.
    words: Vec<bool>,
}

impl Table {
    /// The columns that fit into this width.
    fn of(board: &Board, shown: &[&Row], first: usize, width: usize) -> Self {
        let mut titles = vec!["TRIAL".to_owned(), "STATE".into()];
        titles.extend(board.objectives.iter().map(|objective| objective.name.to_uppercase()));
        titles.extend(["EPOCHS".to_owned(), "TIME".into()]);
        let mut words = vec![false; titles.len()];
        words[1] = true;
        titles
            .extend(board.parameters.iter().map(|parameter| end_of(&clean(parameter.short_name()), WIDEST)));
        words.extend(board.parameters.iter().map(|parameter| !parameter.domain.is_numeric()));
        let has_two = board.objectives.len() > 1;
        let rows: Vec<Vec<String>> = shown
            .iter()
            .enumerate()
            .map(|(at, row)| cells(board, row, has_two && first + at < board.front))
            .collect();
        let mut widths: Vec<usize> = titles.iter().map(|title| title.width()).collect();
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let needed = |widths: &[usize]| widths.iter().map(|width| width + 2).sum::<usize>().saturating_sub(2);
        while needed(&widths) > width && widths.len() > 3 {
            widths.pop();
        }
        Table { titles, rows, widths, words }
    }

    fn line(&self, cells: &[String]) -> String {
        let mut text = String::new();
        for (place, (cell, width)) in cells.iter().zip(&self.widths).enumerate() {
            let cell = cut(cell, *width);
            let space = " ".repeat(width - cell.width());
            let (before, after) = if self.words[place] { ("", &*space) } else { (&*space, "") };
            text.extend([if place == 0 { "" } else { "  " }, before, &cell, after]);
        }
        text
    }
}

fn cells(board: &Board, row: &Row, is_of_front: bool) -> Vec<String> {
    let value = |place: usize| {
        let Some(value) = row.values.get(place) else { return "-".into() };
        let spread = row.spreads.get(place).copied().flatten();
        let spread = spread.map(|spread| format!(" ± {}", format::score(spread))).unwrap_or_default();
        format!("{}{spread}", shown(*value))
    };
    let star = if is_of_front { "*" } else { "" };
    let mut cells = vec![format!("{star}{}", row.number), row.word().to_owned()];
    cells.extend((0..board.objectives.len()).map(value));
    let has_begun = row.epochs > 0;
    cells.push(if has_begun { row.epochs.to_string() } else { "-".into() });
    cells.push(if has_begun { time(row.seconds) } else { "-".into() });
    cells.extend(
        row.settings
            .iter()
            .map(|value| value.as_ref().map_or_else(|| "-".into(), |value| cut(&clean(value), WIDEST))),
    );
    cells
}

/// A result; counts without decimals.
pub(super) fn shown(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e9 { format!("{value:.0}") } else { format::score(value) }
}

/// Seconds as in other lists, with a decimal where they are few.
fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 0.1 => format!("{:.0}ms", 1000.0 * seconds),
        seconds if seconds < 10.0 => format!("{seconds:.1}s"),
        seconds => format::duration(seconds),
    }
}

/// What is known of the chosen trial: how it stands and why, all its settings, its runs.
fn draw_details(state: &State, board: &Board, row: &Row, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let width = usize::from(area.width);
    let (style, said) = match (&row.why, row.state) {
        (Some(why), TrialState::Refused) => (theme.style(Role::Bad), format!("not trained: {}", clean(why))),
        (Some(why), TrialState::Halted) => (theme.style(Role::Warning), clean(why)),
        (Some(why), _) => (theme.style(Role::Bad), format!("failed: {}", clean(why))),
        (None, TrialState::Open) if row.is_running => {
            (theme.style(Role::Good), "it trains now: Enter shows it".into())
        }
        (None, TrialState::Open) if row.rungs > 0 => (
            theme.style(Role::Muted),
            format!(
                "waits at rung {} of {}: it goes on if it is among the best there",
                row.rungs, board.rungs
            ),
        ),
        (None, TrialState::Open) if board.standing == Standing::Running => {
            (theme.style(Role::Muted), "it is about to begin".into())
        }
        (None, TrialState::Open) if row.runs.is_empty() => {
            (theme.style(Role::Muted), "has not begun: b goes on with the search".into())
        }
        (None, TrialState::Open) => (theme.style(Role::Warning), "interrupted: b goes on with it".into()),
        (None, _) => (Style::new(), "trained to its end".into()),
    };
    let settings: Vec<String> = board
        .parameters
        .iter()
        .zip(&row.settings)
        .filter_map(|(parameter, value)| {
            Some(format!("{} {}", clean(parameter.short_name()), clean(value.as_ref()?)))
        })
        .collect();
    let head = format!("trial {} {said}", row.number);
    if area.height < 2 {
        let all = if row.why.is_some() { head } else { format!("{head}   {}", settings.join("  ")) };
        frame.render_widget(Line::styled(cut(&all, width), style), area);
        return;
    }
    let mut lines: Vec<Line> =
        wrap(&head, width).into_iter().take(2).map(|line| Line::styled(line, style)).collect();
    lines.extend(wrap(&settings.join("   "), width).into_iter().map(Line::from));
    if let Some(run) = row.runs.first() {
        let more =
            if row.runs.len() > 1 { format!(" and {} more", row.runs.len() - 1) } else { String::new() };
        lines.push(Line::styled(cut(&format!("run {}{more}", clean(run)), width), theme.style(Role::Muted)));
    }
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    for (line, row) in lines.into_iter().zip(area.rows()) {
        frame.render_widget(line, row);
    }
}
