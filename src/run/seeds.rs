//! Runs that differ only in their seed, and whether two settings differ by more than their seeds do.

use super::Overview;
use super::spread::{Spread, difference};
use super::text::figure;
use crate::preset::Preset;

/// The result that is a loss.
const LOSS: &str = "test loss";

/// Whether two runs have the same settings but for the seed.
pub fn differ_only_in_seed(one: &Preset, other: &Preset) -> bool {
    *other == Preset { seed: other.seed, ..one.clone() }
}

/// Results of two settings, each with several seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct OverSeeds {
    /// The result: `test loss`, `test accuracy`.
    pub result: &'static str,
    /// How it is spread with the settings of each.
    pub spreads: [Spread; 2],
    /// Whether it is a loss, and another one in each of the two settings.
    pub are_two_losses: bool,
    /// The difference of the means, the second less the first, and its interval of 95% confidence.
    pub difference: Option<(f64, [f64; 2])>,
}

impl OverSeeds {
    /// Whether the difference is more than what seeds alone explain; `None` where that cannot be said.
    pub fn is_more_than_seeds(&self) -> Option<bool> {
        let (_, [low, high]) = self.difference.filter(|_| !self.are_two_losses)?;
        Some(low > 0.0 || high < 0.0)
    }

    /// The comparison as a sentence.
    pub fn in_words(&self) -> String {
        let group = |spread: &Spread| {
            let count = spread.values.len();
            let seeds = if count == 1 { "1 seed".to_owned() } else { format!("{count} seeds") };
            let deviation =
                spread.deviation.map(|deviation| format!(" ± {}", figure(deviation))).unwrap_or_default();
            format!("{}{deviation} with {seeds}", figure(spread.mean))
        };
        let [first, second] = self.spreads.each_ref().map(group);
        let verdict = match (self.difference, self.is_more_than_seeds()) {
            (Some((difference, [low, high])), Some(is_more)) => format!(
                "the difference {} (95%: {} to {}) is {} what seeds alone explain",
                figure(difference),
                figure(low),
                figure(high),
                if is_more { "more than" } else { "within" }
            ),
            _ if self.are_two_losses => "they are two different losses, which cannot be compared".into(),
            _ => "two seeds of each are needed to tell whether the difference is more than that of seeds"
                .into(),
        };
        format!("over seeds: {} {first}, then {second}: {verdict}", self.result)
    }
}

