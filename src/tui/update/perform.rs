//! Which function does a command: the only place that knows both. A command without a function does not compile.

use crate::tui::commands::Command;
use crate::tui::message::Effect;
use crate::tui::state::State;

use super::{edit, inspect, manners, navigate, new_preset, overlays, presets, runs, shelf, training};

/// Does a command.
pub(super) fn perform(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Start => presets::start(state),
        Command::TrainAgain => presets::start_shown(state),
        Command::Pause => training::pause_or_resume(state),
        Command::Step => training::single_step(state),
        Command::Stop => training::stop(state),
        Command::Faster => training::raise_learning_rate(state),
        Command::Slower => training::lower_learning_rate(state),
        Command::SetRate => training::ask_learning_rate(state),
        Command::TakeOver => training::take_over(state),
        Command::SaveWeights => training::save_weights(state),
        Command::LogScale => training::toggle_log_scale(state),
        Command::NextChart => training::next_chart(state),
        Command::Smoothing => training::cycle_smoothing(state),
        Command::FoldOutliers => training::fold_outliers(state),

        Command::Read => presets::read(state),
        Command::Filter => presets::filter(state),
        Command::Unfilter => presets::unfilter(state),
        Command::NewPreset => new_preset::ask_data(state),
        Command::CompletePath => new_preset::complete(state),

        Command::OpenRun => runs::open(state),
        Command::EarlierCheckpoint => runs::go_to_checkpoint(state, -1),
        Command::LaterCheckpoint => runs::go_to_checkpoint(state, 1),
        Command::ResumeRun => runs::resume(state),
        Command::MarkRun => shelf::mark(state),
        Command::UnmarkRuns => shelf::unmark(state),
        Command::NextCurve => shelf::next_curve(state),
        Command::CompareRuns => shelf::compare(state),
        Command::FilterRuns => runs::filter(state),
        Command::UnfilterRuns => runs::unfilter(state),
        Command::SortRuns => shelf::sort(state),
        Command::ReverseRuns => shelf::reverse(state),
        Command::RunSettings => shelf::settings(state),
        Command::NameRun => shelf::ask_name(state),
        Command::TagRun => shelf::ask_tags(state),
        Command::NoteRun => shelf::ask_note(state),
        Command::DiscardRun => shelf::ask_discard(state),
        Command::RestoreRun => shelf::restore(state),
        Command::ListRuns => runs::list(state),

        Command::Show(screen) => navigate::go(state, screen),
        Command::NextScreen => navigate::turn(state, 1),
        Command::PreviousScreen => navigate::turn(state, -1),

        Command::Up => navigate::move_by(state, -1),
        Command::Down => navigate::move_by(state, 1),
        Command::PageUp => navigate::move_by(state, -10),
        Command::PageDown => navigate::move_by(state, 10),
        Command::First => navigate::first(state),
        Command::Last => navigate::last(state),

        Command::NextSample => inspect::next(state),
        Command::PreviousSample => inspect::previous(state),
        Command::OnlyWrong => inspect::toggle_wrong(state),
        Command::Confusion => inspect::toggle_confusion(state),
        Command::NextView => inspect::next_view(state),
        Command::PreviousView => inspect::previous_view(state),
        Command::NextPart => inspect::next_part(state),
        Command::NextLeaf => inspect::next_page(state),
        Command::PreviousLeaf => inspect::previous_page(state),
        Command::LookRight => inspect::right(state),
        Command::LookLeft => inspect::left(state),
        Command::NextItem => inspect::next_item(state),
        Command::PreviousItem => inspect::previous_item(state),
        Command::RaiseLevel => inspect::raise_level(state),
        Command::LowerLevel => inspect::lower_level(state),
        Command::FigureText => inspect::ask_text(state),
        Command::Refresh => inspect::refresh(state),

        Command::Edit => edit::begin(state),
        Command::Less => edit::less(state),
        Command::More => edit::more(state),
        Command::ResetField => edit::reset_field(state),
        Command::Reset => edit::reset_all(state),
        Command::SavePreset => presets::ask_name(state),

        Command::FindKey => overlays::find_key(state),
        Command::Picture => manners::picture(state),
        Command::Copy => manners::copy(state),
        Command::NextTheme => manners::next_theme(state),
        Command::Help => overlays::help(state),
        Command::Palette => overlays::palette(state),
        Command::Detach => overlays::detach(state),
        Command::Suspend => vec![Effect::Suspend],
        Command::Quit => overlays::quit(state),
        Command::Close | Command::No => overlays::close(state),
        Command::Accept | Command::Yes => overlays::accept(state),
    }
}
