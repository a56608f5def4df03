//! Inspecting samples and figures.

use crate::tui::message::Effect;
use crate::tui::state::choice;
use crate::tui::state::input::LineInput;
use crate::tui::state::inspect::{InspectView, views};
use crate::tui::state::overlay::{Overlay, Prompt, Subject};
use crate::tui::state::{Screen, State};
use crate::worker::{Choice, Command, Controls, Inspection, Knob, Phase, Question};

use super::replies::send;

/// Asks the worker for what the view shows; where the process that trained has ended, its run is opened first. One question is on its way at a time, so that keys held down do not
/// queue up behind a training step. When the answer is in, the next question is for what the view shows by then.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    if state.runs.orphaned.is_some() {
        return if state.runs.is_to_be_listed() { vec![Effect::ListRuns] } else { Vec::new() };
    }
    let Some(training) = &state.training else { return Vec::new() };
    let Some(question) = state.inspect.question(&training.info) else { return Vec::new() };
    let is_on_its_way = match question {
        Question::Confusion => state.requests.is_counting(),
        Question::Sample { .. } | Question::Figure { .. } => state.requests.looked_at().is_some(),
    };
    if is_on_its_way {
        return Vec::new();
    }
    state.inspect.asked_at = training.clock();
    state.inspect.is_stale = false;
    vec![send(state, Command::Inspect(question))]
}

/// The answer to a question is in. Asks again if the person wants to see something else by now.
pub(super) fn on_answer(state: &mut State, asked: Option<Question>, answer: Inspection) -> Vec<Effect> {
    let wanted = state.training.as_ref().and_then(|training| state.inspect.question(&training.info));
    let has_moved_on = asked.is_some() && asked != wanted;
    state.inspect.on_answer(answer, has_moved_on);
    let is_stale = state.inspect.is_stale && state.screen == Screen::Inspect;
    if has_moved_on || is_stale { ask(state) } else { Vec::new() }
}

/// A step was made: asks again for what the view shows, once it has been shown for a while, and after each step of a training
/// that holds.
pub(super) fn on_step(state: &mut State) -> Vec<Effect> {
    if state.screen != Screen::Inspect {
        return Vec::new();
    }
    let now = state.training.as_ref().map_or(0.0, |training| training.clock());
    let is_held = state.phase == Phase::Paused;
    let waited = (now - state.inspect.asked_at).abs();
    if !is_held && state.inspect.refreshed_after().is_none_or(|seconds| waited < seconds) {
        return Vec::new();
    }
    let effects = ask(state);
    state.inspect.is_stale = is_held && effects.is_empty();
    effects
}

/// Shows a view.
pub(super) fn show(state: &mut State, view: InspectView) -> Vec<Effect> {
    state.screen = Screen::Inspect;
    if state.inspect.view != view {
        state.inspect.view = view;
        state.inspect.part = 0;
        state.inspect.page = 0;
    }
    ask(state)
}

/// Shows the view `by` tabs to the right, wrapping around.
fn turn_to(state: &mut State, by: isize) -> Vec<Effect> {
    state.screen = Screen::Inspect;
    let Some(training) = &state.training else { return Vec::new() };
    let views = views(&training.info);
    let at = views.iter().position(|view| *view == state.inspect.view).unwrap_or(0) as isize;
    match views.get((at + by).rem_euclid(views.len().max(1) as isize) as usize) {
        Some(view) => show(state, *view),
        None => Vec::new(),
    }
}

/// The next view.
pub fn next_view(state: &mut State) -> Vec<Effect> {
    turn_to(state, 1)
}

/// The view before.
pub fn previous_view(state: &mut State) -> Vec<Effect> {
    turn_to(state, -1)
}

/// Puts another panel first, so that each can be seen where there is no room for all.
pub fn next_part(state: &mut State) -> Vec<Effect> {
    state.inspect.part = state.inspect.part.wrapping_add(1);
    Vec::new()
}

/// The next page of what does not fit.
pub fn next_page(state: &mut State) -> Vec<Effect> {
    state.inspect.page = state.inspect.page.wrapping_add(1);
    Vec::new()
}

/// The page before.
pub fn previous_page(state: &mut State) -> Vec<Effect> {
    state.inspect.page = state.inspect.page.saturating_sub(1);
    Vec::new()
}

/// The next sample.
pub fn next(state: &mut State) -> Vec<Effect> {
    move_by(state, 1)
}

/// The previous sample.
pub fn previous(state: &mut State) -> Vec<Effect> {
    move_by(state, -1)
}

