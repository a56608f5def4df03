//! Header and footer.

use ratatui::Frame;
use ratatui::layout::{Alignment, Position, Rect, Size};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::tui::state::{Screen, State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::footer;
use crate::tui::{format, keymap, layout};
use crate::worker::{Opened, Outcome, Phase, Steering};

/// From this width on the header has room for long titles beside what is trained.
const ROOMY: u16 = 120;
/// From this width on it has room for blanks and the program's name.
const MIDDLING: u16 = 100;

/// The tabs in the header, in the order of [`Screen::ALL`]. The name of the program stands before them where there
/// is room.
fn tabs(size: Size) -> [Rect; Screen::ALL.len()] {
    let mut x = if size.width >= MIDDLING { 13 } else { 0 };
    Screen::ALL.map(|screen| {
        // " 1 Presets ", without the last blank where it is narrow.
        let width = tab_text(screen, size).concat().width() as u16 + u16::from(size.width >= ROOMY);
        let tab = Rect::new(x, 0, width, 1).intersection(layout::whole(size));
        x = x.saturating_add(width);
        tab
    })
}

/// The number and the title of a tab: shorter where the terminal is narrow.
fn tab_text(screen: Screen, size: Size) -> [String; 2] {
    let number = screen.index() + 1;
    let blank = if size.width < MIDDLING { "" } else { " " };
    let title = if size.width < ROOMY { screen.short_title() } else { screen.title() };
    [format!(" {number}{blank}"), title.to_owned()]
}

/// The screen whose tab is at this place.
pub(super) fn hit(size: Size, at: Position) -> Option<Screen> {
    let tab = Screen::ALL.into_iter().zip(tabs(size)).find(|(_, area)| area.contains(at));
    tab.map(|(screen, _)| screen)
}

/// Name, tabs, status.
pub(super) fn header(state: &State, area: Rect, frame: &mut Frame) {
    let size = frame.area().as_size();
    let theme = &state.theme;
    let tabs = tabs(size);
    if tabs[0].x > 0 {
        frame.render_widget(Line::styled(" trainyard", theme.strong(Role::Accent)), area);
    }
    for (screen, tab) in Screen::ALL.into_iter().zip(tabs) {
        let [number, title] = tab_text(screen, size);
        let style = if screen == state.screen {
            theme.selected().add_modifier(Modifier::BOLD)
        } else {
            theme.style(Role::Muted)
        };
        // Where number and title touch, colours tell them apart.
        let of_number = if screen == state.screen { style } else { theme.style(Role::Accent) };
        let tab_line = vec![Span::styled(number, of_number), Span::styled(title + " ", style)];
        frame.render_widget(Line::from(tab_line).style(style), tab);
    }
    // Where it is narrow, even the longest status fits behind the last tab.
    let left = tabs[tabs.len() - 1].right() + u16::from(size.width >= MIDDLING);
    if left < area.right() {
        let place = Rect { x: left, width: area.right() - left, ..area };
        frame.render_widget(Paragraph::new(status(state, place.width)).alignment(Alignment::Right), place);
    }
}

/// The phase in a word, with its colour.
pub(super) fn phase(state: &State) -> (&'static str, Role) {
    if state.is_cut_off {
        return ("connection lost, retrying", Role::Warning);
    }
    if state.stopping {
        return ("stopping", Role::Warning);
    }
    if state.steering == Steering::Elsewhere && state.running().is_some() {
        return ("only watching, T steers", Role::Warning);
    }
    match state.phase {
        Phase::Preparing => ("preparing", Role::Accent),
        Phase::Training => ("training", Role::Good),
        Phase::Paused => ("paused", Role::Warning),
        Phase::Evaluating => ("evaluating", Role::Accent),
        Phase::Idle if state.opened.is_some() => ("opened", Role::Accent),
        Phase::Idle => match (&state.failure, state.training.as_ref().and_then(|t| t.finish)) {
            (Some(_), _) => ("failed", Role::Bad),
            (None, Some(finish)) if finish.outcome == Outcome::Stopped => ("stopped", Role::Muted),
            (None, Some(_)) => ("finished", Role::Good),
            (None, None) => ("idle", Role::Muted),
        },
    }
}

/// The spinner, shown while a person waits.
pub(super) fn spinner(state: &State) -> &'static str {
    let rich = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    let plain = ["|", "/", "-", "\\"];
    let turn = state.ticks as usize;
    if state.theme.rich_glyphs { rich[turn % rich.len()] } else { plain[turn % plain.len()] }
}

/// Which checkpoint of an open run is shown: `checkpoint 2/5 at step 1,266`.
fn checkpoint_of(opened: &Opened) -> String {
    let place = opened.at.and_then(|at| opened.checkpoints.iter().position(|step| *step == at));
    match (opened.at, place) {
        (Some(at), Some(place)) => {
            format!("checkpoint {}/{} at step {}", place + 1, opened.checkpoints.len(), format::thousands(at))
        }
        _ => "no checkpoint".into(),
    }
}

fn status(state: &State, width: u16) -> Line<'static> {
    let (word, role) = phase(state);
    let sign = if state.is_waiting() { spinner(state) } else { "●" };
    let phase = vec![Span::styled(format!("{sign} {word} "), state.theme.strong(role))];
    let mut details = Vec::new();
    if let Some(training) = &state.training {
        details.push(clean(&training.info.preset.name));
        details.push(match state.opened.as_ref().map(checkpoint_of) {
            Some(checkpoint) => checkpoint,
            None => format!("step {}", format::thousands(training.step())),
        });
        if training.last.is_some() && state.running().is_some() {
            let rate = training.samples_per_second().round() as u64;
            details.push(format!("{} samples/s", format::thousands(rate)));
        }
    }
    // Where the terminal is narrow, the least important parts are dropped first: the throughput, the name, the step.
    let used = word.width() + 3;
    while !details.is_empty()
        && used + details.iter().map(|d| d.width() + 2).sum::<usize>() > usize::from(width)
    {
        details.remove(if details.len() == 2 { 0 } else { details.len() - 1 });
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

/// A message, until the next key, or the keys that matter here.
pub(super) fn footer(state: &State, area: Rect, frame: &mut Frame) {
    match &state.notice {
        Some(notice) => footer::draw_message(&state.theme, notice, area, frame),
        None => {
            let keys = footer::keys(&state.theme, &keymap::hints(state), area.width);
            frame.render_widget(Line::from(keys), area);
        }
    }
}
