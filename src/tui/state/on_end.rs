//! What tells a person that a training has ended.

use serde::Deserialize;

/// What tells that a training has ended or failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnEnd {
    /// Only trainings that took at least so many seconds are told of.
    pub after_seconds: u32,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Have the terminal show a notification.
    pub notify: Notify,
    /// Run this in a shell, with TRAINYARD_PRESET, TRAINYARD_OUTCOME and of a training TRAINYARD_RUN and TRAINYARD_REASON, of a search
    /// TRAINYARD_SEARCH, TRAINYARD_TRIALS and TRAINYARD_BEST in its environment.
    pub command: Option<String>,
}

impl Default for OnEnd {
    fn default() -> Self {
        OnEnd { after_seconds: 30, bell: true, notify: Notify::Off, command: None }
    }
}

/// The escape sequence by which a terminal is asked for a notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    /// None.
    #[default]
    Off,
    /// OSC 9: iTerm2, WezTerm, Ghostty, Kitty, Windows Terminal.
    Osc9,
    /// OSC 777: urxvt, foot, Ghostty.
    Osc777,
}
