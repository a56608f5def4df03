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
use crate::tui::widgets::text::cut;
use crate::tui::{format, keymap, layout};
use crate::worker::{Opened, Outcome, Phase, Steering};

/// From this width on the header has room for long titles beside what is trained.
const ROOMY: u16 = 120;
/// From this width on it has room for blanks and the program's name.
const MIDDLING: u16 = 100;
/// From this width on it has room for the titles of all tabs beside the longest status.
const TIGHT: u16 = 80;

/// The tabs in the header, in the order of [`Screen::ALL`]. The name of the program stands before them where there
/// is room.
fn tabs(size: Size, current: Screen) -> [Rect; Screen::ALL.len()] {
    let mut x = if size.width >= MIDDLING { 13 } else { 0 };
    Screen::ALL.map(|screen| {
        // " 1 Presets ", without the last blank where it is narrow.
        let width = tab_text(screen, size, current).concat().width() as u16 + u16::from(size.width >= ROOMY);
        let tab = Rect::new(x, 0, width, 1).intersection(layout::whole(size));
        x = x.saturating_add(width);
        tab
    })
}

/// The number and the title of a tab: shorter where the terminal is narrow, and only numbers but for the current one where no
/// room would be left for the status.
fn tab_text(screen: Screen, size: Size, current: Screen) -> [String; 2] {
    let number = screen.index() + 1;
    let blank = if size.width < MIDDLING { "" } else { " " };
    let title = match size.width {
        ROOMY.. => screen.title(),
        TIGHT.. => screen.short_title(),
        _ if screen == current => screen.short_title(),
        _ => "",
    };
    [format!(" {number}{blank}"), title.to_owned()]
}

/// The screen whose tab is at this place.
pub(super) fn hit(size: Size, current: Screen, at: Position) -> Option<Screen> {
    let tab = Screen::ALL.into_iter().zip(tabs(size, current)).find(|(_, area)| area.contains(at));
    tab.map(|(screen, _)| screen)
}

/// Name, tabs, status.
pub(super) fn header(state: &State, area: Rect, frame: &mut Frame) {
    let size = frame.area().as_size();
    let theme = &state.theme;
    let tabs = tabs(size, state.screen);
    if tabs[0].x > 0 {
        frame.render_widget(Line::styled(" trainyard", theme.strong(Role::Accent)), area);
    }
    for (screen, tab) in Screen::ALL.into_iter().zip(tabs) {
        let [number, title] = tab_text(screen, size, state.screen);
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

/// Which checkpoint of an open run is shown: `checkpoint 2/5 at step 1,266`, and in fewer letters.
fn checkpoint_of(opened: &Opened) -> [String; 2] {
    let place = opened.at.and_then(|at| opened.checkpoints.iter().position(|step| *step == at));
    match (opened.at, place) {
        (Some(at), Some(place)) => {
            let (of, step) = (format!("{}/{}", place + 1, opened.checkpoints.len()), format::thousands(at));
            [format!("checkpoint {of} at step {step}"), format!("{of} at {step}")]
        }
        _ => ["no checkpoint".into(), "no checkpoint".into()],
    }
}

/// What stands before the phase, as much as there is room for. Of a training the least important parts are dropped first: the
/// throughput, the name, the step; of an open run the name stays longest.
fn details(state: &State, room: usize) -> Vec<String> {
    let Some(training) = &state.training else { return Vec::new() };
    let name = clean(&training.info.preset.name);
    let mut choices: Vec<Vec<String>> = Vec::new();
    if let Some(opened) = &state.opened {
        let [long, short] = checkpoint_of(opened);
        choices.extend([vec![name.clone(), long], vec![name.clone(), short]]);
        choices.push(vec![cut(&name, room.saturating_sub(2))]);
    } else {
        let step = format!("step {}", format::thousands(training.step()));
        if training.last.is_some() && state.running().is_some() {
            let rate = format::thousands(training.samples_per_second().round() as u64);
            choices.push(vec![name.clone(), step.clone(), format!("{rate} samples/s")]);
        }
        choices.extend([vec![name, step.clone()], vec![step]]);
    }
    let fits = |parts: &Vec<String>| parts.iter().map(|part| part.width() + 2).sum::<usize>() <= room;
    choices.into_iter().find(fits).unwrap_or_default()
}

fn status(state: &State, width: u16) -> Line<'static> {
    let (word, role) = phase(state);
    let sign = if state.is_waiting() { spinner(state) } else { "●" };
    let phase = vec![Span::styled(format!("{sign} {word} "), state.theme.strong(role))];
    // A blank parts them from the last tab.
    let details = details(state, usize::from(width).saturating_sub(word.width() + 4));
    let muted = state.theme.style(Role::Muted);
    let mut spans = Vec::new();
    for detail in details {
        spans.push(Span::styled(detail, muted));
        spans.push(Span::styled("  ", muted));
    }
    spans.extend(phase);
    Line::from(spans)
}

/// A message, until the next key, or the keys that matter here; so many lines of the popup in front are below those that are shown.
pub(super) fn footer(state: &State, lines_below: Option<usize>, area: Rect, frame: &mut Frame) {
    match &state.notice {
        Some(notice) => footer::draw_message(&state.theme, notice, area, frame),
        None => {
            let mut hints = keymap::hints(state);
            if lines_below == Some(0) {
                hints.retain(|(_, word)| *word != "scroll");
            }
            let keys = footer::keys(&state.theme, &hints, area.width);
            frame.render_widget(Line::from(keys), area);
        }
    }
}
