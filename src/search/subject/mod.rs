//! The preset whose settings are searched; `check`: that it takes them.

mod check;

use std::path::{Path as FilePath, PathBuf};

use serde::{Deserialize, Serialize};

use super::method;
use super::plan::{self, Plan, Proposer};
use super::trial::Trial;
use crate::preset::library::{self, Found};
use crate::preset::outline::Outline;
use crate::preset::{Assignment, Experiment, Path, PresetError, edit, overrides, parse, search_block};
use crate::run::RunDirectory;
use crate::worker;

/// A text, what it is called in messages, and the folder from which its paths are seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Text {
    text: String,
    origin: String,
    folder: Option<PathBuf>,
}

/// What a search was asked to do, as it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The text that has the `search` block.
    search: Text,
    /// The preset, where that is another text.
    preset: Option<Text>,
    /// Changes of the preset for all trials, as `--set` takes them.
    changes: Vec<String>,
    /// The most trials and hours, where the command line says them.
    #[serde(default)]
    trials: Option<u32>,
    #[serde(default)]
    hours: Option<f64>,
}

impl From<Found> for Text {
    fn from(Found { text, origin, folder }: Found) -> Self {
        // From wherever the search goes on.
        let whole = |folder: PathBuf| {
            let folder = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
            folder.canonicalize().or_else(|_| std::path::absolute(&folder)).unwrap_or(folder)
        };
        Text { text, origin, folder: folder.map(whole) }
    }
}

impl Text {
    fn found(&self) -> Found {
        Found { text: self.text.clone(), origin: self.origin.clone(), folder: self.folder.clone() }
    }
}

impl Definition {
    /// The search in a preset with a `search` block, or in a file with such a block that names its preset: `(preset: "xor",
    /// search: (…))`. `changes` are those of the preset for all trials.
    ///
    /// # Errors
    /// When there is no such file or preset, or it has no search.
    pub fn find(wanted: &str, changes: Vec<String>) -> Result<Self, PresetError> {
        Definition::of(library::find(wanted)?, changes)
    }

    /// As [`find`](Definition::find), of a text that has been found.
    ///
    /// # Errors
    /// When the preset that it names is not there.
    pub fn of(found: Found, changes: Vec<String>) -> Result<Self, PresetError> {
        let outline = Outline::of(&found.text);
        let at = Path::to("preset");
        let Some(named) = outline.find_exactly(&at).map(|span| found.text[span].trim().to_owned()) else {
            let block = Path::to(search_block::NAME);
            let has = |path: &Path| outline.find_exactly(path).is_some();
            if has(&block) && !has(&Path::to("layers")) {
                let help = "add preset: \"mnist-cnn\", or the path of a preset's file";
                return Err(PresetError::at(&found.origin, &found.text, &block, "it names no preset", help));
            }
            return Ok(Definition { search: found.into(), preset: None, changes, trials: None, hours: None });
        };
        for part in outline.root().parts() {
            let name = part.name.clone().unwrap_or_default();
            if name != "preset" && name != search_block::NAME {
                let problem = format!("'{name}' does not belong beside the name of a preset");
                let help = "a file of a search has two fields: preset and search; --set changes the preset";
                return Err(PresetError::at(&found.origin, &found.text, &Path::to(&name), problem, help));
            }
        }
        let named = ron::from_str::<String>(&named).map_err(|_| {
            let problem = format!("{named} is not the name of a preset");
            PresetError::at(
                &found.origin,
                &found.text,
                &at,
                problem,
                "write it in quotes: \"mnist-cnn\" or \"my.ron\"",
            )
        })?;
        let beside =
            found.folder.as_ref().filter(|_| named.ends_with(".ron")).map(|folder| folder.join(&named));
        let beside = beside.map(|path| path.to_string_lossy().into_owned());
        let preset = library::find(beside.as_deref().unwrap_or(&named)).map_err(|error| {
            PresetError::at(&found.origin, &found.text, &at, error.problem.clone(), error.help.clone())
        })?;
        Ok(Definition {
            search: found.into(),
            preset: Some(preset.into()),
            changes,
            trials: None,
            hours: None,
        })
    }

