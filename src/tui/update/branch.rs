//! A new run that goes on from the checkpoint of another, with changes.

use crate::run::Overview;
use crate::tui::availability::EVENT_FILES;
use crate::tui::branching::changed;
use crate::tui::message::Effect;
use crate::tui::state::State;
use crate::tui::state::input::LineInput;
use crate::tui::state::overlay::{Overlay, Prompt, Subject};
use crate::tui::state::runs::{Item, Purpose, Waiting};

use super::runs::when_read;

/// The run from whose checkpoint a new one would go on, and the checkpoint: that of the open run which is shown, or else the best
/// one, or the newest, of the chosen run.
fn origin(state: &State) -> Result<(Overview, u64), String> {
    let opened = state.opened.as_ref();
    let overview = match opened {
        Some(opened) => state.runs.list.iter().flatten().find(|overview| overview.run.name() == opened.run),
        None => state.runs.current(),
    };
    let none = match state.runs.chosen() {
        Some(Item::Watched(..)) => EVENT_FILES,
        Some(Item::Own(_)) | None => {
            "choose a run on the screen Runs first: a new one goes on from its checkpoint"
        }
    };
    let overview = overview.ok_or(none)?;
    let manifest = overview.manifest.as_ref().map_err(Clone::clone)?;
    let best = manifest.best.map(|best| best.step).filter(|step| overview.checkpoints.contains(step));
    let step = opened.and_then(|opened| opened.at).or(best).or(overview.checkpoints.last().copied());
    let step = step.ok_or_else(|| format!("{} has no checkpoint yet", overview.run.name()))?;
    Ok((overview.clone(), step))
}

/// Asks what the new run changes.
pub fn ask(state: &mut State) -> Vec<Effect> {
    match origin(state) {
        Err(problem) => state.inform(problem),
        Ok((overview, step)) => state.overlays.push(Overlay::Prompt(Prompt {
            title: format!("New run from step {step} of {}", overview.run.name()),
            help: "what it changes, as --set takes it, such as optimizer.learning_rate=0.001; several are divided by ; \
                   and train.epochs=+5 adds epochs"
                .into(),
            input: LineInput::new("train.epochs=+5"),
            error: None,
            subject: Subject::Branch,
        })),
    }
    Vec::new()
}

/// Begins the new run with the changes that were typed.
///
/// # Errors
/// When they do not fit the run.
pub(super) fn begin(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let (overview, step) = origin(state)?;
    let manifest = overview.manifest.as_ref().map_err(Clone::clone)?;
    let mut changes: Vec<String> =
        typed.split(';').map(|change| change.trim().to_owned()).filter(|change| !change.is_empty()).collect();
    for change in &mut changes {
        if let Some(more) = change.strip_prefix("train.epochs=+") {
            let more: u32 = more.parse().map_err(|_| format!("{change}: use a whole number behind the +"))?;
            let epochs = manifest.preset_at(step).train.epochs.saturating_add(more);
            *change = format!("train.epochs={epochs}");
        }
    }
    // What is wrong with the changes is said before anything is read or ended.
    changed(manifest, step, &changes)?;
    Ok(when_read(state, Waiting { overview, purpose: Purpose::Branch(step, changes) }))
}