/// Compares the settings of two runs over all finished runs among `all` that differ from them only in the seed. Empty where the two
/// have the same settings themselves, or neither has been trained with several seeds.
pub fn over_seeds(all: &[Overview], first: &Overview, second: &Overview) -> Vec<OverSeeds> {
    let preset = |run: &Overview| run.manifest.as_ref().ok().map(|manifest| manifest.preset.clone());
    let (Some(a), Some(b)) = (preset(first), preset(second)) else { return Vec::new() };
    if differ_only_in_seed(&a, &b) {
        return Vec::new();
    }
    let group = |of: &Preset| {
        let mut seeds = Vec::new();
        let mut tests = Vec::new();
        for run in all {
            let Some(own) = preset(run).filter(|own| differ_only_in_seed(of, own)) else { continue };
            // A training that was made twice says nothing more.
            if let Some(test) = run.test().filter(|_| !seeds.contains(&own.seed)) {
                seeds.push(own.seed);
                tests.push(test);
            }
        }
        tests
    };
    let groups = [group(&a), group(&b)];
    if groups.iter().all(|group| group.len() < 2) {
        return Vec::new();
    }
    let compare = |result, of: &dyn Fn(&(f64, Option<f64>)) -> Option<f64>| {
        let values = |group: &[(f64, Option<f64>)]| group.iter().map(of).collect::<Option<Vec<f64>>>();
        let spreads = [Spread::of(values(&groups[0])?)?, Spread::of(values(&groups[1])?)?];
        let are_two_losses = result == LOSS && (a.loss, &a.loss_options) != (b.loss, &b.loss_options);
        Some(OverSeeds {
            result,
            are_two_losses,
            difference: difference(&spreads[0], &spreads[1])
                .filter(|_| !are_two_losses)
                // Shares of samples differ by all of them at most.
                .map(|(value, ends)| {
                    (value, if result == LOSS { ends } else { ends.map(|end| end.clamp(-1.0, 1.0)) })
                }),
            spreads,
        })
    };
    let loss = compare(LOSS, &|test| Some(test.0));
    let accuracy = compare("test accuracy", &|test| test.1);
    loss.into_iter().chain(accuracy).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Manifest, RunDirectory, Status};
    use super::*;

    fn finished(runs: &std::path::Path, rate: f64, seed: u64, loss: f64) -> Overview {
        let text = include_str!("../../presets/xor.ron");
        let mut preset = crate::preset::library::experiment(text, "xor.ron").unwrap().preset;
        preset.seed = seed;
        preset.train.epochs = (rate * 100.0) as u32;
        let status = Status::Finished { steps: 1, test_loss: loss, test_accuracy: None };
        let manifest = Manifest { status, ..Manifest::begin(preset, "cpu".into()) };
        let (run, _) = RunDirectory::create(runs, &manifest, None).unwrap();
        Overview::of(&run)
    }

    #[test]
    fn two_settings_are_compared_over_all_their_seeds() {
        let runs = tempfile::tempdir().unwrap();
        let make = |rate, results: &[(u64, f64)]| {
            let made = results.iter().map(|&(seed, loss)| finished(runs.path(), rate, seed, loss));
            made.collect::<Vec<_>>()
        };
        let slow = make(0.1, &[(1, 0.041), (2, 0.043), (3, 0.046), (4, 0.040), (5, 0.045), (5, 9.0)]);
        let fast = make(0.2, &[(1, 0.049), (2, 0.046), (3, 0.052), (4, 0.047)]);
        let all = [slow.clone(), fast.clone()].concat();
        let compared = over_seeds(&all, &slow[0], &fast[1]);
        let [loss] = &compared[..] else { panic!("{compared:?}") };
        // As scipy's `ttest_ind` says, and a run that was made twice counts once.
        assert_eq!(
            (loss.result, loss.spreads[0].values.len(), loss.spreads[1].values.len()),
            ("test loss", 5, 4)
        );
        let (difference, [low, high]) = loss.difference.unwrap();
        assert!(
            (difference - 0.0055).abs() < 1e-9
                && (low - 0.0012972).abs() < 1e-6
                && (high - 0.0097028).abs() < 1e-6
        );
        assert_eq!(loss.is_more_than_seeds(), Some(true));
        assert_eq!(
            loss.in_words(),
            "over seeds: test loss 0.0430 ± 0.0025 with 5 seeds, then 0.0485 ± 0.0026 with 4 seeds: \
             the difference 0.0055 (95%: 0.0013 to 0.0097) is more than what seeds alone explain"
        );
        let mut other = fast.clone();
        for run in &mut other {
            run.manifest.as_mut().unwrap().preset.loss = crate::preset::Loss::MeanSquaredError;
        }
        let compared = over_seeds(&[slow.clone(), other.clone()].concat(), &slow[0], &other[0]);
        let [loss] = &compared[..] else { panic!("{compared:?}") };
        assert_eq!((loss.difference, loss.is_more_than_seeds()), (None, None));
        assert!(loss.in_words().ends_with("they are two different losses, which cannot be compared"));
        assert!(over_seeds(&all, &slow[0], &slow[1]).is_empty(), "they differ in nothing but the seed");
        assert!(
            over_seeds(&[slow[0].clone(), fast[0].clone()], &slow[0], &fast[0]).is_empty(),
            "one seed of each"
        );
    }
}
