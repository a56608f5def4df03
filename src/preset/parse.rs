//! From text to a preset, with errors that point at their place.

use std::fmt;

pub use super::nearest::nearest;
use super::outline::Outline;
use super::path::Path;
use super::ron_options::options;
use super::search_block;
use super::syntax;
use super::types::Preset;

/// The most bytes of a preset. Most are a page of text, but one for a table of thousands of columns may name each of them, and a
/// run writes a column on lines of its own.
pub const LARGEST: usize = 1 << 24;

/// What is wrong with a preset, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetError {
    /// The file, or the built-in preset's name.
    pub origin: String,
    /// Line and column, from 1; `None` when the error is not about a place.
    pub place: Option<(usize, usize)>,
    /// The line.
    pub line: Box<str>,
    /// What is wrong.
    pub problem: String,
    /// What would be valid; may be empty.
    pub help: Box<str>,
    /// Whether the fault is in the files that the preset names, not in the preset.
    pub blames_files: bool,
    /// The value that is not valid, where that is known.
    pub path: Option<Box<Path>>,
}

impl std::error::Error for PresetError {}

impl fmt::Display for PresetError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Some((line, column)) = self.place else {
            write!(f, "{}: {}", self.origin, self.problem)?;
            return if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) };
        };
        write!(f, "{}:{line}:{column}: {}", self.origin, self.problem)?;
        let number = line.to_string();
        let gap = " ".repeat(number.len());
        // A tab takes one column, both in the line that is shown and below it.
        let shown: String = self.line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        write!(f, "\n {gap} |\n {number} | {shown}\n {gap} | {}^", " ".repeat(column - 1))?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n {gap} = help: {}", self.help) }
    }
}

impl PresetError {
    /// An error about a whole file.
    pub fn whole(origin: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
        PresetError {
            origin: origin.to_owned(),
            place: None,
            line: Box::default(),
            problem: problem.into(),
            help: help.into().into_boxed_str(),
            blames_files: false,
            path: None,
        }
    }

    /// An error about the value at `path` in `text`.
    pub fn at(
        origin: &str,
        text: &str,
        path: &Path,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let offset = Outline::of(text).find(path).start;
        Self::at_offset(origin, text, (path, offset), problem, help)
    }

    /// An error about the name of the field at `path` in `text`, not about its value.
    pub fn at_name(
        origin: &str,
        text: &str,
        path: &Path,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let outline = Outline::of(text);
        let offset = outline.name(path).unwrap_or_else(|| outline.find(path).start);
        Self::at_offset(origin, text, (path, offset), problem, help)
    }

    fn at_offset(
        origin: &str,
        text: &str,
        (path, offset): (&Path, usize),
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let first = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let column = String::from_utf8_lossy(&before[first..]).chars().count() + 1;
        let error = Self::placed(origin, text, (line, column), problem.into(), help.into());
        PresetError { path: Some(Box::new(path.clone())), ..error }
    }

    /// An error in the files that a preset names; `problem` says what is wrong with them.
    pub fn of_files(origin: &str, text: &str, problem: impl fmt::Display) -> Self {
        let source = Path::to("data").field("source");
        let help = "`trainyard data check FILE` lists what is wrong with a file";
        PresetError { blames_files: true, ..Self::at(origin, text, &source, problem.to_string(), help) }
    }

    fn placed(origin: &str, text: &str, place: (usize, usize), problem: String, help: String) -> Self {
        let line = text.lines().nth(place.0 - 1).unwrap_or_default().chars().take(200).collect();
        PresetError {
            origin: origin.to_owned(),
            place: Some(place),
            line,
            problem,
            help: help.into_boxed_str(),
            blames_files: false,
            path: None,
        }
    }
}

/// Reads a preset; `origin` names it in errors.
///
/// # Errors
/// The first thing that is not as it should be, with its place and what would be valid.
pub fn parse(text: &str, origin: &str) -> Result<Preset, PresetError> {
    if text.len() > LARGEST {
        let size = text.len();
        return Err(PresetError::whole(
            origin,
            format!("{size} bytes are too many for a preset"),
            "16 MB at most",
        ));
    }
    let without_search = search_block::blanked(text);
    options().from_str(&without_search).map_err(|error| {
        let place = (error.span.start.line.max(1), error.span.start.col.max(1));
        let (problem, help) = explain(&error.code);
        PresetError::placed(origin, text, place, problem, help)
    })
}

/// Writes a preset so that [`parse`] reads it back.
///
/// # Errors
/// When it cannot be written as RON.
pub fn write(preset: &Preset) -> Result<String, PresetError> {
    let pretty = ron::ser::PrettyConfig::default().depth_limit(3);
    options()
        .to_string_pretty(preset, pretty)
        .map_err(|error| PresetError::whole(&preset.name, error.to_string(), String::new()))
}

