//! Figures of a search: results by trial, a setting against the result, how much settings matter.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::search::{Board, Measured, Row};
use crate::tui::layout::inside;
use crate::tui::state::searches::SearchFigure;
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::axis::Axis;
use crate::tui::widgets::plot::no_room;
use crate::tui::widgets::text::{cut, end_of};
use crate::tui::widgets::trials::{Group, Horizontal, Results, Shown, has_zero, tight};
use crate::tui::widgets::{bar, panel};

use super::parallel;

/// One trial of so many counts as one of the best that are told apart by colour.
pub(super) const BEST: usize = 10;

pub(super) fn nothing(state: &State, area: Rect, frame: &mut Frame) {
    frame.render_widget(panel(&state.theme, title(SearchFigure::Best)), area);
}

fn title(figure: SearchFigure) -> &'static str {
    match figure {
        SearchFigure::Both => "Both objectives",
        SearchFigure::Best => "Best so far",
        SearchFigure::Parallel => "All settings",
        SearchFigure::Scatter => "Setting and result",
        SearchFigure::Importance => "Importance",
    }
}

pub(super) fn draw(state: &State, board: &Board, figure: SearchFigure, area: Rect, frame: &mut Frame) {
    let inner = inside(area);
    let objective = state.searches.objective();
    let name = board.objectives.get(objective).map(|one| one.name.as_str()).unwrap_or_default();
    let setting = board.parameters.get(state.searches.setting());
    let title = match figure {
        SearchFigure::Both => {
            let names: Vec<&str> = board.objectives.iter().map(|one| one.name.as_str()).collect();
            let front = match board.front {
                0 => String::new(),
                count => format!(": the line joins the {count} unbeaten"),
            };
            names.join(" and ") + &front
        }
        SearchFigure::Best => format!("{name} by trial"),
        SearchFigure::Parallel => parallel::title(board),
        SearchFigure::Scatter => {
            let path = setting.map(|parameter| clean(&parameter.path)).unwrap_or_default();
            format!("{path} and {name}")
        }
        SearchFigure::Importance => format!("What {name} depends on"),
    };
    let title = cut(&title, usize::from(area.width.saturating_sub(4)));
    frame.render_widget(panel(&state.theme, title), area);
    match figure {
        SearchFigure::Both => both(state, board, inner, frame),
        SearchFigure::Best => best(state, board, objective, inner, frame),
        SearchFigure::Parallel => parallel::draw(state, board, objective, inner, frame),
        SearchFigure::Scatter => scatter(state, board, objective, inner, frame),
        SearchFigure::Importance => importance(state, board, objective, inner, frame),
    }
}

/// Which trials are told apart.
pub(super) struct Groups<'a> {
    board: &'a Board,
    /// So many of the first rows are the best ones.
    best: usize,
    chosen: Option<u32>,
}

impl<'a> Groups<'a> {
    pub fn of(state: &State, board: &'a Board) -> Self {
        let with_value = || board.rows.iter().take_while(|row| !row.values.is_empty()).count();
        let best = if board.objectives.len() > 1 { board.front } else { with_value().div_ceil(BEST) };
        Groups { board, best, chosen: state.searches.row().map(|row| row.number) }
    }

    /// How a trial is drawn.
    pub fn group(&self, row: &Row) -> Group {
        let place = self.board.by_number.get(row.number as usize - 1);
        match self.chosen {
            Some(chosen) if chosen == row.number => Group::Chosen,
            _ if place.is_some_and(|place| *place < self.best) => Group::Best,
            _ => Group::Other,
        }
    }
}

/// Results by trial, and the best of those that have come furthest.
fn best(state: &State, board: &Board, objective: usize, area: Rect, frame: &mut Frame) {
    let Some(measured) = board.objectives.get(objective) else { return };
    let groups = Groups::of(state, board);
    let mut line = Vec::new();
    let mut points = Vec::new();
    let mut best: Option<(usize, f64)> = None;
    for row in board.in_order() {
        let Some(value) = row.values.get(objective).copied().filter(|value| value.is_finite()) else {
            continue;
        };
        let is_better = |(rungs, before): (usize, f64)| {
            row.rungs > rungs || (row.rungs == rungs && measured.cost(value) < measured.cost(before))
        };
        if best.is_none_or(is_better) {
            best = Some((row.rungs, value));
        }
        line.extend(best.map(|(_, best)| (f64::from(row.number), best)));
        points.push(Shown { x: f64::from(row.number), y: value, group: groups.group(row) });
    }
    let last = board.rows.len().max(2) as f64;
    let results = Results {
        labels: ("trial", &measured.name),
        points: &points,
        line: &line,
        horizontal: Horizontal::Numbers { low: 1.0, high: last, is_logarithmic: false, are_whole: true },
    };
    results.draw(&state.theme, area, frame.buffer_mut());
}

