//! More of the chosen item.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::search::queue::{Fate, Item, Row, Standing, command_of};
use crate::search::slurm::Job;
use crate::tui::format;
use crate::tui::layout::inside;
use crate::tui::state::{State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{cut, wrap_most};
use crate::tui::widgets::{pair, panel};

use super::list::moment;

/// The columns of what is named on the left.
const NAMES: usize = 10;
/// The rows of a command or of a reason, where others need the room as well.
const FEW: usize = 2;

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    if let Some(job) = state.queue.job() {
        frame.render_widget(panel(theme, format!("Job {}", clean(&job.job))), area);
        let places = inside(area);
        for (line, place) in lines_of_job(theme, job, places).into_iter().zip(places.rows()) {
            frame.render_widget(line, place);
        }
        return;
    }
    let Some(row) = state.queue.row() else { return frame.render_widget(panel(theme, "Item"), area) };
    frame.render_widget(panel(theme, format!("Item {}", row.number)), area);
    let places = inside(area);
    for (line, place) in lines(state, row, places).into_iter().zip(places.rows()) {
        frame.render_widget(line, place);
    }
}

fn lines(state: &State, row: &Row, places: Rect) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let width = usize::from(places.width).saturating_sub(NAMES);
    let most = if places.height > 8 { 2 * FEW } else { FEW };
    let Ok(item) = &row.item else {
        return paragraph(theme, "problem", row.why().unwrap_or_default(), width, most);
    };
    let mut lines = paragraph(theme, "command", &item.command(), width, most);
    let mut say = |name: &str, text: String| lines.push(pair(theme, name, NAMES, cut(&text, width)));
    say("folder", clean(&item.folder.to_string_lossy()));
    say("times", times(item, state.runs.watched.now));
    match (&item.run, &item.search) {
        (Some(run), _) => say("run", clean(run)),
        (None, Some(search)) => say("search", format!("{}: Enter shows its trials", clean(search))),
        (None, None) => {}
    }
    let fate = state.queue.view.chosen.as_ref().filter(|chosen| chosen.number == row.number);
    let fate = fate.map(|chosen| &chosen.fate);
    if let Some(text) = result(row, fate) {
        let named = paragraph(theme, "result", &text, width, most);
        let role = match row.standing {
            Standing::Failed => Some(Role::Bad),
            Standing::Interrupted | Standing::Stopped => Some(Role::Warning),
            _ => None,
        };
        let styled = |line: Line<'static>| match role {
            Some(role) => line.style(theme.style(role)),
            None => line,
        };
        lines.extend(named.into_iter().map(styled));
    }
    lines
}

fn lines_of_job(theme: &Theme, job: &Job, places: Rect) -> Vec<Line<'static>> {
    let width = usize::from(places.width).saturating_sub(NAMES);
    let mut lines = paragraph(theme, "command", &command_of(&job.words), width, FEW);
    let mut say = |name: &str, text: String| lines.push(pair(theme, name, NAMES, cut(&text, width)));
    say("task", clean(&format!("{} of {}", job.task, job.submission)));
    let reason = job.reason.as_ref().map(|reason| format!(": {}", clean(reason)));
    say("state", format!("{}{}", clean(&job.state), reason.unwrap_or_default()));
    match (&job.run, &job.search) {
        (Some(run), _) => say("run", clean(run)),
        (None, Some(search)) => say("search", format!("{}: Enter shows its trials", clean(search))),
        (None, None) => say("run", "none yet".into()),
    }
    say("prints to", clean(&job.log.to_string_lossy()));
    lines
}

/// A text over several rows, its name before the first.
fn paragraph(theme: &Theme, name: &str, text: &str, width: usize, most: usize) -> Vec<Line<'static>> {
    let rows = wrap_most(text, width, most + 1);
    let is_cut = rows.len() > most;
    let named = rows.into_iter().take(most).enumerate().map(|(place, row)| {
        let row = if is_cut && place + 1 == most {
            cut(&format!("{row}  "), width.saturating_sub(1)) + "…"
        } else {
            row
        };
        pair(theme, if place == 0 { name } else { "" }, NAMES, row)
    });
    named.collect()
}

/// When it was added, begun and ended.
fn times(item: &Item, now: f64) -> String {
    let mut text = format!("added {}", moment(item.added as f64, now));
    for (word, at) in [("begun", item.begun_at), ("ended", item.ended_at)] {
        if let Some(at) = at {
            text.push_str(&format!(", {word} {}", moment(at as f64, now)));
        }
    }
    text + " (UTC)"
}

/// What came of it, or what can be done.
fn result(row: &Row, fate: Option<&Fate>) -> Option<String> {
    let of_run = fate.and_then(|fate| match fate {
        Fate::Gone => Some("its run is not there any more".to_owned()),
        Fate::Open => None,
        Fate::Stopped(steps) => Some(format!("its run stands at step {}", format::thousands(*steps))),
        Fate::Tested(loss, accuracy) => {
            let accuracy = accuracy.map(|share| format!(", accuracy {}", format::percent(share)));
            Some(format!("test loss {}{}", format::score(*loss), accuracy.unwrap_or_default()))
        }
        Fate::Failed(why) => Some(why.clone()),
        Fate::Unknown(why) => Some(format!("its run cannot be read: {why}")),
    });
    match row.standing {
        Standing::Failed => row.why().map(str::to_owned).or(of_run),
        Standing::Stopped => Some(format!(
            "somebody has stopped it; r goes on{}",
            of_run.map_or(String::new(), |of| format!("; {of}"))
        )),
        Standing::Interrupted => Some("it has begun and nobody trains it: s goes on".into()),
        Standing::Done | Standing::Waiting | Standing::Training(_) | Standing::Broken => of_run,
    }
}
