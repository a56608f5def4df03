//! The list of searches.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::search::{Listed, Standing};
use crate::tui::format;
use crate::tui::layout::scroll_to;
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{more_below, panel};

pub(super) fn draw(state: &State, area: Rect, frame: &mut Frame) {
    let (theme, searches) = (&state.theme, &state.searches);
    let all = &searches.view.searches;
    let rows = crate::tui::layout::inside(area);
    let first = scroll_to(searches.place(), all.len(), usize::from(rows.height));
    let below = all.len().saturating_sub(first + usize::from(rows.height));
    let title = if all.len() > 1 { format!("Searches {}", all.len()) } else { "Search".into() };
    let block = panel(theme, title).border_style(theme.style(Role::Accent));
    frame.render_widget(if below > 0 { block.title_bottom(more_below(below)) } else { block }, area);
    if all.is_empty() {
        let text = match &searches.view.problem {
            Some(problem) => clean(problem),
            None if !searches.is_read => "looking for searches".into(),
            None => {
                "no searches yet: `trainyard search FILE` begins one, or S on a preset with a search block"
                    .into()
            }
        };
        let lines = wrap(&text, usize::from(rows.width)).into_iter().map(Line::from);
        for (line, row) in lines.zip(rows.rows()) {
            frame.render_widget(line.style(theme.style(Role::Muted)), row);
        }
        return;
    }
    let name = all.iter().map(|one| one.name.width()).max().unwrap_or(0).min(28);
    let standing = all.iter().map(|one| one.word().width()).max().unwrap_or(0);
    for ((place, one), row) in all.iter().enumerate().skip(first).zip(rows.rows()) {
        let style = match one.standing {
            _ if place == searches.place() => theme.selected().add_modifier(Modifier::BOLD),
            Standing::Running => theme.style(Role::Good),
            Standing::Broken => theme.style(Role::Bad),
            Standing::Interrupted => theme.style(Role::Warning),
            Standing::Ended | Standing::Unread => Style::new(),
        };
        let left = searches.board().filter(|board| board.name == one.name).and_then(|board| board.left);
        let text = line(one, left, name, standing);
        let text = cut(&text, usize::from(row.width));
        let space = " ".repeat(usize::from(row.width).saturating_sub(text.width()));
        frame.render_widget(Line::styled(text + &space, style), row);
    }
}

/// How far a search is, in a line.
fn line(one: &Listed, left: Option<f64>, name_width: usize, standing_width: usize) -> String {
    let padded = |text: String, width: usize| {
        let text = cut(&text, width);
        let space = " ".repeat(width.saturating_sub(text.width()));
        text + &space
    };
    let mut text =
        format!("{}  {}", padded(clean(&one.name), name_width), padded(one.word().into(), standing_width));
    if let Some(problem) = &one.problem {
        return format!("{text}  {}", clean(problem.lines().next().unwrap_or_default()));
    }
    let (done, wanted) = one.trials;
    if wanted > 0 {
        let trials =
            format!("{} of {} trials", format::thousands(done as u64), format::thousands(wanted.into()));
        text.push_str(&format!("  {trials:>15}"));
    }
    if let Some((objective, value)) = &one.best {
        text.push_str(&format!("  best {objective} {}", format::score(*value)));
    }
    if let Some(left) = left.filter(|_| one.standing == Standing::Running) {
        text.push_str(&format!("  {} left", format::duration(left)));
    }
    text
}
