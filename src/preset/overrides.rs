//! `--set train.epochs=2`: values of a preset replaced by path.

use super::outline::Outline;
use super::parse::{PresetError, parse};
use super::path::{Key, Path};

/// Replaces the value at a path in a preset's text; `layers.0.filters=64` and `layers[0].filters=64` are the same.
/// A field that the text leaves out is added where its struct stands. Returns the new text.
///
/// # Errors
/// When the text is not an assignment, the path leads nowhere, or the value is not of the field's kind.
pub fn apply(text: &str, assignment: &str) -> Result<String, PresetError> {
    let wrong =
        |problem: String, help: &str| PresetError::whole(&format!("--set {assignment}"), problem, help);
    let (path, value) = assignment
        .split_once('=')
        .ok_or_else(|| wrong("no '=' in it".into(), "write --set train.epochs=2"))?;
    let (path, value) = (read_path(path.trim()), value.trim());
    if path.0.is_empty() || value.is_empty() {
        return Err(wrong("a path or a value is missing".into(), "write --set train.epochs=2"));
    }
    let outline = Outline::of(text);
    let new = match outline.find_exactly(&path) {
        Some(span) => format!("{}{value}{}", &text[..span.start], &text[span.end..]),
        None => {
            let (parent, name) = match path.0.split_last() {
                Some((Key::Field(name), parent)) => (Path(parent.to_vec()), name),
                _ => return Err(wrong(format!("there is no {path}"), "count list places from 0")),
            };
            add_field(text, &outline, &parent, name, value).ok_or_else(|| {
                wrong(format!("there is no {path}"), "`trainyard presets show NAME` shows the fields")
            })?
        }
    };
    // The whole preset is read again, so that a wrong name or kind is refused here, with what would be valid.
    parse(&new, &format!("--set {assignment}")).map(|_| new)
}

/// Puts `name: value` into the struct at `parent`, before its closing parenthesis. `None` where the text leaves out
/// the whole struct, such as `train: (…)`.
fn add_field(text: &str, outline: &Outline, parent: &Path, name: &str, value: &str) -> Option<String> {
    let span = outline.find_exactly(parent)?;
    let inside = &text[span.clone()];
    if !inside.ends_with(')') {
        // A variant without options, such as `Flatten`, gets its parentheses.
        return Some(format!("{}({name}: {value}){}", &text[..span.end], &text[span.end..]));
    }
    let end = span.end - 1;
    let before = text[..end].trim_end();
    let comma = if before.ends_with(',') || before.ends_with('(') { "" } else { "," };
    Some(format!("{before}{comma} {name}: {value}{}", &text[end..]))
}

fn read_path(path: &str) -> Path {
    let keys = path.split(['.', '[', ']']).filter(|part| !part.is_empty()).map(|part| match part.parse() {
        Ok(index) => Key::Index(index),
        Err(_) => Key::Field(part.to_owned()),
    });
    Path(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::super::layers::{Conv2D, Layer};
    use super::super::optimizers::{Optimizer, Sgd};
    use super::*;

    const CNN: &str = include_str!("../../presets/mnist-cnn.ron");

    #[test]
    fn values_are_replaced_by_path() {
        let text = apply(CNN, "train.epochs=2").unwrap();
        let text = apply(&text, "optimizer.learning_rate=0.01").unwrap();
        let text = apply(&text, "layers.0.filters = 8").unwrap();
        let text = apply(&text, "data.train_samples=1000").unwrap();
        let preset = parse(&text, "x").unwrap();
        assert_eq!((preset.train.epochs, preset.optimizer.learning_rate()), (2, 0.01));
        assert!(matches!(preset.layers[0], Layer::Conv2D(Conv2D { filters: 8, .. })));
        assert_eq!(preset.data.train_samples, Some(1000));
        let text = apply(&text, "optimizer=SGD(momentum: 0.9)").unwrap();
        assert!(matches!(parse(&text, "x").unwrap().optimizer, Optimizer::Sgd(Sgd { momentum: 0.9, .. })));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused_with_the_valid_names() {
        let shown = apply(CNN, "train.epoch=2").unwrap_err().to_string();
        assert!(shown.contains("unknown field 'epoch'") && shown.contains("did you mean epochs?"), "{shown}");
        assert!(apply(CNN, "layers.9.filters=2").unwrap_err().to_string().contains("there is no layers[9]"));
        assert!(apply(CNN, "train.epochs").unwrap_err().to_string().contains("no '='"));
        assert!(apply(CNN, "train.epochs=many").is_err());
    }
}
