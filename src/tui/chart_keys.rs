//! The keys of charts that fill the screen.

use crossterm::event::KeyCode;

use super::bindings::{Table, bind, shown};
use super::commands::Command;
use super::keys::{ch, ctrl, key};
use super::state::{Screen, State};

/// They are looked up before those of the screen.
pub static CHARTS: Table = Table {
    title: "Charts",
    bindings: &[
        shown(&[key(KeyCode::Right), ch('l')], Command::CursorRight, "read"),
        bind(&[key(KeyCode::Left), ch('h')], Command::CursorLeft),
        shown(&[key(KeyCode::Up), ch('k')], Command::ZoomIn, "zoom"),
        bind(&[key(KeyCode::Down), ch('j')], Command::ZoomOut),
        shown(&[key(KeyCode::PageDown), ctrl('d')], Command::PanRight, "move"),
        bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PanLeft),
        bind(&[key(KeyCode::Home), ch('g')], Command::CursorFirst),
        bind(&[key(KeyCode::End), ch('G')], Command::CursorLast),
        shown(&[ch('0')], Command::WholeRange, "all"),
        shown(&[key(KeyCode::Esc), ch('C')], Command::CloseCharts, "back"),
        shown(&[ch('a')], Command::NextAxis, "axis"),
        shown(&[ch('y')], Command::LogScale, "log"),
        bind(&[ch('Y')], Command::LogX),
        shown(&[ch('m')], Command::Smoothing, "smooth"),
        shown(&[ch(']')], Command::MorePanes, "more"),
        shown(&[ch('[')], Command::FewerPanes, "fewer"),
        shown(&[ch('/')], Command::FilterPanes, "find"),
        bind(&[ch('r')], Command::References),
        bind(&[ch('c')], Command::NextChart),
        bind(&[ch('o')], Command::FoldOutliers),
    ],
};

/// Whether charts fill the screen and have the arrow keys.
pub fn are_open(state: &State) -> bool {
    match state.screen {
        Screen::Train => state.chart.is_open,
        Screen::Runs => state.runs.chart.is_open && !state.runs.drawn().is_empty(),
        Screen::Presets | Screen::Inspect | Screen::Hyper | Screen::Search | Screen::Queue => false,
    }
}
