//! Normalization.

use super::graph::{Builder, Problem, Value, float, int, whole_numbers};
use super::layer::{Export, Exported};
use crate::preset::layers;
use crate::preset::shapes::size;

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

impl Export for layers::RMSNormalization {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let scale = builder.as_it_is(&format!("{path}/scale"))?;
        let squares = builder.op("Mul", &[x, x], Vec::new());
        let axis = vec![whole_numbers("axes", vec![-1]), int("keepdims", 1)];
        let mean = builder.op("ReduceMean", &[&squares], axis);
        let epsilon = builder.numbers("epsilon", &[], &[self.epsilon]);
        let mean = builder.op("Add", &[&mean, &epsilon], Vec::new());
        let size = builder.op("Sqrt", &[&mean], Vec::new());
        let normal = builder.op("Div", &[x, &size], Vec::new());
        Ok(builder.op("Mul", &[&normal, &scale], Vec::new()))
    }
}

impl Export for layers::GroupNormalization {
    /// ONNX has group normalization only in later versions. Here it is an instance normalization whose channels are the
    /// groups.
    fn export(&self, builder: &mut Builder, Exported { path, input, x }: Exported) -> Result<Value, Problem> {
        let (channels, pixels) = input.split_last().ok_or("group normalization without an input")?;
        let groups = self.groups_of(*channels).map_err(|error| error.to_string())?;
        let rank = input.len();
        let channels_first: Vec<usize> = [0, rank].into_iter().chain(1..rank).collect();
        let channels_last: Vec<usize> = std::iter::once(0).chain(2..=rank).chain([1]).collect();
        let first = builder.transpose(x, &channels_first);
        let count = channels / groups * size(pixels);
        let grouped = builder.reshape(&first, &[groups, count]);
        let ones = builder.numbers("ones", &[groups], &vec![1.0; groups]);
        let zeros = builder.numbers("zeros", &[groups], &vec![0.0; groups]);
        let epsilon = vec![float("epsilon", self.epsilon)];
        let normal = builder.op("InstanceNormalization", &[&grouped, &ones, &zeros], epsilon);
        let normal = builder.reshape(&normal, &[&[*channels], pixels].concat());
        let normal = builder.transpose(&normal, &channels_last);
        let gamma = builder.as_it_is(&format!("{path}/gamma"))?;
        let beta = builder.as_it_is(&format!("{path}/beta"))?;
        let scaled = builder.op("Mul", &[&normal, &gamma], Vec::new());
        Ok(builder.op("Add", &[&scaled, &beta], Vec::new()))
    }
}
