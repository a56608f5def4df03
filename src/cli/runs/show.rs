//! `trainyard runs show` and `diff`: one run in full, and what two differ in.

use std::io::Write;

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use super::super::Error;
use super::super::named::{RunName, find_run};
use super::super::text::{self, bytes, plain};
use super::{label, row};
use crate::preset::counted;
use crate::run::difference::{Difference, differences};
use crate::run::seeds::over_seeds;
use crate::run::settings::settings;
use crate::run::spread::Spread;
use crate::run::{Move, Overview, home};

/// Show a run: its settings, results, checkpoints and lineage
#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    run: RunName,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Show what two runs differ in: settings, results, data, program
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// The first run: its name or a part of it, its folder, or `last`
    first: String,
    /// The second run
    second: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

impl Show {
    /// Prints it.
    pub(super) fn run(self) -> Result<(), Error> {
        let run = Overview::of(&self.run.find()?);
        let mut out = std::io::stdout().lock();
        if self.json {
            return Ok(writeln!(out, "{}", text::json(&as_json(&run))?)?);
        }
        writeln!(out, "{}", plain(&run.run.name()))?;
        for (what, value) in facts(&run) {
            writeln!(out, "  {what:<12} {}", plain(&value))?;
        }
        if let Ok(manifest) = &run.manifest {
            writeln!(out, "  settings")?;
            for (path, value) in settings(&manifest.preset) {
                writeln!(out, "    {} = {}", plain(&path), plain(&value))?;
            }
        }
        Ok(())
    }
}

/// What is said of a run, but for its settings.
fn facts(run: &Overview) -> Vec<(&'static str, String)> {
    let mut facts = vec![("status", run.standing().word().to_owned())];
    facts.extend(run.reason().map(|reason| ("reason", reason.to_owned())));
    let label = label::in_words(&run.label);
    facts.extend((!label.is_empty()).then_some(("label", label)));
    facts.extend(run.steps().map(|steps| ("steps", steps.to_string())));
    for figure in ["loss", "accuracy"] {
        facts.extend(run.newest(figure).map(|(of, value)| (figure, format!("{value} ({of})"))));
    }
    let steps: Vec<String> = run.checkpoints.iter().map(ToString::to_string).collect();
    facts.push(("checkpoints", if steps.is_empty() { "none".into() } else { steps.join(" ") }));
    if let Ok(manifest) = &run.manifest {
        facts.extend(manifest.best.map(|best| ("best", best.to_string())));
        for extension in &manifest.extensions {
            let changes = extension.changes.join(", ");
            facts.push(("extended", format!("after {}: {changes}", counted(extension.steps, "step"))));
        }
        facts.extend(manifest.device_asked.map(|asked| ("asked for", format!("device {asked}"))));
        for Move { steps, from } in &manifest.moves {
            facts.push(("before", format!("{from}, for the first {}", counted(*steps, "step"))));
        }
        for steered in manifest.extensions.iter().flat_map(|one| &one.steered).chain(&manifest.steered) {
            facts.push(("steered", steered.to_string()));
        }
        facts.extend(manifest.branched.as_ref().map(|branched| ("branched from", branched.to_string())));
        let job = manifest.job.as_ref().map(|job| format!(", job {job} of Slurm")).unwrap_or_default();
        facts.push(("device", format!("{} on {}{job}", manifest.device, manifest.host)));
        facts.push(("trainyard", manifest.trainyard.clone()));
        facts.push(("command", manifest.command_line.join(" ")));
    }
    facts.extend(run.disk_bytes.map(|size| ("on disk", bytes(size))));
    facts.push(("folder", run.run.path().display().to_string()));
    facts
}

