//! Normalization.

use super::graph::{Builder, Problem, Value, float, int};
use super::layer::{Export, Exported};
use crate::preset::layers;

impl Export for layers::BatchNormalization {
    /// Running mean and variance are constants here: what is left is a factor and a shift for each feature.
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"]
            .map(|name| builder.weight(&format!("{path}/{name}")).map(|tensor| &tensor.values));
        let (gamma, beta, mean, variance) = (gamma?, beta?, mean?, variance?);
        let factor: Vec<f32> = gamma
            .iter()
            .zip(variance)
            .map(|(gamma, variance)| {
                (f64::from(*gamma) / (f64::from(*variance) + f64::from(self.epsilon)).sqrt()) as f32
            })
            .collect();
        let shift: Vec<f32> = beta
            .iter()
            .zip(mean.iter().zip(&factor))
            .map(|(beta, (mean, factor))| (f64::from(*beta) - f64::from(*mean) * f64::from(*factor)) as f32)
            .collect();
        let factor = builder.numbers(&format!("{path}/factor"), &[factor.len()], &factor);
        let shift = builder.numbers(&format!("{path}/shift"), &[shift.len()], &shift);
        let scaled = builder.op("Mul", &[x, &factor], Vec::new());
        Ok(builder.op("Add", &[&scaled, &shift], Vec::new()))
    }
}

impl Export for layers::LayerNormalization {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let gamma = builder.as_it_is(&format!("{path}/gamma"))?;
        let beta = builder.as_it_is(&format!("{path}/beta"))?;
        let attributes = vec![int("axis", -1), float("epsilon", self.epsilon)];
        Ok(builder.op("LayerNormalization", &[x, &gamma, &beta], attributes))
    }
}
