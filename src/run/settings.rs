//! The settings of a preset as pairs of a path and a value.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::preset::Preset;

/// The settings of a preset, by their paths as `--set` takes them, as text. What the preset says of itself (name, title,
/// description) is no setting.
pub fn settings(preset: &Preset) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    // Through text, since a number of 32 bits would get digits of 64 that it does not have.
    let value = serde_json::to_string(preset).ok().and_then(|text| serde_json::from_str(&text).ok());
    if let Some(Value::Object(fields)) = value {
        for (name, value) in fields {
            if !["name", "title", "description"].contains(&name.as_str()) {
                flatten(name, &value, &mut settings);
            }
        }
    }
    settings
}

fn flatten(path: String, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => match fields.iter().next() {
            // A kind with its fields: `Adam(learning_rate: 0.001)`.
            Some((kind, inside)) if fields.len() == 1 && kind.starts_with(char::is_uppercase) => {
                into.insert(path.clone(), kind.clone());
                match inside {
                    Value::Null => {}
                    Value::Object(_) => flatten(path, inside, into),
                    _ => flatten(format!("{path}.0"), inside, into),
                }
            }
            _ => fields.iter().for_each(|(name, value)| flatten(format!("{path}.{name}"), value, into)),
        },
        // Pairs and shapes are read at once.
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            let items: Vec<String> = items.iter().map(word).collect();
            into.insert(path, format!("({})", items.join(", ")));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(place, item)| flatten(format!("{path}[{place}]"), item, into));
        }
        Value::Null => {}
        simple => drop(into.insert(path, word(simple))),
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The same as a list, what people try most first.
pub fn most_told_first(preset: &Preset) -> Vec<(String, String)> {
    const FIRST: [&str; 5] =
        ["optimizer", "optimizer.learning_rate", "train.batch_size", "train.epochs", "seed"];
    let mut pairs: Vec<(String, String)> = settings(preset).into_iter().collect();
    // The sort keeps the order of the paths among the rest.
    pairs.sort_by_key(|(path, _)| FIRST.iter().position(|first| first == path).unwrap_or(FIRST.len()));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> Preset {
        let text = "(name: \"p\", title: \"\", data: (source: digits_8x8), layers: [Flatten, Dense(units: 16, \
             activation: relu), Dense(units: 10, activation: softmax)], loss: categorical_crossentropy, \
             optimizer: Adam(learning_rate: 0.003), train: (epochs: 3, batch_size: 32))";
        ron::from_str(text).unwrap()
    }

    #[test]
    fn settings_have_the_paths_that_set_takes() {
        let settings = settings(&preset());
        let get = |path: &str| settings.get(path).map(String::as_str);
        assert_eq!(get("optimizer"), Some("Adam"));
        assert_eq!(get("optimizer.learning_rate"), Some("0.003"));
        assert_eq!((get("layers[1]"), get("layers[1].units")), (Some("Dense"), Some("16")));
        assert_eq!((get("train.epochs"), get("name")), (Some("3"), None));
    }

    #[test]
    fn what_people_try_most_comes_first() {
        let told = most_told_first(&preset());
        let paths: Vec<&str> = told.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths[..3], ["optimizer", "optimizer.learning_rate", "train.batch_size"]);
        assert_eq!(told.len(), settings(&preset()).len());
    }
}
