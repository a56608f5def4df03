//! The checks of a search before anything runs: its objectives, its method, and that the preset takes every setting.

use super::super::plan::{Measured, Method};
use super::super::space::{Parameter, Space, fits};
use super::{Subject, Text};
use crate::preset::{Assignment, Experiment, Path, PresetError, Procedure, counted, search_block};

impl Subject {
    fn error(&self, path: Path, problem: impl Into<String>, help: impl Into<String>) -> PresetError {
        let Text { text, origin, .. } = &self.definition.search;
        PresetError::at(origin, text, &path, problem, help)
    }

    pub(super) fn check_objectives(&self) -> Result<(), PresetError> {
        let at = || Path::to(search_block::NAME).field("objective");
        let preset = &self.base.preset;
        if let Some(problem) = self.lacks_validation(&self.base) {
            return Err(self.error(at(), problem, "hold some out: data.validation: 0.1"));
        }
        for objective in &self.plan.objectives {
            let Measured::Curve(tag) = &objective.measured else { continue };
            let score = tag.split('/').next().unwrap_or_default();
            let reported = preset.reported_metrics(&self.base.signature());
            if let Some(reported) = reported.filter(|_| !["loss", "accuracy"].contains(&score))
                && !(objective.is_of_validation() && reported.iter().any(|metric| metric.name() == score))
            {
                let names: Vec<String> =
                    reported.iter().map(|metric| format!("val_{}", metric.name())).collect();
                let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
                let problem = format!("this training does not report {}", objective.name);
                let help = format!(
                    "use val_loss or what it reports{names}; or name it in the preset: train.metrics: [{score}]"
                );
                return Err(self.error(at(), problem, help));
            }
        }
        if let Method::Halving(halving) = &self.plan.method
            && self.rungs().len() == 1
        {
            let epochs = preset.train.epochs;
            let problem = format!(
                "no trial would be stopped early: min_epochs is {}, and the preset has {}",
                halving.min_epochs,
                counted(epochs, "epoch")
            );
            let help = "choose a min_epochs below the preset's epochs, or use tpe, random or sobol";
            return Err(self.error(Path::to(search_block::NAME).field("method"), problem, help));
        }
        if let (Procedure::Pretraining(_), true) = (&preset.procedure, self.rungs().len() > 1) {
            let problem = format!("{} cannot stop a pretraining between its layers", self.plan.method);
            return Err(self.error(
                Path::to(search_block::NAME).field("method"),
                problem,
                "use tpe, random or sobol",
            ));
        }
        Ok(())
    }

    /// Why an experiment could not report an objective of validation.
    fn lacks_validation(&self, experiment: &Experiment) -> Option<String> {
        let objective = self.plan.objectives.iter().find(|objective| objective.is_of_validation())?;
        // A validation set of its own is no share of the others.
        let is_lacking =
            experiment.preset.data.validation == 0.0 && experiment.signature().validation.is_none();
        is_lacking
            .then(|| format!("{} needs samples that are held out, and data.validation is 0", objective.name))
    }

    /// Checks that the preset takes the ends of every range, a number between them, and every choice, each with what it depends on.
    pub(super) fn check_space(&self) -> Result<(), PresetError> {
        let Space { parameters } = &self.plan.space;
        for parameter in parameters {
            for (place, value) in parameter.domain.probes().into_iter().enumerate() {
                let mut settings = vec![Assignment { path: parameter.path.clone(), value }];
                let mut inner = parameter;
                while let Some(when) = &inner.when {
                    inner = &parameters[when.parameter];
                    settings.insert(
                        0,
                        Assignment { path: inner.path.clone(), value: wanted(inner, &when.values) },
                    );
                }
                let (problem, help) = match self.experiment(&settings, self.base.preset.seed) {
                    Ok(experiment) => match self.lacks_validation(&experiment) {
                        Some(problem) => (problem, "name shares above 0, or another objective".into()),
                        None => continue,
                    },
                    // What the files hold is told as it is.
                    Err(error) if error.blames_files => continue,
                    Err(error) => (error.problem, error.help),
                };
                let named = Path::to(search_block::NAME).field("space").field(&parameter.path);
                if names_nothing(&parameter.path, &problem) {
                    let Text { text, origin, .. } = &self.definition.search;
                    let problem = format!("the preset has no setting {}: {problem}", parameter.path);
                    return Err(PresetError::at_name(origin, text, &named, problem, help));
                }
                let is_between = parameter.domain.is_numeric() && place > 1;
                let at = match &parameter.when {
                    Some(_) => named.index(2),
                    None if is_between => named,
                    None => named.index(place),
                };
                let value = &settings[settings.len() - 1].value;
                let problem = format!("the preset does not take {} = {value}: {problem}", parameter.path);
                let help = match is_between {
                    true => "write int(low, high) or log_int(low, high) for whole numbers".into(),
                    false => help,
                };
                return Err(self.error(at, problem, help));
            }
        }
        Ok(())
    }
}

/// Whether a preset that refuses a setting does so since it has none of this path, whatever its value.
fn names_nothing(path: &str, problem: &str) -> bool {
    let mut parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    problem == format!("there is no {path}")
        || parts.any(|part| problem.starts_with(&format!("unknown field '{part}'")))
}

/// A value of a parameter that fits one of those that are wanted.
fn wanted(parameter: &Parameter, values: &[String]) -> String {
    let known = parameter.domain.ends();
    let fitting = known.iter().find(|value| values.iter().any(|wanted| fits(value, wanted)));
    fitting.or(values.first()).cloned().unwrap_or_default()
}
