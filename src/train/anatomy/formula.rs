//! The equation of each kind of layer, for one unit.

use crate::preset::layers::Merge;
use crate::preset::{Activation, Layer};
use crate::train::digits::short;

/// An activation as a preset writes it.
pub(super) fn word(activation: Activation) -> String {
    ron::to_string(&activation).unwrap_or_default()
}

/// The equation of a layer in one line: `x` is what comes in, `y` what goes out.
pub(super) fn of(layer: &Layer) -> String {
    let activated = |inside: &str| match layer.activation() {
        None | Some(Activation::Linear) => format!("y = {inside}"),
        Some(activation) => format!("y = {}(z),  z = {inside}", word(activation)),
    };
    match layer {
        Layer::Dense(_) => activated("sum of x w + b"),
        Layer::Conv2D(_) | Layer::Conv1D(_) => activated("sum of x w + b over the window and its channels"),
        Layer::DepthwiseConv2D(_) => activated("sum of x w + b over the window of one channel"),
        Layer::SeparableConv2D(_) => {
            activated("sum of u w + b over the channels u, each a sum of x v over its own window")
        }
        Layer::Conv2DTranspose(_) => activated("sum of x w + b over the windows that reach here"),
        Layer::MaxPooling2D(_) | Layer::MaxPooling1D(_) => "y = the largest x of the window".into(),
        Layer::AveragePooling2D(_) => "y = the mean of x over the window".into(),
        Layer::GlobalMaxPooling2D(_) => "y = the largest x of the image".into(),
        Layer::GlobalMaxPooling1D(_) => "y = the largest x of the steps".into(),
        Layer::ZeroPadding2D(_) => "y = the x that stands here, 0 around the image".into(),
        Layer::Cropping2D(_) => "y = the x that stands here, without the margins".into(),
        Layer::RepeatVector(_) => "y = x, at every step".into(),
        Layer::RMSNormalization(_) => "y = scale x / sqrt(mean of x^2 + epsilon), of the vector at this place".into(),
        Layer::LeakyReLU(layer) => {
            format!("y = x if x > 0, else {} x", short(f64::from(layer.negative_slope)))
        }
        Layer::PReLU(_) => "y = x if x > 0, else alpha x".into(),
        Layer::GaussianNoise(layer) => format!(
            "in training y = x + {} e, e a normal random number; now y = x",
            short(f64::from(layer.stddev))
        ),
        Layer::GlobalAveragePooling2D(_) => "y = the mean of x over the image".into(),
        Layer::GlobalAveragePooling1D(_) => "y = the mean of x over the steps".into(),
        Layer::Flatten(_) | Layer::Reshape(_) => "y = x, in another shape".into(),
        Layer::UpSampling2D(_) => "y = the x that stands here, repeated".into(),
        Layer::BatchNormalization(_) => {
            "y = gamma (x - mean) / sqrt(variance + epsilon) + beta; training takes the batch's mean and variance".into()
        }
        Layer::LayerNormalization(_) => "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, of the vector at this place".into(),
        Layer::GroupNormalization(_) => "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, of the channel's group".into(),
        Layer::Dropout(dropout) => dropped(dropout.rate, "inputs"),
        Layer::SpatialDropout2D(dropout) => dropped(dropout.rate, "channels"),
        Layer::SpatialDropout1D(dropout) => dropped(dropout.rate, "features"),
        Layer::Activation(_) => activated("x"),
        Layer::Embedding(_) => "y = row x of the table".into(),
        Layer::ColumnEmbedding(_) => "y = the row of the word in its column's table, numbers as they are".into(),
        Layer::PositionEmbedding(_) => "y = x + the row of this step in the table".into(),
        Layer::SimpleRNN(_) => activated("sum of x w + sum of h' u + b,  h' the states of the step before"),
        Layer::LSTM(_) => "h = o tanh(c),  c = f c' + i g;  i, f, o = sigmoid(sum of x w + sum of h' u + b),  g = tanh of its own sum".into(),
        Layer::GRU(_) => "h = z h' + (1 - z) g;  z, r = sigmoid(sum of x w + sum of h' u + b),  g = tanh(sum of x w + b + r (sum of h' u + b'))".into(),
        Layer::MultiHeadAttention(_) => "y = sum over the steps of softmax(q k / sqrt(d)) v, the heads side by side, times w, + b".into(),
        Layer::Bidirectional(_) => "y = the layer read forwards and the layer read backwards, side by side".into(),
        Layer::TransformerEncoder(_) => "y = a + perceptron(norm(a)),  a = x + attention(norm(x))".into(),
        Layer::Residual(_) => "y = x + what the layers inside make of x".into(),
        Layer::Input(_) => "y = the x of the columns that are named".into(),
        Layer::Branches(layer) => match layer.merge {
            Merge::Add => "y = the sum of what the branches make of x".into(),
            Merge::Concatenate => "y = what the branches make of x, side by side".into(),
            Merge::Multiply => "y = the product of what the branches make of x, number by number".into(),
            Merge::Average => "y = the mean of what the branches make of x".into(),
            Merge::Dot => "y = sum of a b,  a and b the vectors that the two branches make of x".into(),
        },
    }
}

/// The equation of a dropout of this rate.
fn dropped(rate: f32, what: &str) -> String {
    let kept = short(f64::from(1.0 - rate));
    format!("in training y = x / {kept} for a share of {kept} of the {what}, else 0; now y = x")
}
