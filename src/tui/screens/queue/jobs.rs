//! The jobs of Slurm, below the items.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::search::queue::in_line;
use crate::search::slurm::Job;
use crate::tui::format;
use crate::tui::layout::scroll_to;
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, cut_middle, end_of};
use crate::tui::widgets::{more_below, panel};

use super::list::parts;

/// The titles of the columns.
const TITLES: [&str; 6] = ["JOB", "WHAT", "STATE", "FOR", "ON", "RUN"];

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let (theme, queue) = (&state.theme, &state.queue);
    let [head, rows] = parts(area);
    let jobs = &queue.view.jobs.jobs;
    let selected = queue.job_place();
    let first = scroll_to(selected.unwrap_or(0), jobs.len(), usize::from(rows.height));
    let below = jobs.len().saturating_sub(first + usize::from(rows.height));
    let open = jobs.iter().filter(|job| job.is_open()).count();
    let problem = queue.view.jobs.problem.as_ref().map(|problem| format!("   {}", clean(problem)));
    let title = format!("Slurm {}   {open} open{}", jobs.len(), problem.unwrap_or_default());
    let block = panel(theme, cut(&title, usize::from(area.width).saturating_sub(4)));
    frame.render_widget(if below > 0 { block.title_bottom(more_below(below)) } else { block }, area);
    let shown: Vec<&Job> = jobs.iter().skip(first).take(usize::from(rows.height)).collect();
    let cells: Vec<[String; 6]> = shown.iter().map(|job| cells(job)).collect();
    let widths = widths(&cells, usize::from(rows.width));
    let underlined = theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED);
    frame.render_widget(Line::styled(line(&TITLES.map(String::from), &widths), underlined), head);
    for ((at, job), row) in shown.iter().enumerate().zip(rows.rows()) {
        let style = match job.state.as_str() {
            _ if Some(first + at) == selected => theme.selected().add_modifier(Modifier::BOLD),
            "running" | "completing" => theme.style(Role::Good),
            "completed" => theme.style(Role::Muted),
            "cancelled" | "unknown" | "suspended" => theme.style(Role::Warning),
            _ if job.is_open() => Style::new(),
            _ => theme.style(Role::Bad),
        };
        let text = line(&cells[at], &widths);
        let space = " ".repeat(usize::from(row.width).saturating_sub(text.width()));
        frame.render_widget(Line::styled(text + &space, style), row);
    }
}

fn cells(job: &Job) -> [String; 6] {
    let dash = || "-".to_owned();
    let state = match &job.reason {
        Some(reason) if job.state == "pending" => format!("waits: {}", clean(reason)),
        _ => clean(&job.state),
    };
    [
        clean(&job.job),
        clean(&in_line(&job.words)),
        state,
        job.seconds.map_or_else(dash, |seconds| format::duration(seconds as f64)),
        job.nodes.as_ref().map_or_else(dash, |nodes| clean(nodes)),
        job.run.as_ref().or(job.search.as_ref()).map_or_else(dash, |run| clean(run)),
    ]
}

/// What is trained gets what the others leave; a narrow screen shows the ends of runs' names.
fn widths(rows: &[[String; 6]], width: usize) -> [usize; 6] {
    let most = if width >= 120 { [12, width, 30, 10, 20, 40] } else { [10, width, 20, 8, 10, 10] };
    let mut widths: [usize; 6] = std::array::from_fn(|column| {
        let widest = rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
        widest.min(most[column]).max(TITLES[column].width())
    });
    let others: usize = widths.iter().sum::<usize>() - widths[1] + 2 * (widths.len() - 1);
    widths[1] = widths[1].min(width.saturating_sub(others));
    widths
}

fn line(cells: &[String; 6], widths: &[usize; 6]) -> String {
    let mut text = String::new();
    for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let cell = match place {
            1 => cut_middle(cell, *width),
            5 if cell.width() > *width => end_of(cell, *width),
            _ => cut(cell, *width),
        };
        let space = " ".repeat(width.saturating_sub(cell.width()));
        text.extend([if place == 0 { "" } else { "  " }, &cell, &space]);
    }
    text
}