/// Moves on by this number of samples.
pub(super) fn move_by(state: &mut State, samples: i64) -> Vec<Effect> {
    if let InspectView::Figure(_) = state.inspect.view {
        return turn(state, |knob, at| {
            if let Knob::Sample = knob {
                turn_one(knob, at, samples)
            }
        });
    }
    state.inspect.view = InspectView::Sample;
    state.inspect.position = state.inspect.position.saturating_add(samples);
    ask(state)
}

/// Moves to this position.
pub(super) fn move_to(state: &mut State, position: i64) -> Vec<Effect> {
    if let InspectView::Figure(_) = state.inspect.view {
        return turn(state, |knob, at| match knob {
            Knob::Sample => at.position = position,
            Knob::Plane { .. } => (at.x, at.y) = (0.0, 0.0),
            _ => {}
        });
    }
    state.inspect.view = InspectView::Sample;
    state.inspect.position = position;
    ask(state)
}

/// Changes the settings of the knobs of the figure on the screen, and asks for the figure if they have changed.
fn turn(state: &mut State, mut change: impl FnMut(&Knob, &mut Controls)) -> Vec<Effect> {
    let Some(training) = &state.training else { return Vec::new() };
    let Some((knobs, at)) = state.inspect.shown_mut(&training.info) else { return Vec::new() };
    let before = at.clone();
    knobs.iter().for_each(|knob| change(knob, at));
    if *at == before { Vec::new() } else { ask(state) }
}

/// The arrow keys move across a plane where there is one, and else turn the first knob that can be turned both ways.
pub(super) fn steer(state: &mut State, right: i64, up: i64) -> Vec<Effect> {
    let Some(training) = &state.training else { return Vec::new() };
    if state.inspect.view == InspectView::Confusion {
        move_cell(state, right, -up);
        return Vec::new();
    }
    let Some((figure, _)) = state.inspect.shown(&training.info) else {
        return if state.inspect.view == InspectView::Sample || right != 0 {
            move_by(state, right - up)
        } else {
            Vec::new()
        };
    };
    let is_plane = |knob: &Knob| matches!(knob, Knob::Plane { .. });
    let has_plane = figure.knobs.iter().any(is_plane);
    let mut first = true;
    turn(state, |knob, at| {
        if let Knob::Plane { step, .. } = knob {
            at.x = round(at.x + right as f64 * step, *step);
            at.y = round(at.y + up as f64 * step, *step);
        } else if !has_plane && !matches!(knob, Knob::Text { .. }) && first {
            first = false;
            turn_one(knob, at, right - up);
        }
    })
}

/// Turns a knob by `by` key presses.
fn turn_one(knob: &Knob, at: &mut Controls, by: i64) {
    match knob {
        Knob::Sample => at.position = at.position.saturating_add(by),
        Knob::Item { count, .. } => {
            let count = i64::try_from(*count).unwrap_or(i64::MAX).max(1);
            at.item = (at.item as i64).saturating_add(by).rem_euclid(count) as usize
        }
        Knob::Level { from, to, step, .. } => {
            // Not `clamp`, which would have the two in their order.
            at.level = round(at.level + by as f64 * step, *step).max(*from).min(to.max(*from));
        }
        Knob::Plane { .. } | Knob::Text { .. } => {}
    }
}

/// Rounds to a thousandth of a step, since many small steps add up rounding errors.
fn round(value: f64, step: f64) -> f64 {
    let grain = step / 1000.0;
    if grain > 0.0 && grain.is_finite() { (value / grain).round() * grain } else { value }
}

/// Moves right.
pub fn right(state: &mut State) -> Vec<Effect> {
    steer(state, 1, 0)
}

/// Moves left.
pub fn left(state: &mut State) -> Vec<Effect> {
    steer(state, -1, 0)
}

/// Raises the figure's number.
pub fn raise_level(state: &mut State) -> Vec<Effect> {
    turn(state, |knob, at| {
        if let Knob::Level { .. } = knob {
            turn_one(knob, at, 1)
        }
    })
}

/// Lowers the figure's number.
pub fn lower_level(state: &mut State) -> Vec<Effect> {
    turn(state, |knob, at| {
        if let Knob::Level { .. } = knob {
            turn_one(knob, at, -1)
        }
    })
}

/// The next layer, or neuron.
pub fn next_item(state: &mut State) -> Vec<Effect> {
    turn(state, |knob, at| {
        if let Knob::Item { .. } = knob {
            turn_one(knob, at, 1)
        }
    })
}

/// The layer, or neuron, before.
pub fn previous_item(state: &mut State) -> Vec<Effect> {
    turn(state, |knob, at| {
        if let Knob::Item { .. } = knob {
            turn_one(knob, at, -1)
        }
    })
}

