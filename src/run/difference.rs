//! What two runs differ in: settings, results, data, and the program that ran them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::settings::settings;
use super::{Overview, learned};
use crate::preset::Preset;

/// Something in which two runs differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Of which kind it is.
    pub kind: Kind,
    /// What differs: the path of a setting, a figure, a file.
    pub what: String,
    /// Its value in the first and the second run; `None` where a run has none.
    pub values: [Option<String>; 2],
}

/// The kinds of differences, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A setting of the preset.
    Setting,
    /// A result.
    Result,
    /// The data that it was trained on.
    Data,
    /// The version of the program, the device, the machine.
    Program,
}

impl Kind {
    /// The heading above differences of this kind.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Setting => "settings",
            Kind::Result => "results",
            Kind::Data => "data",
            Kind::Program => "program",
        }
    }
}

/// What the second run differs in from the first, by kind and name.
pub fn differences(first: &Overview, second: &Overview) -> Vec<Difference> {
    let both = |facts: fn(&Overview) -> BTreeMap<(Kind, String), String>| [facts(first), facts(second)];
    let [a, b] = both(facts);
    let mut names: Vec<&(Kind, String)> = a.keys().chain(b.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| (name, [a.get(name).cloned(), b.get(name).cloned()]))
        .filter(|(_, [first, second])| first != second)
        .map(|((kind, what), values)| Difference { kind: *kind, what: what.clone(), values })
        .collect()
}

/// A number as short as it can be written: event files hold single precision, of which double precision shows digits that mean
/// nothing.
fn in_digits(value: f64) -> String {
    let single = value as f32;
    if f64::from(single) == value { single.to_string() } else { value.to_string() }
}

/// Everything that is compared of a run.
fn facts(run: &Overview) -> BTreeMap<(Kind, String), String> {
    let mut facts = BTreeMap::new();
    let mut add = |kind, what: &str, value: String| drop(facts.insert((kind, what.to_owned()), value));
    if let Ok(manifest) = &run.manifest {
        for (path, value) in settings(&manifest.preset) {
            add(Kind::Setting, &path, value);
        }
        add(Kind::Program, "trainyard", manifest.trainyard.clone());
        add(Kind::Program, "device", manifest.device.clone());
        add(Kind::Program, "host", manifest.host.clone());
    }
    add(Kind::Result, "status", run.standing().word().to_owned());
    if let Some(steps) = run.steps() {
        add(Kind::Result, "steps", steps.to_string());
    }
    for number in &run.numbers {
        let is_result = number.tag.ends_with("/test") || number.tag.ends_with("/validation");
        if is_result {
            add(Kind::Result, &number.tag, in_digits(number.value));
        }
    }
    if let Ok(Some(learned)) = learned::load(run.run.path()) {
        for (place, file) in learned.files.iter().enumerate() {
            let name = learned
                .source
                .paths()
                .get(place)
                .map_or_else(|| place.to_string(), |path| (*path).to_string());
            let print: String = file.sha256.chars().take(12).collect();
            add(Kind::Data, &name, format!("{} bytes, SHA-256 {print}…", file.bytes));
        }
    }
    facts
}

/// The paths of the settings that are not the same in all of these presets, with each preset's value; the path alone
/// orders them.
pub fn varying(presets: &[Option<&Preset>]) -> Vec<(String, Vec<Option<String>>)> {
    let all: Vec<Option<BTreeMap<String, String>>> =
        presets.iter().map(|preset| preset.map(settings)).collect();
    let mut paths: Vec<&String> = all.iter().flatten().flat_map(BTreeMap::keys).collect();
    // What people try most comes first.
    let rank = |path: &str| {
        let first = ["optimizer", "train", "layers"];
        first.iter().position(|part| path.starts_with(part)).unwrap_or(first.len())
    };
    paths.sort_unstable_by_key(|path| (rank(path), path.as_str()));
    paths.dedup();
    paths
        .into_iter()
        .map(|path| {
            let values =
                all.iter().map(|settings| settings.as_ref().and_then(|settings| settings.get(path)).cloned());
            (path.clone(), values.collect::<Vec<_>>())
        })
        .filter(|(_, values)| {
            let known: Vec<&Option<String>> = values
                .iter()
                .zip(presets)
                .filter(|(_, preset)| preset.is_some())
                .map(|(value, _)| value)
                .collect();
            known.windows(2).any(|pair| pair[0] != pair[1])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(optimizer: &str, units: u32) -> Preset {
        let text = format!(
            "(name: \"p{units}\", title: \"\", data: (source: digits_8x8), layers: [Flatten, Dense(units: {units}, \
             activation: relu), Dense(units: 10, activation: softmax)], loss: categorical_crossentropy, \
             optimizer: {optimizer}, train: (epochs: 3, batch_size: 32))"
        );
        ron::from_str(&text).unwrap()
    }

    #[test]
    fn numbers_of_event_files_have_the_digits_of_single_precision() {
        // What NumPy prints of `numpy.float32(0.996)` and of `numpy.float64(numpy.float32(0.996))`, the latter never.
        assert_eq!(in_digits(f64::from(0.996_f32)), "0.996");
        assert_eq!([in_digits(1.0), in_digits(900.0), in_digits(f64::NAN)], ["1", "900", "NaN"]);
        assert_eq!(in_digits(0.1), "0.1", "a number in double precision keeps its own");
    }

    #[test]
    fn only_what_varies_among_runs_is_told() {
        let [a, b] = [preset("SGD(learning_rate: 0.1)", 16), preset("SGD(learning_rate: 0.2)", 32)];
        let varying = varying(&[Some(&a), None, Some(&b)]);
        let expected = [
            ("optimizer.learning_rate", [Some("0.1"), None, Some("0.2")]),
            ("layers[1].units", [Some("16"), None, Some("32")]),
        ]
        .map(|(path, values)| (path.to_owned(), values.map(|value| value.map(str::to_owned)).to_vec()));
        assert_eq!(varying, expected);
        assert_eq!(super::varying(&[Some(&a), Some(&a)]), []);
    }
}
