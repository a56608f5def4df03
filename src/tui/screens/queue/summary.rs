//! How the queue is worked off, in a line, and how many items stand how.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::search::queue::{QueueSnapshot, Settings, Standing};
use crate::tui::format::thousands;
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;

pub(super) fn draw(state: &State, row: Rect, frame: &mut Frame) {
    let (theme, queue) = (&state.theme, &state.queue);
    if !queue.is_read {
        return frame.render_widget(Line::styled(" reading the queue", theme.style(Role::Muted)), row);
    }
    let view = &queue.view;
    let (who, role) = worked_off(view);
    let mut spans = vec![Span::raw(" ")];
    if let Some(problem) = &view.problem {
        spans.push(Span::styled(format!("{}   ", clean(problem)), theme.strong(Role::Bad)));
    }
    spans.push(Span::styled(who, theme.strong(role)));
    spans.push(Span::raw(format!("   {}", at_a_time(&view.settings))));
    let open = counted(
        view,
        &[
            (Standing::is_training, ["trains", "train"]),
            (|standing| standing == Standing::Waiting, ["waits", "wait"]),
            (|standing| standing == Standing::Interrupted, ["can go on"; 2]),
        ],
    );
    spans.push(Span::raw(open));
    frame.render_widget(Line::from(spans), row);
}

/// Who works the queue off, or why nobody does.
fn worked_off(view: &QueueSnapshot) -> (String, Role) {
    let waits = view.count(|standing| !standing.has_ended()) > 0;
    match (view.settings.is_paused, &view.worker) {
        (true, _) => ("paused: p goes on".into(), Role::Warning),
        (false, Some(process)) => (format!("process {} works it off", clean(process)), Role::Good),
        (false, None) if waits => ("nobody works it off: s begins".into(), Role::Warning),
        (false, None) => ("nothing waits".into(), Role::Muted),
    }
}

fn at_a_time(settings: &Settings) -> String {
    let jobs = match settings.jobs {
        1 => "one at a time".to_owned(),
        jobs => format!("{jobs} at a time"),
    };
    let devices: Vec<String> = settings.devices.iter().map(ToString::to_string).collect();
    if devices.is_empty() { jobs } else { format!("{jobs}, on {}", devices.join(", ")) }
}

/// How many items have ended how: `   3 done, 1 failed`; empty where none has.
pub(super) fn ended(view: &QueueSnapshot) -> String {
    counted(
        view,
        &[
            (|standing| standing == Standing::Done, ["done"; 2]),
            (|standing| standing == Standing::Failed, ["failed"; 2]),
            (|standing| standing == Standing::Stopped, ["stopped"; 2]),
            (|standing| standing == Standing::Broken, ["cannot be read"; 2]),
        ],
    )
}

/// Which items are counted, and the words for one and for more.
type Kind = (fn(Standing) -> bool, [&'static str; 2]);

/// How many items are of these kinds, behind some blanks; empty where none is.
fn counted(view: &QueueSnapshot, kinds: &[Kind]) -> String {
    let words = kinds.iter().filter_map(|(is_it, word)| {
        let count = view.count(is_it);
        (count > 0).then(|| format!("{} {}", thousands(count as u64), word[usize::from(count != 1)]))
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { String::new() } else { format!("   {}", words.join(", ")) }
}