/// Points at another cell of the confusion matrix.
fn move_cell(state: &mut State, right: i64, down: i64) {
    let Some(confusion) = &state.inspect.confusion else { return };
    let last = confusion.counts.len().min(confusion.classes.len()).saturating_sub(1);
    let moved = |place: usize, by: i64| (place as i64).saturating_add(by).clamp(0, last as i64) as usize;
    state.inspect.cell = Some(match state.inspect.cell {
        Some((truth, predicted)) => (moved(truth, down), moved(predicted, right)),
        None => (0, 0),
    });
}

/// Shows the samples of the cell of the confusion matrix that is pointed at.
fn open_cell(state: &mut State) -> Vec<Effect> {
    let Some((truth, predicted)) = state.inspect.cell else {
        state.inform("arrows point at a cell of the matrix; Enter then shows its samples");
        return Vec::new();
    };
    let class = |place: usize| u32::try_from(place).ok();
    let order = Choice::from(state.inspect.filter).order;
    let choice = Choice { truth: class(truth), predicted: class(predicted), order, ..Choice::default() };
    choose(state, choice)
}

/// Shows the samples of a choice, from the first one on.
fn choose(state: &mut State, choice: Choice) -> Vec<Effect> {
    state.inspect.view = InspectView::Sample;
    state.inspect.filter = choice.into();
    state.inspect.position = 0;
    state.inspect.nothing = None;
    ask(state)
}

/// Shows the samples in another order.
pub fn next_order(state: &mut State) -> Vec<Effect> {
    if !has_classes(state) {
        return Vec::new();
    }
    let choice = Choice::from(state.inspect.filter);
    choose(state, Choice { order: choice::next_order(choice.order), ..choice })
}

/// Asks which samples are shown.
pub fn ask_choice(state: &mut State) -> Vec<Effect> {
    if !has_classes(state) {
        return Vec::new();
    }
    let classes = state.training.as_ref().map(|training| &training.info.classes[..]).unwrap_or_default();
    let typed = choice::as_typed(&state.inspect.filter.into(), classes);
    state.screen = Screen::Inspect;
    state.overlays.push(Overlay::Prompt(Prompt {
        title: "Samples".into(),
        help: "true=CLASS, predicted=CLASS, wrong; an empty line shows all".into(),
        input: LineInput::new(&typed),
        error: None,
        subject: Subject::Samples,
    }));
    Vec::new()
}

/// Shows the samples that were typed.
pub(super) fn choose_typed(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let classes = state.training.as_ref().map(|training| &training.info.classes[..]).unwrap_or_default();
    let choice = choice::parse(typed, classes, Choice::from(state.inspect.filter).order)?;
    Ok(choose(state, choice))
}

/// Asks for the figure's text; the figure follows while the person types. On the confusion matrix, shows the samples of a
/// cell.
pub fn ask_text(state: &mut State) -> Vec<Effect> {
    if state.inspect.view == InspectView::Confusion {
        return open_cell(state);
    }
    let info = state.training.as_ref().map(|training| &training.info);
    let Some((figure, at)) = info.and_then(|info| state.inspect.shown(info)) else { return Vec::new() };
    let Some(label) = figure.knobs.iter().find_map(|knob| match knob {
        Knob::Text { label, .. } => Some(crate::tui::state::clean(label)),
        _ => None,
    }) else {
        return Vec::new();
    };
    let prompt = Prompt {
        title: label,
        help: "the figure follows while you type; Enter closes".into(),
        input: LineInput::new(&at.text),
        error: None,
        subject: Subject::FigureText,
    };
    state.overlays.push(Overlay::Prompt(prompt));
    Vec::new()
}

/// Gives the figure its text.
pub(super) fn set_text(state: &mut State, text: &str) -> Vec<Effect> {
    turn(state, |knob, at| {
        if let Knob::Text { .. } = knob {
            text.clone_into(&mut at.text)
        }
    })
}

/// Whether there are classes to get right; says so if not.
fn has_classes(state: &mut State) -> bool {
    let has = state.training.as_ref().is_none_or(|training| training.info.predicts_classes);
    if !has {
        state.inform("this network does not predict classes: f shows what there is");
    }
    has
}

/// All samples, or the wrong ones only.
pub fn toggle_wrong(state: &mut State) -> Vec<Effect> {
    if !has_classes(state) {
        return Vec::new();
    }
    let choice = Choice::from(state.inspect.filter);
    choose(state, Choice { only_wrong: !choice.only_wrong, ..choice })
}

/// Samples, or the confusion matrix.
pub fn toggle_confusion(state: &mut State) -> Vec<Effect> {
    if !has_classes(state) {
        return Vec::new();
    }
    let view = match state.inspect.view {
        InspectView::Confusion => InspectView::Sample,
        InspectView::Sample | InspectView::Figure(_) => InspectView::Confusion,
    };
    show(state, view)
}

/// Asks again.
pub fn refresh(state: &mut State) -> Vec<Effect> {
    ask(state)
}
