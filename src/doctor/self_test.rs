//! Every family of a card's kernels against the CPU's.

use std::time::Instant;

use serde::Serialize;

use crate::nn::cases::{Agreement, self_test};
use crate::nn::ops::Backend;
use crate::nn::{OnDevice, Opened};
use crate::preset::DeviceChoice;

/// A device against the CPU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SelfTest {
    /// The device: `cuda:0`.
    pub device: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Family by family.
    pub families: Vec<Family>,
}

/// One family of kernels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// The largest difference to the CPU, relative to the largest number; `None` where it was not computed, or is not finite.
    pub largest_difference: Option<f32>,
    /// The largest difference that rounding explains.
    pub allowed: f32,
    /// Why it could not be computed.
    pub problem: Option<String>,
    /// Whether the device computes what the CPU computes.
    pub is_good: bool,
}

struct Compare;

impl OnDevice for Compare {
    type Output = Vec<Agreement>;

    fn run<D: Backend>(self, device: D) -> Vec<Agreement> {
        self_test(&device)
    }
}

/// Compares an open device with the CPU.
pub(super) fn run(name: DeviceChoice, device: &Opened) -> SelfTest {
    let since = Instant::now();
    let families = device.run(Compare).into_iter().map(Family::of).collect();
    SelfTest { device: name.to_string(), seconds: since.elapsed().as_secs_f64(), families }
}

impl SelfTest {
    /// The families that are wrong, a sentence for all of them.
    pub(super) fn problems(&self) -> Option<String> {
        let wrong: Vec<&str> =
            self.families.iter().filter(|family| !family.is_good).map(|family| family.name).collect();
        let device = &self.device;
        (!wrong.is_empty()).then(|| {
            format!(
                "{device} does not compute what the CPU computes: {}; --device cpu trains without it",
                wrong.join(", ")
            )
        })
    }
}

impl Family {
    fn of(agreement: Agreement) -> Self {
        let is_good = agreement.is_good();
        let Agreement { family, difference, slack } = agreement;
        let (largest_difference, problem) = match difference {
            Ok(difference) if difference.is_finite() => (Some(difference), None),
            Ok(_) => (None, Some("a number is not finite, or is missing".into())),
            Err(problem) => (None, Some(problem)),
        };
        Family { name: family, largest_difference, allowed: slack, problem, is_good }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_that_differ_too_much_or_fail_are_named() {
        let family = |family, difference, slack| Family::of(Agreement { family, difference, slack });
        let families = vec![
            family("dense", Ok(1e-6), 1e-5),
            family("losses", Ok(1e-3), 1e-5),
            family("LSTM", Ok(f32::INFINITY), 1e-5),
            family("GRU", Err("the device failed".into()), 1e-5),
        ];
        assert_eq!(families[2].largest_difference, None);
        let test = SelfTest { device: "cuda:0".into(), seconds: 1.0, families };
        let problem = test.problems().unwrap();
        assert!(problem.contains("computes: losses, LSTM, GRU; "), "{problem}");
        assert_eq!(SelfTest { families: vec![family("dense", Ok(0.0), 0.0)], ..test }.problems(), None);
    }
}