fn as_json(run: &Overview) -> Value {
    let mut object = match serde_json::to_value(row(run)) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let numbers: Map<String, Value> =
        run.numbers.iter().map(|number| (number.tag.clone(), json!(number.value))).collect();
    object.insert("numbers".into(), Value::Object(numbers));
    object.insert("checkpoints".into(), json!(run.checkpoints));
    object.insert("folder".into(), json!(run.run.path()));
    if let Ok(manifest) = &run.manifest {
        object.insert("settings".into(), json!(settings(&manifest.preset)));
        object.insert("best_step".into(), json!(manifest.best.map(|best| best.step)));
        object.insert("trainyard".into(), json!(manifest.trainyard));
        object.insert("device".into(), json!(manifest.device));
        object.insert("device_asked".into(), json!(manifest.device_asked.map(|asked| asked.to_string())));
        let moves = manifest.moves.iter().map(|Move { steps, from }| json!({ "steps": steps, "from": from }));
        object.insert("moves".into(), moves.collect());
        object.insert("host".into(), json!(manifest.host));
        object.insert("job".into(), json!(manifest.job));
        object.insert("started".into(), json!(manifest.started));
        let extensions: Vec<Value> = manifest
            .extensions
            .iter()
            .map(|extension| json!({ "steps": extension.steps, "changes": extension.changes }))
            .collect();
        object.insert("extensions".into(), Value::Array(extensions));
        let steered = manifest.extensions.iter().flat_map(|one| &one.steered).chain(&manifest.steered);
        object.insert("steered".into(), steered.map(|one| json!(one)).collect());
        object.insert("branched".into(), json!(manifest.branched));
    }
    Value::Object(object)
}

impl Diff {
    /// Prints it.
    pub(super) fn run(self) -> Result<(), Error> {
        let [first, second] = [&self.first, &self.second];
        let runs = [Overview::of(&find_run(first)?), Overview::of(&find_run(second)?)];
        let found = differences(&runs[0], &runs[1]);
        let all = Overview::list(&home::runs_folder()?)?;
        let seeds = over_seeds(&all, &runs[0], &runs[1]);
        let mut out = std::io::stdout().lock();
        if self.json {
            for difference in &found {
                writeln!(out, "{}", text::json(difference)?)?;
            }
            for one in &seeds {
                let spread = |of: &Spread| json!({ "mean": of.mean, "standard_deviation": of.deviation, "values": of.values });
                let object = json!({
                    "kind": "seeds", "what": one.result, "values": one.spreads.each_ref().map(spread),
                    "difference": one.difference.map(|(value, _)| value), "interval_95": one.difference.map(|(_, interval)| interval),
                    "more_than_seeds": one.is_more_than_seeds(), "two_losses": one.are_two_losses,
                });
                writeln!(out, "{}", text::json(&object)?)?;
            }
            return Ok(());
        }
        let names = runs.each_ref().map(|run| plain(&run.run.name()));
        out.write_all(table(&names, &found).as_bytes())?;
        seeds.iter().try_for_each(|one| Ok(writeln!(out, "{}", one.in_words())?))
    }
}

/// The differences in three columns, by kind.
fn table(names: &[String; 2], found: &[Difference]) -> String {
    if found.is_empty() {
        return "no difference in settings, results, data or program\n".into();
    }
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "-".to_owned(), plain);
    let line = |difference: &Difference| {
        let [first, second] = &difference.values;
        [format!("  {}", plain(&difference.what)), value(first), value(second)]
    };
    let rows: Vec<[String; 3]> = found.iter().map(line).collect();
    let header = [String::new(), names[0].clone(), names[1].clone()];
    let width =
        |column: usize| rows.iter().chain([&header]).map(|row| row[column].width()).max().unwrap_or(0);
    let widths = [width(0), width(1)];
    let mut text = String::new();
    let mut push = |row: &[String; 3]| {
        let pad = |column: usize| " ".repeat(widths[column].saturating_sub(row[column].width()) + 2);
        text.extend([&*row[0], &pad(0), &row[1], &pad(1), &row[2], "\n"]);
    };
    push(&header);
    let mut kind = None;
    for (difference, row) in found.iter().zip(&rows) {
        if kind != Some(difference.kind) {
            kind = Some(difference.kind);
            push(&[difference.kind.title().to_owned(), String::new(), String::new()]);
        }
        push(row);
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::difference::Kind;

    #[test]
    fn differences_stand_side_by_side_under_their_kind() {
        let difference = |kind, what: &str, values: [Option<&str>; 2]| Difference {
            kind,
            what: what.into(),
            values: values.map(|value| value.map(str::to_owned)),
        };
        let found = [
            difference(Kind::Setting, "optimizer.learning_rate", [Some("0.1"), Some("0.01")]),
            difference(Kind::Setting, "train.clip.norm", [None, Some("1.0")]),
            difference(Kind::Result, "loss/test", [Some("0.25"), Some("0.5")]),
        ];
        let expected = "                           first  second
settings
  optimizer.learning_rate  0.1    0.01
  train.clip.norm          -      1.0
results
  loss/test                0.25   0.5
";
        assert_eq!(table(&["first".into(), "second".into()], &found), expected);
    }
}
