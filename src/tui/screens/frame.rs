//! Header and footer.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::tui::state::{Screen, Severity, State, clean};
use crate::tui::theme::Role;
use crate::tui::{format, keymap, layout};
use crate::worker::{Outcome, Phase};

/// Name, tabs, status.
pub(super) fn header(state: &State, area: Rect, frame: &mut Frame) {
    let size = frame.area().as_size();
    let theme = &state.theme;
    let tabs = layout::tabs(size);
    if tabs[0].x > 0 {
        frame.render_widget(Line::styled(" trainyard", theme.strong(Role::Accent)), area);
    }
    for (screen, tab) in Screen::ALL.into_iter().zip(tabs) {
        let title = format!(" {} {} ", screen.index() + 1, layout::tab_title(screen, size));
        let style = if screen == state.screen {
            theme.selected().add_modifier(Modifier::BOLD)
        } else {
            theme.style(Role::Muted)
        };
        frame.render_widget(Line::styled(title, style), tab);
    }
    let left = tabs[3].right() + 1;
    if left < area.right() {
        let place = Rect { x: left, width: area.right() - left, ..area };
        frame.render_widget(Paragraph::new(status(state, place.width)).alignment(Alignment::Right), place);
    }
}

/// The phase in a word, with its colour.
pub(super) fn phase(state: &State) -> (&'static str, Role) {
    if state.stopping {
        return ("stopping", Role::Warning);
    }
    match state.phase {
        Phase::Preparing => ("preparing", Role::Accent),
        Phase::Training => ("training", Role::Good),
        Phase::Paused => ("paused", Role::Warning),
        Phase::Evaluating => ("evaluating", Role::Accent),
        Phase::Idle => match (&state.failure, state.training.as_ref().and_then(|t| t.finish)) {
            (Some(_), _) => ("failed", Role::Bad),
            (None, Some(finish)) if finish.outcome == Outcome::Stopped => ("stopped", Role::Muted),
            (None, Some(_)) => ("finished", Role::Good),
            (None, None) => ("idle", Role::Muted),
        },
    }
}

/// What turns while one waits.
pub(super) fn spinner(state: &State) -> &'static str {
    let rich = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    let plain = ["|", "/", "-", "\\"];
    let turn = state.ticks as usize;
    if state.theme.rich_glyphs { rich[turn % rich.len()] } else { plain[turn % plain.len()] }
}

fn status(state: &State, width: u16) -> Line<'static> {
    let (word, role) = phase(state);
    let sign = if state.is_waiting() { spinner(state) } else { "●" };
    let phase = vec![Span::styled(format!("{sign} {word} "), state.theme.strong(role))];
    let mut details = Vec::new();
    if let Some(training) = &state.training {
        details.push(clean(&training.info.preset.name));
        details.push(format!("step {}", format::thousands(training.step())));
        if let Some(report) = training.last.filter(|_| state.running().is_some()) {
            let rate = report.samples_per_second.max(0.0) as u64;
            details.push(format!("{} samples/s", format::thousands(rate)));
        }
    }
    // The least important goes first where it is narrow.
    let used = word.width() + 4;
    while !details.is_empty()
        && used + details.iter().map(|d| d.width() + 3).sum::<usize>() > usize::from(width)
    {
        details.pop();
    }
    let muted = state.theme.style(Role::Muted);
    let mut spans = Vec::new();
    for detail in details {
        spans.push(Span::styled(detail, muted));
        spans.push(Span::styled("  ", muted));
    }
    spans.extend(phase);
    Line::from(spans)
}

/// A message, or the keys that matter here.
pub(super) fn footer(state: &State, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    if let Some(notice) = &state.notice {
        let (sign, role) = match notice.severity {
            Severity::Info => ("●", Role::Good),
            Severity::Error => ("✗", Role::Bad),
        };
        let sign = Span::styled(format!(" {sign} "), theme.strong(role));
        frame.render_widget(Line::from(vec![sign, Span::raw(notice.text.clone())]), area);
        return;
    }
    let hints = keymap::hints(state);
    let width_of = |(keys, word): &(String, &str)| keys.width() + word.width() + 4;
    // The last two, help and quit, always stand there.
    let kept = hints.len().saturating_sub(2);
    let mut room = usize::from(area.width).saturating_sub(hints[kept..].iter().map(width_of).sum::<usize>());
    let mut spans = vec![Span::raw(" ")];
    for (place, hint) in hints.iter().enumerate() {
        if place < kept {
            if width_of(hint) > room {
                continue;
            }
            room -= width_of(hint);
        }
        spans.push(Span::styled(hint.0.clone(), theme.strong(Role::Accent)));
        spans.push(Span::styled(format!(" {}   ", hint.1), theme.style(Role::Muted)));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)).style(Style::new()), area);
}
