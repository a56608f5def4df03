//! Dense layers, embeddings, activations, and what changes only the shape.

use super::graph::{Builder, Problem, Value, float, int};
use super::layer::{Export, Exported};
use super::proto::element;
use crate::preset::{Activation, layers};

impl Export for layers::Dense {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let kernel = builder.as_it_is(&format!("{path}/kernel"))?;
        let mut y = builder.op("MatMul", &[x, &kernel], Vec::new());
        if self.use_bias {
            let bias = builder.as_it_is(&format!("{path}/bias"))?;
            y = builder.op("Add", &[&y, &bias], Vec::new());
        }
        Ok(activate(builder, self.activation, y))
    }
}

impl Export for layers::Embedding {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let table = builder.as_it_is(&format!("{path}/embeddings"))?;
        let tokens = builder.op("Cast", &[x], vec![int("to", 7)]);
        Ok(builder.op("Gather", &[&table, &tokens], vec![int("axis", 0)]))
    }
}

impl Export for layers::ColumnEmbedding {
    fn export(&self, builder: &mut Builder, Exported { path, x, input }: Exported) -> Result<Value, Problem> {
        let features = input.last().copied().unwrap_or_default();
        let (mut parts, mut from) = (Vec::new(), 0);
        let plain = |builder: &mut Builder, places: std::ops::Range<usize>| {
            let places: Vec<i64> = places.map(|place| place as i64).collect();
            let places = builder.whole_numbers("features", &places);
            builder.op("Gather", &[x, &places], vec![int("axis", 1)])
        };
        for &layers::EmbeddedColumn { place, .. } in &self.columns {
            if from < place {
                parts.push(plain(builder, from..place));
            }
            let table = builder.as_it_is(&format!("{path}/feature_{place}/embeddings"))?;
            let place_in_row = builder.whole_number("feature", place as i64);
            let words = builder.op("Gather", &[x, &place_in_row], vec![int("axis", 1)]);
            let words = builder.op("Cast", &[&words], vec![int("to", element::INT64.into())]);
            parts.push(builder.op("Gather", &[&table, &words], vec![int("axis", 0)]));
            from = place + 1;
        }
        if from < features {
            parts.push(plain(builder, from..features));
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Ok(builder.op("Concat", &parts, vec![int("axis", 1)]))
    }
}

impl Export for layers::Input {
    fn export(&self, builder: &mut Builder, Exported { x, .. }: Exported) -> Result<Value, Problem> {
        let places = self.places().map_err(|error| error.to_string())?;
        let places: Vec<i64> = places.into_iter().flatten().map(|place| place as i64).collect();
        let places = builder.whole_numbers("columns", &places);
        Ok(builder.op("Gather", &[x, &places], vec![int("axis", 1)]))
    }
}

impl Export for layers::PositionEmbedding {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let table = builder.as_it_is(&format!("{path}/embeddings"))?;
        Ok(builder.op("Add", &[x, &table], Vec::new()))
    }
}

impl Export for layers::Activation {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(activate(builder, self.0, at.x.to_owned()))
    }
}

impl Export for layers::Dropout {
    /// Dropout does nothing outside training.
    fn export(&self, _: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(at.x.to_owned())
    }
}

impl Export for layers::SpatialDropout1D {
    fn export(&self, _: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(at.x.to_owned())
    }
}

impl Export for layers::SpatialDropout2D {
    fn export(&self, _: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(at.x.to_owned())
    }
}

impl Export for layers::GaussianNoise {
    /// There is noise in training only.
    fn export(&self, _: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(at.x.to_owned())
    }
}

impl Export for layers::LeakyReLU {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.op("LeakyRelu", &[at.x], vec![float("alpha", self.negative_slope)]))
    }
}

impl Export for layers::PReLU {
    fn export(&self, builder: &mut Builder, Exported { path, x, .. }: Exported) -> Result<Value, Problem> {
        let alpha = builder.as_it_is(&format!("{path}/alpha"))?;
        Ok(builder.op("PRelu", &[x, &alpha], Vec::new()))
    }
}

impl Export for layers::RepeatVector {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        let features = at.input.last().copied().unwrap_or(1);
        let step = builder.reshape(at.x, &[1, features]);
        let repeats = builder.whole_numbers("repeats", &[1, self.n as i64, 1]);
        Ok(builder.op("Tile", &[&step, &repeats], Vec::new()))
    }
}

impl Export for layers::Flatten {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.op("Flatten", &[at.x], vec![int("axis", 1)]))
    }
}

impl Export for layers::Reshape {
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
        Ok(builder.reshape(at.x, &self.target_shape))
    }
}

/// The function of `x`.
pub(super) fn activate(builder: &mut Builder, activation: Activation, x: Value) -> Value {
    match activation {
        Activation::Linear => x,
        Activation::Sigmoid => builder.op("Sigmoid", &[&x], Vec::new()),
        Activation::Relu => builder.op("Relu", &[&x], Vec::new()),
        Activation::Tanh => builder.op("Tanh", &[&x], Vec::new()),
        Activation::Softmax => builder.op("Softmax", &[&x], vec![int("axis", -1)]),
        Activation::LeakyRelu => builder.op("LeakyRelu", &[&x], vec![float("alpha", 0.2)]),
        Activation::Elu => builder.op("Elu", &[&x], vec![float("alpha", 1.0)]),
        Activation::Softplus => builder.op("Softplus", &[&x], Vec::new()),
        Activation::Silu => {
            let gate = builder.op("Sigmoid", &[&x], Vec::new());
            builder.op("Mul", &[&x, &gate], Vec::new())
        }
        Activation::Gelu => {
            // x / 2 (1 + erf(x / sqrt 2))
            let [root, one, half] = [("root", std::f32::consts::SQRT_2), ("one", 1.0), ("half", 0.5)]
                .map(|(name, value)| builder.numbers(name, &[], &[value]));
            let scaled = builder.op("Div", &[&x, &root], Vec::new());
            let error = builder.op("Erf", &[&scaled], Vec::new());
            let share = builder.op("Add", &[&error, &one], Vec::new());
            let product = builder.op("Mul", &[&x, &share], Vec::new());
            builder.op("Mul", &[&product, &half], Vec::new())
        }
    }
}
