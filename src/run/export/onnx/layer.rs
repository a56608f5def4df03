//! Each kind of layer as operations.

use super::graph::{Builder, Problem, Value, float, int, ints, text};
use super::{attention, image, recurrent};
use crate::preset::shapes::output_shape;
use crate::preset::{Activation, Initializer, Layer, Regularizer, layer_names};

/// Layers one behind the other; the paths of their weights begin with `path`.
pub(super) fn chain(
    builder: &mut Builder,
    layers: &[Layer],
    path: &str,
    input: &[usize],
    x: Value,
) -> Result<Value, Problem> {
    let mut shape = input.to_vec();
    let mut x = x;
    for (layer, name) in layers.iter().zip(layer_names(layers)) {
        x = one(builder, layer, &format!("{path}{name}"), &shape, x)?;
        shape = output_shape(layer, &shape).map_err(|error| error.to_string())?;
    }
    Ok(x)
}

/// One layer, whose weights are at `path`, on inputs of shape `input`.
fn one(
    builder: &mut Builder,
    layer: &Layer,
    path: &str,
    input: &[usize],
    x: Value,
) -> Result<Value, Problem> {
    Ok(match layer {
        Layer::Dense { activation, use_bias, .. } => {
            let kernel = builder.as_it_is(&format!("{path}/kernel"))?;
            let mut y = builder.op("MatMul", &[&x, &kernel], Vec::new());
            if *use_bias {
                let bias = builder.as_it_is(&format!("{path}/bias"))?;
                y = builder.op("Add", &[&y, &bias], Vec::new());
            }
            activate(builder, *activation, y)
        }
        Layer::Conv2D { activation, .. } | Layer::Conv1D { activation, .. } => {
            let y = image::convolution(builder, layer, path, input, &x)?;
            activate(builder, *activation, y)
        }
        Layer::Conv2DTranspose { activation, .. } => {
            let y = image::transposed_convolution(builder, layer, path, &x)?;
            activate(builder, *activation, y)
        }
        Layer::MaxPooling2D { .. } | Layer::AveragePooling2D { .. } | Layer::MaxPooling1D { .. } => {
            image::pooling(builder, layer, input, &x)?
        }
        Layer::GlobalAveragePooling2D => {
            builder.op("ReduceMean", &[&x], vec![ints("axes", [1, 2]), int("keepdims", 0)])
        }
        Layer::GlobalAveragePooling1D => {
            builder.op("ReduceMean", &[&x], vec![ints("axes", [1]), int("keepdims", 0)])
        }
        Layer::Flatten => builder.op("Flatten", &[&x], vec![int("axis", 1)]),
        Layer::Reshape { target_shape } => builder.reshape(&x, target_shape),
        Layer::UpSampling2D { size } => {
            let scales = builder.numbers("scales", &[4], &[1.0, size.0 as f32, size.1 as f32, 1.0]);
            let ways = [
                ("mode", "nearest"),
                ("coordinate_transformation_mode", "asymmetric"),
                ("nearest_mode", "floor"),
            ];
            builder.op("Resize", &[&x, "", &scales], ways.map(|(name, value)| text(name, value)).to_vec())
        }
        Layer::BatchNormalization { epsilon, .. } => batch_normalization(builder, path, *epsilon, &x)?,
        Layer::LayerNormalization { epsilon } => {
            let gamma = builder.as_it_is(&format!("{path}/gamma"))?;
            let beta = builder.as_it_is(&format!("{path}/beta"))?;
            builder.op(
                "LayerNormalization",
                &[&x, &gamma, &beta],
                vec![int("axis", -1), float("epsilon", *epsilon)],
            )
        }
        // It does nothing but in training.
        Layer::Dropout { .. } => x,
        Layer::Activation(activation) => activate(builder, *activation, x),
        Layer::Embedding { .. } => {
            let table = builder.as_it_is(&format!("{path}/embeddings"))?;
            let tokens = builder.op("Cast", &[&x], vec![int("to", 7)]);
            builder.op("Gather", &[&table, &tokens], vec![int("axis", 0)])
        }
        Layer::PositionEmbedding => {
            let table = builder.as_it_is(&format!("{path}/embeddings"))?;
            builder.op("Add", &[&x, &table], Vec::new())
        }
        Layer::SimpleRNN { .. } | Layer::LSTM { .. } | Layer::GRU { .. } => {
            recurrent::one_way(builder, layer, path, &x, false)?
        }
        Layer::Bidirectional(inner) => recurrent::both_ways(builder, inner, path, &x)?,
        Layer::MultiHeadAttention { num_heads, key_dim, causal } => {
            attention::heads(builder, [*num_heads, *key_dim], *causal, path, input, &x)?
        }
        Layer::TransformerEncoder { num_heads, key_dim, ff_dim, causal, .. } => {
            let features = input.last().copied().unwrap_or(1);
            let blocks = encoder_blocks([*num_heads, *key_dim, *ff_dim], features, *causal);
            chain(builder, &blocks, &format!("{path}/"), input, x)?
        }
        Layer::Residual { layers } => {
            let change = chain(builder, layers, &format!("{path}/"), input, x.clone())?;
            builder.op("Add", &[&x, &change], Vec::new())
        }
    })
}

/// What a Transformer encoder is made of, as the engine makes it: two residual blocks, each normalised first. Dropout,
/// which does nothing here, would have a name of its own, so it changes no other's.
fn encoder_blocks([num_heads, key_dim, ff_dim]: [usize; 3], features: usize, causal: bool) -> Vec<Layer> {
    let dense = |units, activation| Layer::Dense {
        units,
        activation,
        use_bias: true,
        kernel_initializer: Initializer::default(),
        kernel_regularizer: Regularizer::default(),
    };
    let normalization = || Layer::LayerNormalization { epsilon: 1e-3 };
    let attention = Layer::MultiHeadAttention { num_heads, key_dim, causal };
    vec![
        Layer::Residual { layers: vec![normalization(), attention] },
        Layer::Residual {
            layers: vec![
                normalization(),
                dense(ff_dim, Activation::Gelu),
                dense(features, Activation::Linear),
            ],
        },
    ]
}

/// Running mean and variance are constants here: what is left is a factor and a shift for each feature.
fn batch_normalization(builder: &mut Builder, path: &str, epsilon: f32, x: &str) -> Result<Value, Problem> {
    let [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"]
        .map(|name| builder.weight(&format!("{path}/{name}")).map(|tensor| &tensor.values));
    let (gamma, beta, mean, variance) = (gamma?, beta?, mean?, variance?);
    let factor: Vec<f32> = gamma
        .iter()
        .zip(variance)
        .map(|(gamma, variance)| {
            (f64::from(*gamma) / (f64::from(*variance) + f64::from(epsilon)).sqrt()) as f32
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

fn activate(builder: &mut Builder, activation: Activation, x: Value) -> Value {
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
