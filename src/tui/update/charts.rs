//! Charts: their axes and panes, reading them, zooming.

use crossterm::event::MouseEvent;
use ratatui::layout::Position;

use crate::preset::{ReferenceLine, counted_with};
use crate::tui::chart_places;
use crate::tui::message::{Effect, RunTask};
use crate::tui::screens::charts;
use crate::tui::state::charts::{ChartLayout, ChartOptions, PANES};
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Overlay, Prompt, Subject};
use crate::tui::state::{SMOOTHING, Screen, State};

/// The options of the charts in front.
pub(super) fn options(state: &mut State) -> &mut ChartOptions {
    match state.screen {
        Screen::Runs => &mut state.runs.chart,
        Screen::Presets
        | Screen::Train
        | Screen::Inspect
        | Screen::Hyper
        | Screen::Search
        | Screen::Queue => &mut state.chart,
    }
}

/// Changes the layout of the charts in front, and keeps it for the preset.
fn change(state: &mut State, change: impl FnOnce(&mut ChartLayout)) -> Vec<Effect> {
    let options = options(state);
    change(&mut options.layout);
    let layout = options.layout.clone();
    match (state.screen, &state.training) {
        (Screen::Runs, _) if state.runs.shows_watched() => state.layouts.set_for_watched(layout),
        (Screen::Runs, _) => state.layouts.set_for_runs(layout),
        (_, Some(training)) => state.layouts.set(&training.info.preset.name, layout),
        (_, None) => {}
    }
    Vec::new()
}

/// Whether there are charts to work with; says why not.
fn are_there(state: &mut State) -> bool {
    let shows_media = || chart_places::panes(state).iter().any(|pane| pane.media.is_some());
    let are_there = charts::whole(state).is_some() || shows_media();
    if !are_there {
        state.inform(match state.screen {
            Screen::Runs if state.runs.shows_watched() => "no curve has been read yet",
            Screen::Runs => "no run is marked: m marks runs, whose curves are then drawn together",
            _ => "no curve has values yet",
        });
    }
    are_there
}

/// Lets the charts fill the screen; from another screen, those of Train.
pub fn open(state: &mut State) -> Vec<Effect> {
    if !matches!(state.screen, Screen::Train | Screen::Runs) {
        state.screen = Screen::Train;
    }
    if are_there(state) {
        options(state).is_open = true;
    }
    Vec::new()
}

/// Shows the rest of the screen again, and all of the curves.
pub fn close(state: &mut State) -> Vec<Effect> {
    let options = options(state);
    options.forget_places();
    options.is_open = false;
    Vec::new()
}

/// Switches losses between a linear and a logarithmic axis.
pub fn toggle_log_scale(state: &mut State) -> Vec<Effect> {
    change(state, |layout| layout.log_y = !layout.log_y)
}

/// Switches the horizontal axis between linear and logarithmic.
pub fn toggle_log_x(state: &mut State) -> Vec<Effect> {
    change(state, |layout| layout.log_x = !layout.log_x)
}

/// Draws the curves by something else.
pub fn next_axis(state: &mut State) -> Vec<Effect> {
    options(state).forget_places();
    let effects = change(state, |layout| layout.along = layout.along.next());
    let along = options(state).layout.along.title();
    state.inform(format!("the curves are drawn by {along}"));
    effects
}

/// Shows the whole range.
pub fn whole_range(state: &mut State) -> Vec<Effect> {
    options(state).show_all();
    Vec::new()
}

/// Shows more or fewer panes.
pub fn change_panes(state: &mut State, by: isize) -> Vec<Effect> {
    let (all, shown) = chart_places::counts(state);
    let count = shown.saturating_add_signed(by).clamp(1, PANES.min(all.max(1)));
    if count == shown {
        state.inform(if by > 0 { "there are no more charts than these" } else { "one chart is the fewest" });
        return Vec::new();
    }
    change(state, |layout| layout.panes = Some(count))
}