/// One objective against the other, with the front of those that no other beats in both: whatever lies beyond its line, nobody has come to.
fn both(state: &State, board: &Board, area: Rect, frame: &mut Frame) {
    let [first, second] = &board.objectives[..] else { return };
    let groups = Groups::of(state, board);
    let place = |row: &Row| match row.values[..] {
        [x, y] if x.is_finite() && y.is_finite() => Some((x, y)),
        _ => None,
    };
    let points: Vec<Shown> = board
        .rows
        .iter()
        .filter_map(|row| place(row).map(|(x, y)| Shown { x, y, group: groups.group(row) }))
        .collect();
    // The front comes first, and from its best one by the first objective on each is worse in it.
    let line: Vec<(f64, f64)> = board.rows.iter().take(board.front).filter_map(|row| place(row)).collect();
    let along = points.iter().map(|point| point.x);
    let axis = tight(along.clone()).unwrap_or_else(|| Axis::between(0.0, 1.0, false));
    // A logarithmic axis has no place for 0.
    let axis = if has_zero(&axis, along) { Axis::between(0.0, axis.high, false) } else { axis };
    let are_whole = first.measured == Measured::Parameters && !axis.log;
    let horizontal =
        Horizontal::Numbers { low: axis.low, high: axis.high, is_logarithmic: axis.log, are_whole };
    let results = Results { labels: (&first.name, &second.name), points: &points, line: &line, horizontal };
    results.draw(&state.theme, area, frame.buffer_mut());
}

/// One setting against the result.
fn scatter(state: &State, board: &Board, objective: usize, area: Rect, frame: &mut Frame) {
    let setting = state.searches.setting();
    let (Some(measured), Some(parameter)) = (board.objectives.get(objective), board.parameters.get(setting))
    else {
        return;
    };
    let domain = &parameter.domain;
    let ends = domain.ends();
    let number = |text: &String| text.parse::<f64>().ok();
    let horizontal = match (domain.is_numeric(), ends.first().and_then(number), ends.last().and_then(number))
    {
        (true, Some(low), Some(high)) => Horizontal::Numbers {
            low,
            high,
            is_logarithmic: domain.is_logarithmic(),
            are_whole: domain.is_whole(),
        },
        _ => Horizontal::Choices(ends.iter().map(|value| clean(value)).collect()),
    };
    let groups = Groups::of(state, board);
    let is_choice = matches!(horizontal, Horizontal::Choices(_));
    let x = |row: &Row| {
        let value = row.settings.get(setting)?.as_ref()?;
        if is_choice {
            ends.iter().position(|one| one == value).map(|place| place as f64)
        } else {
            number(value)
        }
    };
    let points: Vec<Shown> = board
        .rows
        .iter()
        .filter_map(|row| {
            let y = *row.values.get(objective)?;
            Some(Shown { x: x(row)?, y, group: groups.group(row) })
        })
        .collect();
    let label = end_of(&clean(parameter.short_name()), usize::from(area.width / 3));
    let results = Results { labels: (&label, &measured.name), points: &points, line: &[], horizontal };
    results.draw(&state.theme, area, frame.buffer_mut());
}

/// How much each setting matters, the most important first.
fn importance(state: &State, board: &Board, objective: usize, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let muted = theme.style(Role::Muted);
    let shares = board.importance.get(objective).map_or(&[][..], Vec::as_slice);
    let mut bars: Vec<(usize, Option<f64>)> = shares.iter().copied().enumerate().collect();
    bars.sort_by(|(_, a), (_, b)| b.unwrap_or(-1.0).total_cmp(&a.unwrap_or(-1.0)));
    let rule = "variance of the ranks each explains alone, beyond chance (epsilon²)";
    let name = |place: usize| {
        end_of(&clean(board.parameters.get(place).map(|one| one.path.as_str()).unwrap_or_default()), 28)
    };
    let side = bars.iter().map(|(place, _)| name(*place).width()).max().unwrap_or(0) as u16;
    let [rule_row, rows] = ratatui::layout::Layout::vertical([
        ratatui::layout::Constraint::Length(1),
        ratatui::layout::Constraint::Min(0),
    ])
    .areas(area);
    frame.render_widget(Line::styled(cut(rule, usize::from(area.width)), muted), rule_row);
    if side + 14 > rows.width || rows.height == 0 {
        return no_room(theme, rows, frame.buffer_mut());
    }
    // Those for which there is no row are counted in the last one.
    let room = usize::from(rows.height);
    let fit = if bars.len() > room { room - 1 } else { bars.len() };
    if bars.len() > fit {
        let last = Rect { y: rows.bottom() - 1, height: 1, ..rows };
        let more = cut(&format!("… {} more", bars.len() - fit), usize::from(rows.width));
        frame.render_widget(Line::styled(more, muted), last);
    }
    for ((place, share), row) in bars.into_iter().take(fit).zip(rows.rows()) {
        let is_chosen = place == state.searches.setting();
        let style = if is_chosen { theme.strong(Role::Accent) } else { muted };
        let text = name(place);
        let inset = side - text.width() as u16;
        let buffer = frame.buffer_mut();
        buffer.set_string(row.x + inset, row.y, text, style);
        let middle = Rect { x: row.x + side + 1, width: row.width - side - 8, ..row };
        match share {
            Some(share) => {
                bar::draw(theme, Role::Training, share, middle, buffer);
                buffer.set_string(middle.right() + 1, row.y, format!("{:>5.0}%", 100.0 * share), muted);
            }
            None => {
                let why = cut("too few trials that differ in it", usize::from(middle.width));
                buffer.set_string(middle.x, row.y, why, theme.style(Role::Faint));
            }
        }
    }
}