/// What is wrong with how something is written, and what to do, in plain words.
pub fn explain(error: &ron::Error) -> (String, String) {
    use ron::Error as Ron;
    let list = |names: &[&str]| names.join(", ");
    let suggest = |names: &[&str], wrong: &str| match nearest(wrong, names.iter().copied()) {
        Some(near) => format!("did you mean {near}? valid: {}", list(names)),
        None => format!("valid: {}", list(names)),
    };
    match error {
        Ron::NoSuchStructField { expected, found, outer } => {
            let outer = outer.as_deref().map(syntax::group);
            let of = outer.as_ref().map(|outer| format!(" of {outer}")).unwrap_or_default();
            let is_of_preset = outer.is_some_and(|outer| outer == "Preset");
            let help = match (is_of_preset, found.as_str()) {
                (true, "preset") => {
                    "a file that names a preset is a search, which `trainyard search FILE` carries out".into()
                }
                // The block of a search is taken out before the rest is read.
                (true, _) => suggest(&[*expected, &["search"]].concat(), found),
                (false, _) => suggest(expected, found),
            };
            (format!("unknown field '{found}'{of}"), help)
        }
        Ron::NoSuchEnumVariant { expected, found, outer } => {
            let what = outer.as_deref().map_or("value".into(), syntax::kind);
            (format!("unknown {what} '{found}'"), suggest(expected, found))
        }
        Ron::MissingStructField { field, outer } => {
            let of =
                outer.as_deref().map(|outer| format!(" of {}", syntax::group(outer))).unwrap_or_default();
            (format!("the field '{field}'{of} is missing"), format!("add {field}: …"))
        }
        Ron::DuplicateStructField { field, .. } => {
            (format!("the field '{field}' stands here twice"), String::new())
        }
        Ron::InvalidValueForType { expected, found } => {
            (format!("{} does not belong here", syntax::value(found)), format!("expected {expected}"))
        }
        other => match syntax::in_words(other) {
            Some((problem, help)) => (problem.into(), help.into()),
            None => (other.to_string(), String::new()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CNN: &str = include_str!("../../presets/mnist-cnn.ron");

    fn message(text: &str) -> String {
        parse(text, "my.ron").unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_field_is_shown_with_its_line_and_the_nearest_name() {
        let shown = message(&CNN.replace("filters: 32", "filtres: 32"));
        assert!(shown.starts_with("my.ron:"), "{shown}");
        assert!(shown.contains("unknown field 'filtres'"), "{shown}");
        assert!(shown.contains("Conv2D(filtres: 32") && shown.contains("did you mean filters?"), "{shown}");
    }

    #[test]
    fn an_unknown_layer_activation_or_type_is_explained() {
        let shown = message(&CNN.replace("Conv2D(", "Conv2d("));
        assert!(shown.contains("'Conv2d'") && shown.contains("did you mean Conv2D?"), "{shown}");
        let shown = message(&CNN.replace("activation: softmax", "activation: sofmax"));
        assert!(shown.contains("did you mean softmax?"), "{shown}");
        let shown = message(&CNN.replace("epochs: 5", "epochs: \"five\""));
        assert!(shown.contains("my.ron:") && shown.contains("epochs"), "{shown}");
    }

    #[test]
    fn an_error_has_the_same_place_whatever_ends_a_line() {
        let broken = CNN.replace("filters: 32", "filtres: 32");
        assert_eq!(message(&broken.replace('\n', "\r\n")), message(&broken));
        // Well written, and refused for what it says.
        let refused = |text: &str| parse(text, "x").unwrap().check("x", text).unwrap_err().to_string();
        let wrong = CNN.replace("epochs: 5", "epochs: 0");
        assert_eq!(refused(&wrong.replace('\n', "\r\n")), refused(&wrong));
    }

    #[test]
    fn a_preset_comes_back_as_it_was_written() {
        let preset = parse(CNN, "mnist-cnn").unwrap();
        assert_eq!(parse(&write(&preset).unwrap(), "again").unwrap(), preset);
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_read_without_a_panic(text in ".{0,200}") {
            let _ = parse(&text, "x").map_err(|error| error.to_string());
        }

        #[test]
        fn a_damaged_preset_is_refused_or_read_without_a_panic(at in 0..CNN.len(), junk in "[(\\[\\]),:a0\"\\\\]{0,3}") {
            if CNN.is_char_boundary(at) {
                let text = format!("{}{junk}{}", &CNN[..at], &CNN[at..]);
                let _ = parse(&text, "x").map_err(|error| error.to_string());
            }
        }
    }
}
