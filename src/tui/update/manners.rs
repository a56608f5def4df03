//! What concerns the dashboard itself: its colours, pictures of it, the clipboard.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::tui::message::Effect;
use crate::tui::state::presets::Origin;
use crate::tui::state::runs::Item;
use crate::tui::state::{Screen, State, clean};
use crate::tui::{picture, screens};

/// Shows the next choice of colours.
pub(super) fn next_theme(state: &mut State) -> Vec<Effect> {
    state.theme.colours = state.theme.colours.next();
    state.inform(format!("colours: {}", state.theme.colours.name()));
    Vec::new()
}

/// Has the screen written to files.
pub(super) fn picture(state: &mut State) -> Vec<Effect> {
    // Drawn once more: what is on the terminal may be older than the state.
    let Ok(mut paper) = Terminal::new(TestBackend::new(state.size.width, state.size.height));
    let Ok(frame) = paper.draw(|frame| screens::draw(state, frame));
    let title = format!("Trainyard, {}", state.screen.title());
    vec![Effect::SavePicture {
        svg: picture::svg(frame.buffer, &title, state.theme.colours),
        text: picture::text(frame.buffer),
    }]
}

/// Says where the picture is.
pub(super) fn on_picture(state: &mut State, result: Result<String, String>) {
    match result {
        Ok(path) => state.inform(format!("the screen is in {path}, and as text beside it")),
        Err(problem) => state.complain(format!("the screen is not written: {problem}")),
    }
}

/// Copies what stands in front, as a command line takes it: the folder of a run, a preset's name or file.
pub(super) fn copy(state: &mut State) -> Vec<Effect> {
    let run = match state.screen {
        Screen::Runs => state.runs.chosen().map(|item| match item {
            Item::Own(overview) => overview.run.path().display().to_string(),
            Item::Watched(_, row) => row.folder.display().to_string(),
        }),
        Screen::Train | Screen::Inspect => state.runs.shown.clone(),
        Screen::Search => state.searches.row().and_then(|row| row.runs.first().cloned()),
        Screen::Queue => state.queue.command(),
        Screen::Presets | Screen::Hyper => None,
    };
    let preset = || {
        let entry = state.presets.current()?;
        Some(match &entry.origin {
            Origin::BuiltIn => entry.draft.name.clone(),
            Origin::User(file) => file.clone(),
        })
    };
    match run.or_else(preset) {
        Some(text) => {
            state.inform(format!("copied: {}", clean(&text)));
            vec![Effect::Copy(text)]
        }
        None => {
            state.complain("there is nothing to copy");
            Vec::new()
        }
    }
}
