//! A value in a text, with its place for messages.

use crate::preset::outline::Node;
use crate::preset::parse::nearest;
use crate::preset::{Path, PresetError};

/// A value in a text.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    pub origin: &'a str,
    pub text: &'a str,
    pub node: &'a Node,
    pub path: Path,
}

impl<'a> Cursor<'a> {
    /// The value as it is written.
    pub fn written(&self) -> &'a str {
        self.text[self.node.span()].trim()
    }

    /// The word with which it begins, without quotes.
    pub fn word(&self) -> String {
        let written = self.written();
        match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => quoted.to_owned(),
            None => self.node.word(self.text).to_owned(),
        }
    }

    /// An error about this value.
    pub fn error(&self, problem: impl Into<String>, help: impl Into<String>) -> PresetError {
        PresetError::at(self.origin, self.text, &self.path, problem, help)
    }

    /// An error about its name.
    pub fn error_of_name(&self, problem: impl Into<String>, help: impl Into<String>) -> PresetError {
        PresetError::at_name(self.origin, self.text, &self.path, problem, help)
    }

    /// The values without a name in its brackets.
    pub fn items(&self) -> Vec<Cursor<'a>> {
        let at = |(place, node)| Cursor { node, path: self.path.clone().index(place), ..self.clone() };
        self.node.items().enumerate().map(at).collect()
    }

    /// The values with names in its brackets, in the order of the text.
    pub fn fields(&self) -> Vec<(String, Cursor<'a>)> {
        let named = self.node.parts().iter().filter_map(|part| Some((part.name.clone()?, &part.node)));
        named
            .map(|(name, node)| {
                (name.clone(), Cursor { node, path: self.path.clone().field(&name), ..self.clone() })
            })
            .collect()
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<Cursor<'a>> {
        self.fields().into_iter().find(|(found, _)| found == name).map(|(_, field)| field)
    }

    /// Refuses fields of other names, and names that stand here twice.
    pub fn knows(&self, names: &[&str]) -> Result<(), PresetError> {
        let fields = self.fields();
        for (place, (name, field)) in fields.iter().enumerate() {
            if !names.contains(&name.as_str()) {
                let valid = if names.is_empty() {
                    "it has none".into()
                } else {
                    format!("valid: {}", names.join(", "))
                };
                let near = nearest(name, names.iter().copied());
                let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
                return Err(field.error(format!("unknown field '{name}'"), format!("{near}{valid}")));
            }
            if fields[..place].iter().any(|(before, _)| before == name) {
                return Err(field.error(format!("the field '{name}' stands here twice"), ""));
            }
        }
        Ok(())
    }

    /// Refuses what stands behind the values that are known.
    pub fn ends(&self) -> Result<(), PresetError> {
        match self.node.inside() {
            None if matches!(self.written().as_bytes().first(), Some(b'(' | b'[' | b'{')) => {
                Err(self.error("the bracket that begins here has no end", "close it"))
            }
            _ => Ok(()),
        }
    }

    /// A text in quotes.
    pub fn text(&self) -> Result<String, PresetError> {
        let wrong = |_| self.error(format!("'{}' is not a text", self.written()), "write it in quotes");
        ron::from_str(self.written()).map_err(wrong)
    }

    /// A finite number.
    pub fn number(&self) -> Result<f64, PresetError> {
        let number = self.written().parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.error(format!("'{}' is not a number", self.written()), "write 0.1 or 1e-5"))
    }

    /// A whole number from `least` on.
    pub fn whole<N>(&self, least: i64) -> Result<N, PresetError>
    where
        N: TryFrom<i64>,
    {
        let read = self.written().parse::<i64>();
        let whole = read.as_ref().ok().copied().filter(|whole| *whole >= least);
        whole.and_then(|whole| N::try_from(whole).ok()).ok_or_else(|| match read {
            // What is too large for any setting is no matter of how it is written.
            Err(_) if self.number().is_ok_and(|number| number.fract() != 0.0) => self.error(
                format!("'{}' is not a whole number", self.written()),
                "write a whole number, or use uniform(low, high) for a setting that takes fractions",
            ),
            Ok(whole) if whole < least => self.error(
                format!("'{whole}' is not a whole number from {least} on"),
                format!("write {least} or more"),
            ),
            _ => self.error(
                format!("'{}' is not a whole number from {least} on", self.written()),
                "write the number in digits, and not too large a one",
            ),
        })
    }
}
