//! Popups: opening, typing, answering.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::message::Effect;
use crate::tui::palette::matching;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Confirm, Overlay, Purpose, Subject};
use crate::tui::state::{Next, Screen, State};
use crate::worker::Command;

use super::perform::perform;
use super::replies::send;
use super::{
    branch, charts, form, inspect, new_preset, presets, queue, runs, searches, shelf, steering, training,
    watch,
};

/// All keys.
pub fn help(state: &mut State) -> Vec<Effect> {
    state.overlays.push(Overlay::Help { scroll: 0, words: String::new() });
    Vec::new()
}

/// Narrows the list of keys by typing.
pub fn find_key(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Help { words, .. }) = state.overlays.last() {
        let input = LineInput::selected(words);
        state.overlays.push(Overlay::Filter(input));
    }
    Vec::new()
}

/// Commands by name.
pub fn palette(state: &mut State) -> Vec<Effect> {
    state.overlays.push(Overlay::Palette { input: LineInput::default(), selected: 0 });
    Vec::new()
}

/// Leaves a training that goes on.
pub fn detach(state: &mut State) -> Vec<Effect> {
    if state.is_busy() {
        let freely = steering::let_run_freely(state);
        return freely.into_iter().chain([Effect::Detach]).collect();
    }
    state.inform("nothing is being trained: q leaves");
    Vec::new()
}

/// Leaves, or asks whether to.
pub fn quit(state: &mut State) -> Vec<Effect> {
    if !state.is_busy() {
        return leave(state);
    }
    if state.is_cut_off {
        // Without a connection the training cannot be ended from here.
        return vec![Effect::Detach];
    }
    let name = state.running().map(|training| training.info.preset.name.clone()).unwrap_or_default();
    state.overlays.push(Overlay::Confirm(Confirm {
        title: "Quit",
        question: format!("{name} is still training.").trim_start().to_owned(),
        yes: "end the training and leave",
        purpose: Purpose::Quit,
    }));
    Vec::new()
}

fn leave(state: &mut State) -> Vec<Effect> {
    vec![send(state, Command::Shutdown), Effect::Quit]
}

/// Drops the topmost popup. A filter that is closed in this way is removed.
pub fn close(state: &mut State) -> Vec<Effect> {
    match state.overlays.pop() {
        Some(Overlay::Filter(_)) => set_filter(state, ""),
        Some(Overlay::Rates(rates)) if rates.found.is_none() => return vec![Effect::StopMeasuring],
        _ => {}
    }
    Vec::new()
}

/// Does what the topmost popup offers.
pub fn accept(state: &mut State) -> Vec<Effect> {
    match state.overlays.pop() {
        Some(Overlay::Palette { input, selected }) => match matching(input.text()).get(selected) {
            Some(command) => perform(state, *command),
            None => {
                state.complain(format!("no command is called {}", input.text()));
                Vec::new()
            }
        },
        Some(Overlay::Confirm(confirm)) => match confirm.purpose {
            Purpose::Quit => leave(state),
            Purpose::StopTraining => training::stop_now(state),
            Purpose::StartOther => {
                state.start_next = Some(Next::Preset(state.presets.selected));
                let effects = training::stop_now(state);
                // The training may have ended while the question was open.
                if effects.is_empty() { presets::start(state) } else { effects }
            }
            Purpose::Overwrite => presets::save_over(state),
            Purpose::Resume => runs::go_on_instead(state),
            Purpose::Discard => shelf::discard(state),
            Purpose::HalveRate => steering::halve_rate(state),
            Purpose::EndSearch => searches::end(state),
            Purpose::RemoveItem => queue::remove(state),
            Purpose::StopQueue => queue::stop(state),
        },
        Some(Overlay::Prompt(mut prompt)) => {
            let typed = prompt.input.text().trim().to_owned();
            let done = match prompt.subject {
                Subject::PresetName => presets::save_as(state, &typed),
                Subject::Field => form::set_chosen(state, &typed).map(|()| Vec::new()),
                Subject::LearningRate => rate(&typed).map(|rate| training::set_rate(state, rate)),
                Subject::ResumeRate => rate(&typed).map(|rate| runs::resume_at(state, rate)),
                Subject::Setting(place) => steering::set(state, place, &typed),
                Subject::MoreEpochs => steering::add_epochs(state, &typed),
                Subject::Checkpoint => steering::go_back(state, &typed),
                Subject::Branch => branch::begin(state, &typed),
                Subject::RunName => shelf::label(state, |label| label.rename(&typed)),
                Subject::RunTags => shelf::label(state, |label| label.retag(&typed)),
                Subject::RunNote => shelf::label(state, |label| label.annotate(&typed)),
                Subject::FigureText => Ok(inspect::set_text(state, prompt.input.text())),
                Subject::Samples => inspect::choose_typed(state, &typed),
                Subject::Scalars => Ok(charts::set_filter(state, &typed)),
                Subject::References => charts::set_references(state, &typed),
                Subject::DataPath => new_preset::look(state, prompt.clone()),
                Subject::TrialPreset => searches::save(state, &typed),
                Subject::SearchJobs => searches::begin(state, &typed),
            };
            done.unwrap_or_else(|problem| {
                prompt.error = Some(crate::tui::state::clean(&problem));
                state.overlays.push(Overlay::Prompt(prompt));
                Vec::new()
            })
        }
        Some(Overlay::Picker(picker)) => form::pick(state, picker),
        Some(Overlay::Tags { input, selected }) => watch::show_tag(state, input.text(), selected),
        Some(Overlay::Mistake(mistake)) => form::open_again(state, &mistake),
        Some(Overlay::Settings { selected }) => steering::choose(state, selected),
        Some(Overlay::Targets(targets)) => new_preset::choose(state, targets),
        Some(Overlay::Suggested(suggested)) => new_preset::save(state, suggested),
        Some(Overlay::Rates(rates)) => form::take_rate(state, rates),
        Some(
            Overlay::Help { .. }
            | Overlay::Card { .. }
            | Overlay::Details { .. }
            | Overlay::Reading { .. }
            | Overlay::Filter(_),
        )
        | None => Vec::new(),
    }
}

