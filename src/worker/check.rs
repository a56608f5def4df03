//! Where a preset meets its data.

use crate::data;
use crate::preset::library::Found;
use crate::preset::{Experiment, Preset, PresetError, overrides, parse};

/// Reads the data that a preset names and makes an experiment of both. Reading files may take long, so a thread that
/// has a screen to draw must not call this. A table stays in memory for the training that follows in this process. `origin` and `text` are where the preset was read from, for messages.
///
/// # Errors
/// The first thing that does not fit, at its place in the text; for files that cannot be used, what is wrong with them.
pub fn check(preset: Preset, origin: &str, text: &str) -> Result<Experiment, PresetError> {
    // A mistake in the preset is told without reading files first.
    preset.check(origin, text)?;
    let offers = data::offers_to_train(&preset.data.source)
        .map_err(|error| PresetError::of_files(origin, text, error))?;
    preset.validate(&offers, origin, text)
}

/// Reads the text of a preset and its data.
///
/// # Errors
/// As [`check`], and where the text is no preset.
pub fn check_text(Found { text, origin, folder }: &Found) -> Result<Experiment, PresetError> {
    let mut preset = parse::parse(text, origin)?;
    preset.locate(folder.as_deref(), &[], origin, text)?;
    check(preset, origin, text)
}

/// The preset with changes, as `--set` takes them; `before` is the preset without them, whose data is not read again where it
/// stays the same. Paths in a change are seen from the folder of this process.
///
/// # Errors
/// As [`check`]; an error that a change brings about speaks of that change.
pub fn check_changed(
    Found { text, origin, folder }: &Found,
    before: Option<&Experiment>,
    changes: &[String],
) -> Result<Experiment, PresetError> {
    let in_file = parse::parse(text, origin)?.data.source;
    let text = overrides::apply_all(text, changes)?;
    let mut preset = parse::parse(&text, origin)?;
    preset.check_name(origin, &text).map_err(|error| of_changes(error, changes))?;
    let typed: Vec<String> = preset.data.source.paths().into_iter().map(str::to_string).collect();
    let typed: Vec<String> = typed.into_iter().filter(|path| !in_file.paths().contains(&&path[..])).collect();
    preset.locate(folder.as_deref(), &typed, origin, &text).map_err(|error| of_changes(error, changes))?;
    // Files that are the same are not read again. A change may also mend what was wrong before.
    let after = match before {
        Some(before) if preset.data.source == before.preset.data.source => {
            preset.validate(&before.offers, origin, &text)
        }
        Some(_) | None => check(preset, origin, &text),
    };
    after.map_err(|error| of_changes(error, changes))
}

/// An error of a changed preset as one of the change that it is about, where there is one.
pub fn of_changes(error: PresetError, changes: &[String]) -> PresetError {
    let is_meant =
        |change: &&String| error.path.as_ref().is_some_and(|path| overrides::concerns(change, path));
    match changes.iter().rfind(is_meant) {
        Some(change) => {
            PresetError { origin: format!("--set {change}"), place: None, line: Box::default(), ..error }
        }
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::DeviceChoice;
    use crate::preset::parse::parse;
    use crate::train;

    fn preset(file: &std::path::Path) -> String {
        format!(
            "(name: \"own\", title: \"\",\n data: (source: csv(file: {file:?}, task: classes), test: 0.5),\n layers: [Dense(units: 2, activation: softmax)], \
             loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 1))"
        )
    }

    #[test]
    fn a_preset_over_files_is_checked_at_its_place_and_again_when_a_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, b"a,b,kind\n1,2,x\n3,4,y\n").unwrap();
        let text = preset(&file);
        let check = || check(parse(&text, "own.ron")?, "own.ron", &text);
        assert_eq!(check().unwrap().signature().input, [2]);
        std::fs::write(&file, b"a,b,kind\n1,2,x\n3,oops,y\n").unwrap();
        let error = check().unwrap_err();
        let shown = error.to_string();
        assert!(
            shown.contains("own.ron:2:") && shown.contains("line 3, column 2 ('b'): 'oops' is not a number"),
            "{shown}"
        );
        assert!(error.blames_files);
    }

    #[test]
    fn a_mistake_in_the_preset_is_told_before_files_are_looked_into() {
        let text = preset(std::path::Path::new("/no/such/file")).replace("epochs: 1", "epochs: 0");
        let error = check(parse(&text, "own.ron").unwrap(), "own.ron", &text).unwrap_err();
        assert!(error.problem.contains("0 epochs") && !error.blames_files, "{error}");
    }

    #[test]
    fn files_that_change_before_they_are_trained_on_end_the_training_with_their_own_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        let text = preset(&file);
        let rows = |classes: [&str; 2]| {
            let rows = (0..40).map(|i| format!("{i},{},{}\n", i % 7, classes[i % 2]));
            format!("a,b,kind\n{}", rows.collect::<String>())
        };
        std::fs::write(&file, rows(["x", "y"])).unwrap();
        let experiment = check(parse(&text, "own.ron").unwrap(), "own.ron", &text).unwrap();
        assert!(train::prepare(&experiment, DeviceChoice::Cpu).is_ok());
        for (content, wanted) in [
            (rows(["x", "y"]).replace("39,4,y", "39,4,z"), "has changed since the preset was checked"),
            (rows(["x", "y"]).replace("39,4,y", "39,four,y"), "'four' is not a number"),
        ] {
            std::fs::write(&file, content).unwrap();
            match train::prepare(&experiment, DeviceChoice::Cpu) {
                Err(error @ train::Error::Data(_)) => assert!(error.to_string().contains(wanted), "{error}"),
                other => panic!("{:?}", other.map(|_| "it trains")),
            }
        }
    }
}