    fn preset(&self) -> Found {
        self.preset.as_ref().unwrap_or(&self.search).found()
    }

    /// The name of the file or preset.
    pub fn usual_name(&self) -> String {
        let origin = FilePath::new(&self.search.origin);
        let stem = origin.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let plain =
            |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' };
        stem.unwrap_or_default().chars().map(plain).collect()
    }

    /// What is planned.
    ///
    /// # Errors
    /// What is wrong with the block, at its place.
    pub fn plan(&self) -> Result<Plan, PresetError> {
        let plan = plan::read(&self.search.text, &self.search.origin)?;
        Ok(Plan { trials: self.trials.unwrap_or(plan.trials), hours: self.hours.or(plan.hours), ..plan })
    }

    /// With other bounds than the text says.
    #[must_use]
    pub fn within(self, trials: Option<u32>, hours: Option<f64>) -> Self {
        Definition { trials, hours, ..self }
    }

    /// With other bounds than before, where they are given.
    #[must_use]
    pub fn extended(self, trials: Option<u32>, hours: Option<f64>) -> Self {
        Definition { trials: trials.or(self.trials), hours: hours.or(self.hours), ..self }
    }

    /// Whether both search the same preset and the same data by the same changes.
    pub fn has_same_preset(&self, other: &Definition) -> bool {
        let without_search = |text: &Text| {
            let preset = parse::parse(&text.text, "").ok();
            (preset, text.folder.clone())
        };
        let of = |definition: &Definition| {
            without_search(definition.preset.as_ref().unwrap_or(&definition.search))
        };
        of(self) == of(other) && self.changes == other.changes
    }
}

/// A preset that was checked, and what is varied of it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// How it was written.
    pub definition: Definition,
    /// What is planned.
    pub plan: Plan,
    /// The preset with the changes for all trials.
    pub base: Experiment,
}

impl Subject {
    /// Reads a search and its preset, and checks that the preset takes every setting at the ends of its range.
    ///
    /// # Errors
    /// What is wrong, at its place.
    pub fn of(definition: Definition) -> Result<Self, PresetError> {
        let plan = definition.plan()?;
        for change in &definition.changes {
            let path = change.split('=').next().unwrap_or_default().trim();
            if plan.space.parameters.iter().any(|parameter| parameter.path == path) {
                let problem = format!("the search varies {path} itself");
                return Err(PresetError::whole(
                    &format!("--set {change}"),
                    problem,
                    "leave it out, or take the setting out of the search's space",
                ));
            }
        }
        let found = definition.preset();
        let before = worker::check_text(&found);
        let base = match definition.changes.is_empty() {
            true => before?,
            false => worker::check_changed(&found, before.ok().as_ref(), &definition.changes)?,
        };
        let subject = Subject { definition, plan, base };
        subject.check_objectives()?;
        subject.check_space()?;
        Ok(subject)
    }

    /// As [`of`](Subject::of), where the data cannot be read any more: the data is what a run learned of it. For reading only.
    pub(super) fn of_a_run(definition: Definition, run: &RunDirectory) -> Option<Self> {
        let plan = definition.plan().ok()?;
        let offers = run.learned().ok()??.offers;
        let base = run.manifest().ok()?.preset.fit(&offers).ok()?;
        Some(Subject { definition, plan, base })
    }

    /// What a trial trains.
    ///
    /// # Errors
    /// Why the preset does not take these settings.
    pub fn experiment(&self, settings: &[Assignment], seed: u64) -> Result<Experiment, PresetError> {
        let mut changes = self.changes(settings);
        changes.extend((seed != self.base.preset.seed).then(|| format!("seed={seed}")));
        worker::check_changed(&self.definition.preset(), Some(&self.base), &changes)
    }