fn rate(typed: &str) -> Result<f64, String> {
    let rate = typed.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| format!("{typed:?} is not a number above 0"))
}

/// Narrows the list of keys where it is open, else that on the screen in front.
fn set_filter(state: &mut State, filter: &str) {
    let help = state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Help { scroll, words } => Some((scroll, words)),
        _ => None,
    });
    if let Some((scroll, words)) = help {
        (*scroll, *words) = (0, filter.to_owned());
        return;
    }
    match state.screen {
        Screen::Runs => state.runs.set_filter(filter),
        Screen::Hyper => state.form.set_filter(filter),
        Screen::Presets | Screen::Train | Screen::Inspect | Screen::Search | Screen::Queue => {
            state.presets.set_filter(filter);
        }
    }
}

fn line(state: &mut State) -> Option<&mut LineInput> {
    match state.overlays.last_mut()? {
        Overlay::Palette { input, selected } | Overlay::Tags { input, selected } => {
            *selected = 0;
            Some(input)
        }
        Overlay::Prompt(prompt) => {
            prompt.error = None;
            Some(&mut prompt.input)
        }
        Overlay::Picker(picker) => {
            picker.selected = 0;
            Some(&mut picker.input)
        }
        Overlay::Filter(input) => Some(input),
        Overlay::Help { .. }
        | Overlay::Card { .. }
        | Overlay::Details { .. }
        | Overlay::Reading { .. }
        | Overlay::Mistake(_)
        | Overlay::Confirm(_)
        | Overlay::Settings { .. }
        | Overlay::Targets(_)
        | Overlay::Rates(_)
        | Overlay::Suggested(_) => None,
    }
}

/// A key for the line that is typed.
pub(super) fn type_key(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    let Some(line) = line(state) else { return Vec::new() };
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Char('u') if control => line.clear(),
        KeyCode::Char('a') if control => line.home(),
        KeyCode::Char('e') if control => line.end(),
        KeyCode::Char(_) if control || event.modifiers.contains(KeyModifiers::ALT) => {}
        KeyCode::Char(letter) => line.insert(letter),
        KeyCode::Backspace => line.backspace(),
        KeyCode::Delete => line.delete(),
        KeyCode::Left => line.move_by(-1),
        KeyCode::Right => line.move_by(1),
        KeyCode::Home => line.home(),
        KeyCode::End => line.end(),
        _ => {}
    }
    typed(state)
}

/// What follows at once from a changed line: the list narrows, the figure moves, while the person types.
fn typed(state: &mut State) -> Vec<Effect> {
    match state.overlays.last() {
        Some(Overlay::Filter(input)) => {
            let filter = input.text().to_owned();
            set_filter(state, &filter);
            Vec::new()
        }
        Some(Overlay::Prompt(prompt)) if prompt.subject == Subject::FigureText => {
            let text = prompt.input.text().to_owned();
            inspect::set_text(state, &text)
        }
        _ => Vec::new(),
    }
}

/// Pasted text for the line that is typed; elsewhere it means nothing.
pub(super) fn type_text(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(line) = line(state) else { return Vec::new() };
    line.insert_text(text);
    typed(state)
}