/// Shows other scalars beside the first chart.
pub fn next_chart(state: &mut State) -> Vec<Effect> {
    let (all, shown) = chart_places::counts(state);
    let others = if shown > 1 { all.saturating_sub(1) } else { all };
    if all <= shown {
        state.inform("all charts are shown");
    } else {
        let options = options(state);
        options.beside = (options.beside + 1) % others.max(1);
    }
    Vec::new()
}

/// Asks for the scalars that are shown.
pub fn ask_filter(state: &mut State) -> Vec<Effect> {
    let filter = options(state).layout.filter.clone();
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "Scalars".into(),
        help: "words, globs (loss*) or /a regular expression/ of their names; an empty line shows all".into(),
        input: LineInput::selected(&filter),
        error: None,
        subject: Subject::Scalars,
    }));
    Vec::new()
}

/// Shows only the panes of scalars that match.
pub(super) fn set_filter(state: &mut State, filter: &str) -> Vec<Effect> {
    options(state).beside = 0;
    change(state, |layout| filter.clone_into(&mut layout.filter))
}

/// Asks for the reference lines.
pub fn ask_references(state: &mut State) -> Vec<Effect> {
    open(state);
    let lines = chart_places::references(state);
    let shown: Vec<String> = lines.iter().map(ToString::to_string).collect();
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "Reference lines".into(),
        help: "chart, value, name: accuracy 98.5% Keras; loss 0.05. An empty line draws none".into(),
        input: LineInput::new(&shown.join("; ")),
        error: None,
        subject: Subject::References,
    }));
    Vec::new()
}

/// Draws these reference lines.
///
/// # Errors
/// When they cannot be read, or no chart is called so.
pub(super) fn set_references(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let mut lines = ReferenceLine::read(typed)?;
    let panes = chart_places::panes(state);
    for line in &mut lines {
        if line.of.is_empty() {
            line.of = chart_places::shown_panes(state)
                .first()
                .map_or_else(String::new, |pane| pane.title.to_string());
        }
        if !panes.iter().any(|pane| pane.media.is_none() && pane.is_called(&line.of)) {
            let all: Vec<&str> =
                panes.iter().filter(|pane| pane.media.is_none()).map(|pane| &*pane.title).take(6).collect();
            return Err(format!("no chart is called '{}'; there are {}", line.of, all.join(", ")));
        }
    }
    let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
    Ok(change(state, |layout| layout.reference = Some(text.join("; "))))
}

/// Smooths more, or after the strongest smoothing not at all.
pub fn cycle_smoothing(state: &mut State) -> Vec<Effect> {
    change(state, |layout| layout.smoothing = (layout.smoothing + 1) % SMOOTHING.len())
}

/// Folds the extreme values of the curves, or shows the whole range.
pub fn fold_outliers(state: &mut State) -> Vec<Effect> {
    let effects = change(state, |layout| layout.fit = layout.fit.next());
    let fit = options(state).layout.fit.in_words();
    state.inform(fit);
    effects
}

/// Draws marked runs that differ only in their seed as one curve with a band, or apart. The other seeds of
/// what is marked are marked as well, or where nothing is, the chosen run and its other seeds.
pub fn spread(state: &mut State) -> Vec<Effect> {
    if state.screen != Screen::Runs {
        state.screen = Screen::Runs;
    }
    if !state.runs.toggle_spread() {
        state.inform("each run is drawn by itself");
        return Vec::new();
    }
    if state.runs.shows_watched() {
        state.inform(match state.runs.marks().len() {
            0 | 1 => "m marks runs: two or more are drawn as one",
            _ => "the marked runs are drawn as one: mean, and standard deviation as a band",
        });
        return Vec::new();
    }
    let effects = mark_other_seeds(state);
    if effects.is_empty() {
        state.inform(match state.runs.groups_of_seeds() {
            0 if state.runs.marked().count() < 2 => "no other run differs from this one only in its seed",
            0 => "no other run differs from a marked one only in its seed: each is drawn by itself",
            _ => SPREAD,
        });
    }
    effects
}

/// What is said of marked runs that are drawn as one.
const SPREAD: &str =
    "runs that differ only in their seed are drawn as one: mean, and standard deviation as a band";