    /// The changes for all trials, and the settings of one, as `--set` takes them. What holds others goes before them:
    /// `optimizer` would take `optimizer.learning_rate` away again.
    fn changes(&self, settings: &[Assignment]) -> Vec<String> {
        let settings = settings.iter().map(|Assignment { path, value }| format!("{path}={value}"));
        let mut changes: Vec<String> = self.definition.changes.iter().cloned().chain(settings).collect();
        changes.sort_by_key(|change| change.split('=').next().map_or(0, str::len));
        changes
    }

    /// The seeds of each trial: the preset's own, and those after it.
    pub fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.base.preset.seed;
        (0..u64::from(self.plan.repeat)).map(move |place| first.wrapping_add(place))
    }

    /// The rungs of its trials; see [`Method::rungs`](super::plan::Method::rungs).
    pub fn rungs(&self) -> Vec<Option<u32>> {
        self.plan.method.rungs(self.base.preset.train.epochs)
    }

    /// The first trials, as far as they do not depend on what comes of others; at most `most`.
    pub fn first_trials(&self, most: usize) -> Vec<Trial> {
        let proposer = self.plan.method.proposer();
        let known = match proposer {
            Proposer::Tpe { startup } => most.min(*startup as usize),
            Proposer::Grid { .. } | Proposer::Random | Proposer::Sobol => most,
        };
        let mut trials: Vec<Trial> = Vec::new();
        while trials.len() < known.min(self.plan.trials as usize) {
            let number = trials.len() as u32 + 1;
            let Some(settings) = method::propose(&self.plan, number, &trials) else { break };
            let refused = self.experiment(&settings, self.base.preset.seed).err();
            let mut trial = Trial::new(number, settings, self.seeds());
            trial.refused = refused.map(|error| error.problem);
            trials.push(trial);
        }
        trials
    }

    /// The most epochs that all trials are trained together, as the preset itself has epochs.
    pub fn most_epochs(&self) -> u64 {
        let Plan { method, trials, repeat, .. } = &self.plan;
        method.most_epochs(*trials, self.base.preset.train.epochs).saturating_mul(u64::from(*repeat))
    }

    /// The text of the preset with the settings of a trial, under another name and without the search, for a file in `folder`, and the
    /// paths of data that are written in whole, since they were seen from another folder.
    ///
    /// # Errors
    /// When the preset does not take them.
    pub fn preset_of(
        &self,
        trial: &Trial,
        name: &str,
        folder: &FilePath,
    ) -> Result<(String, Vec<String>), PresetError> {
        let found = self.definition.preset();
        let mut changes = self.changes(&trial.settings);
        changes.push(format!("name={name:?}"));
        let at = Path::to(search_block::NAME);
        let text = edit::remove(&found.text, &at);
        let text = overrides::apply_all(&text, &changes)?;
        let is_there = |before: &PathBuf| folder.canonicalize().is_ok_and(|folder| folder == *before);
        match &found.folder {
            Some(before) if !is_there(before) => Ok(with_whole_paths(text, before)),
            Some(_) | None => Ok((text, Vec::new())),
        }
    }
}

