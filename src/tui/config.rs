//! What a person has set once for every dashboard: colours, glyphs, keys, and what tells of the end of a training.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::graphics::Images;
use super::remap::Keymap;
use super::state::on_end::OnEnd;
use super::theme::{Colours, Theme};

/// The settings, as `config.ron` has them. What is left out has its default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The colours.
    pub theme: Colours,
    /// Whether nothing but ASCII is drawn.
    pub ascii: Ascii,
    /// Whether images are drawn in pixels.
    pub images: Images,
    /// How often the curves move.
    pub frames_per_second: FramesPerSecond,
    /// What tells that a training has ended.
    pub on_end: OnEnd,
    /// The keys.
    pub keymap: Keymap,
}

/// Whether nothing but ASCII is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ascii {
    /// Where the locale says so.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The most frames in a second that reports of a training ask for; keys are answered at once all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FramesPerSecond(pub u32);

impl Default for FramesPerSecond {
    fn default() -> Self {
        FramesPerSecond(10)
    }
}

impl FramesPerSecond {
    /// The least and the most.
    pub const RANGE: std::ops::RangeInclusive<u32> = 1..=60;

    /// The time between two frames.
    pub fn interval(self) -> std::time::Duration {
        std::time::Duration::from_secs(1) / self.0.max(1)
    }
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename = "SettingsConfig")]
struct File {
    theme: Colours,
    ascii: Ascii,
    images: Images,
    frames_per_second: Option<u32>,
    on_end: OnEnd,
    keys: BTreeMap<String, Vec<String>>,
}

/// What is wrong with `config.ron`, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Config {
    /// Reads the text of `config.ron`.
    ///
    /// # Errors
    /// When it is no RON, has a field or value that does not exist, or keys that cannot be.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        let options =
            ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let file: File = options.from_str(text).map_err(|error| ConfigError {
            line: error.span.start.line,
            column: error.span.start.col,
            problem: in_words(&error.code),
        })?;
        let frames_per_second = match file.frames_per_second {
            None => FramesPerSecond::default(),
            Some(frames) if FramesPerSecond::RANGE.contains(&frames) => FramesPerSecond(frames),
            Some(frames) => {
                let problem = format!("frames_per_second is {frames}; it is from 1 to 60");
                return Err(located(text, "frames_per_second", problem));
            }
        };
        let mut keymap = Keymap::default();
        for (name, keys) in &file.keys {
            keymap.change(name, keys).map_err(|problem| located(text, &format!("{name:?}"), problem))?;
        }
        keymap.check().map_err(|(name, problem)| located(text, &format!("{name:?}"), problem))?;
        let File { theme, ascii, images, on_end, .. } = file;
        Ok(Config { theme, ascii, images, frames_per_second, on_end, keymap })
    }

    /// The theme that this asks for in a terminal which offers `detected`.
    pub fn theme_for(&self, detected: Theme) -> Theme {
        let is_ascii = match self.ascii {
            Ascii::Auto => detected.is_ascii,
            Ascii::Always => true,
            Ascii::Never => false,
        };
        let rich_glyphs = detected.rich_glyphs && !is_ascii;
        Theme { colours: self.theme, is_ascii, rich_glyphs, ..detected }
    }
}

/// What is wrong, and what to do.
fn in_words(error: &ron::Error) -> String {
    let (problem, help) = crate::preset::parse::explain(error);
    if help.is_empty() { problem } else { format!("{problem}: {help}") }
}

/// A problem with what is written as `word`.
fn located(text: &str, word: &str, problem: String) -> ConfigError {
    let at = text.find(word).unwrap_or(0);
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = text[line_start..at].chars().count() + 1;
    ConfigError { line: before.matches('\n').count() + 1, column, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::commands::Command;
    use crate::tui::keymap::keys_of;
    use crate::tui::state::on_end::Notify;
    use crate::tui::theme::Depth;

    #[test]
    fn what_is_left_out_has_its_default_and_what_is_set_holds() {
        assert_eq!(Config::parse("()"), Ok(Config::default()));
        let text = r#"(
            theme: colour_blind, // red and green look alike to me
            ascii: always,
            frames_per_second: 4,
            on_end: (after_seconds: 0, bell: false, notify: osc777, command: "mail -s done me"),
            keys: {"pause": ["F5"], "runs.open-run": ["o", "Enter"]},
        )"#;
        let config = Config::parse(text).unwrap();
        assert_eq!((config.theme, config.frames_per_second.0), (Colours::ColourBlind, 4));
        assert_eq!(config.on_end.command.as_deref(), Some("mail -s done me"));
        assert_eq!(config.on_end.notify, Notify::Osc777);
        assert_eq!(keys_of(&config.keymap, Command::OpenRun), "o Enter");
        let theme = config.theme_for(Theme::new(Depth::True, true));
        assert!(theme.is_ascii && !theme.rich_glyphs && theme.depth == Depth::True);
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let problem = |text: &str| Config::parse(text).unwrap_err().to_string();
        assert!(
            problem("(\n  thme: dark,\n)").starts_with("line 2, column "),
            "{}",
            problem("(\n  thme: dark,\n)")
        );
        assert_eq!(
            problem("(theme: colorblind)"),
            "line 1, column 9: unknown colours 'colorblind': did you mean colour_blind? valid: standard, dark, light, \
             high_contrast, colour_blind"
        );
        let thema = problem("(thema: dark)");
        assert!(thema.contains("unknown field 'thema' of settings: did you mean theme?"), "{thema}");
        for (text, words) in [
            ("(frames_per_second: ten)", "no whole number stands here"),
            ("theme: dark", "no parentheses open here"),
            ("(theme: dark", "is a comma missing, or a quote or bracket open?"),
            ("", "no parentheses open here"),
            ("(keys: {\"pause\": \"F5\"})", "no list begins here"),
            ("(on_end: (notify: osc8))", "unknown notify 'osc8': did you mean osc9?"),
        ] {
            let told = problem(text);
            let rust = ["enum", "struct", "Expected", "variant"];
            assert!(told.contains(words) && !rust.iter().any(|word| told.contains(word)), "{told}");
        }
        assert_eq!(
            problem("(\n  theme: dark, frames_per_second: 600)"),
            "line 2, column 16: frames_per_second is 600; it is from 1 to 60"
        );
        let keys = problem("(keys: {\n  \"pause\": [\"F5\"],\n  \"paus\": [\"F6\"],\n})");
        assert!(keys.starts_with("line 3, column 3: no command is called \"paus\""), "{keys}");
        assert!(problem("(keys: {\"pause\": [\"F1\"]})").contains("F1 is already the key of help"));
    }
}
