//! Commands that do nothing now.

use crate::tui::availability::hindrance;
use crate::tui::commands::Command;
use crate::tui::state::State;

/// Says why a command does nothing, if so.
pub(super) fn is_hindered(state: &mut State, command: Command) -> bool {
    let why = hindrance(state, command);
    if let Some(why) = why {
        state.inform(why);
    }
    why.is_some()
}