/// The text of a preset in which relative paths of its data, seen from `folder`, are whole, and these.
fn with_whole_paths(mut text: String, folder: &FilePath) -> (String, Vec<String>) {
    let mut written = Vec::new();
    let Ok(preset) = parse::parse(&text, "") else { return (text, written) };
    for path in preset.data.source.paths() {
        let is_seen_from_anywhere = path.starts_with(['/', '~', '$']);
        let Some(span) = Outline::of(&text).find_exactly(&Path::to("data").field("source")) else { break };
        if let Some(whole) = folder.join(path).to_str().filter(|_| !is_seen_from_anywhere) {
            let source = text[span.clone()].replacen(&format!("{path:?}"), &format!("{whole:?}"), 1);
            text.replace_range(span, &source);
            written.push(whole.to_owned());
        }
    }
    (text, written)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH: &str = r#"(
        preset: "breast-cancer",
        search: (
            space: {
                "optimizer.learning_rate": log(1e-5, 1e-1),
                layers[0].units: int(8, 64, step: 8),
                "optimizer": [Adam(), SGD()],
                "optimizer.momentum": when("optimizer", SGD, uniform(0, 0.99)),
            },
        ),
    )"#;

    fn subject(text: &str, changes: &[&str]) -> Result<Subject, PresetError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.ron");
        std::fs::write(&file, text).unwrap();
        let changes = changes.iter().map(ToString::to_string).collect();
        Subject::of(Definition::find(file.to_str().unwrap(), changes)?)
    }

    fn assigned(settings: &[(&str, &str)]) -> Vec<Assignment> {
        let assigned = |&(path, value): &(&str, &str)| Assignment { path: path.into(), value: value.into() };
        settings.iter().map(assigned).collect()
    }

    #[test]
    fn a_setting_of_an_optimizer_is_kept_whichever_is_named_first() {
        let subject = subject(SEARCH, &["optimizer.clipnorm=0", "train.epochs=2"]);
        // The preset has no such field: the error speaks of what was typed.
        assert!(subject.unwrap_err().to_string().contains("--set optimizer.clipnorm=0"));
        let subject = super::tests::subject(SEARCH, &["train.epochs=2"]).unwrap();
        let settings = assigned(&[
            ("optimizer.learning_rate", "0.025"),
            ("layers[0].units", "24"),
            ("optimizer", "SGD()"),
            ("optimizer.momentum", "0.5"),
        ]);
        let trained = subject.experiment(&settings, 7).unwrap().preset;
        let said = parse::write(&trained).unwrap();
        assert_eq!((trained.seed, trained.train.epochs, trained.optimizer.learning_rate()), (7, 2, 0.025));
        assert!(said.contains("momentum: 0.5") && said.contains("units: 24"), "{said}");
        let trial = Trial::new(3, settings, std::iter::once(7));
        let (text, _) = subject.preset_of(&trial, "mine", FilePath::new("/tmp")).unwrap();
        assert!(
            text.contains("SGD(learning_rate: 0.025, momentum: 0.5)") && text.contains("\"mine\""),
            "{text}"
        );
        assert!(!text.contains("search:"), "{text}");
    }

    #[test]
    fn a_preset_of_a_trial_finds_its_data_from_another_folder() {
        let text = r#"(name: "a", title: "", data: (source: csv(file: ["t.csv", "/u.csv"], label: "t.csv")), layers: [Dense(units: 1)],
            loss: mean_squared_error, optimizer: SGD(), train: (epochs: 1, batch_size: 1))"#;
        let (written, paths) = with_whole_paths(text.into(), FilePath::new("/data/of ada"));
        assert_eq!(paths, ["/data/of ada/t.csv"]);
        assert!(written.contains(r#"file: ["/data/of ada/t.csv", "/u.csv"], label: "t.csv""#), "{written}");
    }

    #[test]
    fn what_the_preset_does_not_take_is_told_at_its_place_before_anything_runs() {
        let told = |old: &str, new: &str| subject(&SEARCH.replace(old, new), &[]).unwrap_err().to_string();
        for (old, new, place, words) in [
            ("layers[0].units", "layers[7].units", "6:17", "there is no layers[7]"),
            ("optimizer.learning_rate", "optimizer.learning_rat", "5:17", "unknown field 'learning_rat'"),
            ("int(8, 64, step: 8)", "int(0, 64)", "6:38", "does not take layers[0].units = 0"),
            ("[Adam(), SGD()]", "[Adam(), SGD(), Adamm()]", "7:46", "Adamm"),
            ("uniform(0, 0.99)", "uniform(0, 1.5)", "8:62", "does not take optimizer.momentum = 1.5"),
            ("SGD, uniform", "RMSprop, uniform", "8:57", "optimizer is never RMSprop"),
            ("log(1e-5, 1e-1)", "log(0, 1e-1)", "5:48", "a logarithm needs numbers above 0"),
            ("log(1e-5, 1e-1)", "uniform(1, 0)", "5:55", "no value is from 1 to 0"),
            ("log(1e-5, 1e-1)", "uniform(0.1, 0.1)", "5:57", "both ends are 0.1"),
            ("int(8, 64, step: 8)", "int(8, 64, step: 8, 3)", "6:54", "the step stands here twice"),
            (
                "int(8, 64, step: 8)",
                "int(8, 64), \"layers.0.units\": int(1, 2)",
                "6:46",
                "stands here twice, as layers[0].units",
            ),
            ("when(\"optimizer\", SGD", "when(\"optimizer\", []", "8:57", "the list is empty"),
            ("when(\"optimizer\", SGD", "when(\"optimizer.learning_rate\", 0.01", "8:71", "hardly ever 0.01"),
            (
                "when(\"optimizer\", SGD",
                "when(\"layers[0].units\", 12",
                "8:63",
                "layers[0].units is never 12",
            ),
            (
                "uniform(0, 0.99)",
                "when(\"optimizer\", SGD, uniform(0, 0.9))",
                "8:62",
                "a condition stands within a condition",
            ),
            ("space: {", "objective: val_rmse, space: {", "4:24", "does not report val_rmse"),
            ("space: {", "method: hyperband, space: {", "4:21", "there is no method 'hyperband'"),
            ("space: {", "trails: 3, space: {", "4:21", "unknown field 'trails'"),
            ("space: {", "trials: 0, space: {", "4:21", "'0' is not a whole number from 1 on"),
            ("int(8, 64, step: 8)", "uniform(8, 64)", "6:34", "does not take layers[0].units = 29.39"),
            (
                "[Adam(), SGD()]",
                "[Adam(), SGD()], \"data.validation\": [0.1, 0]",
                "7:72",
                "data.validation is 0",
            ),
            ("space: {", "method: asha(min_epochs: 999), space: {", "4:21", "min_epochs is 999"),
            ("space: {", "method: asha, objective: seconds, space: {", "4:38", "takes more seconds"),
        ] {
            let said = told(old, new);
            let head = said.lines().next().unwrap_or_default();
            assert!(head.contains(words), "{new}: {said}");
            assert!(head.contains(&format!("s.ron:{place}:")), "{new}: {said}");
        }
        let no_validation = subject(SEARCH, &["data.validation=0"]).unwrap_err().to_string();
        assert!(no_validation.contains("val_loss needs samples that are held out"), "{no_validation}");
        let varied = subject(SEARCH, &["optimizer.learning_rate=0.1"]).unwrap_err().to_string();
        assert!(varied.contains("--set optimizer.learning_rate=0.1"), "{varied}");
        assert!(varied.contains("the search varies optimizer.learning_rate itself"), "{varied}");
        let without = subject("(preset: \"xor\")", &[]).unwrap_err().to_string();
        assert!(without.contains("it has no search"), "{without}");
        let nameless = subject("(search: (space: {\"seed\": [1, 2]}))", &[]).unwrap_err().to_string();
        assert!(nameless.contains("s.ron:1:10: it names no preset"), "{nameless}");
        let strange = subject(&SEARCH.replace("preset:", "title: 3, preset:"), &[]).unwrap_err().to_string();
        assert!(strange.contains("'title' does not belong beside the name of a preset"), "{strange}");
        let missing = subject(&SEARCH.replace("breast-cancer", "breast-cancr"), &[]).unwrap_err().to_string();
        assert!(missing.contains("s.ron:2:17") && missing.contains("breast-cancer"), "{missing}");
    }
}