/// Marks the other seeds of the runs that are marked, or of the chosen one where none is, and says so where there are any.
pub(super) fn mark_other_seeds(state: &mut State) -> Vec<Effect> {
    let new = state.runs.mark_other_seeds();
    if !new.is_empty() {
        let marked = counted_with(new.len() as u64, "more run", ("is", "are"));
        state.inform(format!("{marked} marked, those with the same settings: {SPREAD}"));
    }
    new.into_iter().map(|run| Effect::OnRuns(RunTask::ReadCurves(run))).collect()
}

/// Moves the cursor; where there is none, it stands at the last value of what is shown.
pub fn move_cursor(state: &mut State, columns: f64) -> Vec<Effect> {
    open(state);
    let Some((first, last)) = charts::ends(state) else { return Vec::new() };
    let options = options(state);
    let (low, high) = options.view.unwrap_or((first, last));
    let Some(x) = options.cursor else {
        options.cursor = Some(high.min(last));
        return Vec::new();
    };
    let moved = charts::moved(state, x, columns).unwrap_or(x);
    let options = self::options(state);
    options.cursor = Some(moved);
    // What the cursor reads is always seen.
    if options.view.is_some() && !(low..=high).contains(&moved) {
        let whole = charts::whole(state).unwrap_or((first, last));
        let by = if moved < low { moved - low } else { moved - high };
        self::options(state).pan(by, whole);
    }
    Vec::new()
}

/// Moves the cursor to the last or the first value.
pub fn cursor_to_end(state: &mut State, is_last: bool) -> Vec<Effect> {
    if let (Some((first, last)), Some(whole)) = (charts::ends(state), charts::whole(state)) {
        let options = options(state);
        options.cursor = Some(if is_last { last } else { first });
        options.pan(if is_last { whole.1 - whole.0 } else { whole.0 - whole.1 }, whole);
    }
    Vec::new()
}

/// Shows a part that is `times` as long, around the cursor, or else around the middle.
pub fn zoom(state: &mut State, times: f64) -> Vec<Effect> {
    let Some(whole) = charts::whole(state) else { return Vec::new() };
    let options = options(state);
    let (low, high) = options.view.unwrap_or(whole);
    let at = options.cursor.filter(|x| (low..=high).contains(x)).unwrap_or((low + high) / 2.0);
    options.zoom(at, times, whole);
    Vec::new()
}

/// Moves the part that is shown by this share of its length.
pub fn pan(state: &mut State, share: f64) -> Vec<Effect> {
    let Some(whole) = charts::whole(state) else { return Vec::new() };
    let options = options(state);
    match options.view {
        Some((low, high)) => options.pan((high - low) * share, whole),
        None => state.inform("all of the curves is shown: ↑ shows a part of them"),
    }
    Vec::new()
}

/// The wheel turned over a chart: zooms around the pointer. `None` where no chart is.
pub(super) fn wheel(state: &mut State, event: MouseEvent, times: f64) -> Option<Vec<Effect>> {
    let at = charts::place_at(state, Position::new(event.column, event.row))?;
    let whole = charts::whole(state)?;
    options(state).zoom(at, times, whole);
    Some(Vec::new())
}

/// A click on a chart reads the curves there. `None` where no chart is.
pub(super) fn press(state: &mut State, event: MouseEvent) -> Option<Vec<Effect>> {
    let at = charts::place_at(state, Position::new(event.column, event.row))?;
    let options = options(state);
    (options.cursor, options.held) = (Some(at), Some(at));
    Some(Vec::new())
}

/// The mouse drags: the curves go along with it where a part of them is shown, else the cursor does.
pub(super) fn drag(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    let at = charts::place_at(state, Position::new(event.column, event.row));
    let (Some(at), Some(whole)) = (at, charts::whole(state)) else { return Vec::new() };
    let options = options(state);
    match (options.held, options.view) {
        (Some(held), Some(_)) => options.pan(held - at, whole),
        (Some(_), None) => options.cursor = Some(at),
        (None, _) => {}
    }
    Vec::new()
}

/// The mouse lets go.
pub(super) fn release(state: &mut State) -> Vec<Effect> {
    options(state).held = None;
    Vec::new()
}
