//! The ranges that numbers are brought to before a network gets them, or is compared with them.

use super::layers::options::Activation;
use super::scale::Scale;

/// A range that numbers are brought to, column by column, as the training samples have them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// Mean 0 and deviation 1.
    #[default]
    Standard,
    /// 0 to 1, from least to greatest, for probabilities. A column that lies in it already stays. What other samples have beyond it is
    /// cut off.
    Unit,
    /// The same for a network that reaches no further. What other samples have beyond it stays beyond it.
    Reach,
    /// -1 to 1, from least to greatest. A column that lies in it already stays.
    Symmetric,
    /// Deviation 1; 0 stays 0.
    Positive,
    /// As they are. They have to lie between 0 and 1.
    Shares,
    /// As they are.
    Off,
}

/// What a column's training samples are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// The least of them.
    pub least: f64,
    /// The greatest of them.
    pub greatest: f64,
}

impl Spread {
    /// Bytes of images, whichever occur.
    pub const BYTES: Spread = Spread { mean: 0.0, deviation: 0.0, least: 0.0, greatest: 255.0 };

    /// Whether all of them lie between 0 and 1. There may be none.
    pub fn are_shares(&self) -> bool {
        !(self.least < 0.0 || self.greatest > 1.0)
    }
}

impl Scaling {
    /// The range for values that are compared with a network whose last activation this is: the range that it reaches.
    pub(super) fn for_output(activation: Option<Activation>) -> Self {
        match activation {
            Some(Activation::Sigmoid) => Scaling::Reach,
            Some(Activation::Tanh) => Scaling::Symmetric,
            Some(Activation::Relu | Activation::Softplus) => Scaling::Positive,
            Some(Activation::Softmax) => Scaling::Off,
            Some(
                Activation::Linear
                | Activation::LeakyRelu
                | Activation::Elu
                | Activation::Gelu
                | Activation::Silu,
            )
            | None => Scaling::Standard,
        }
    }

    /// Whether it leaves numbers as they are, whatever they are.
    pub fn is_none(self) -> bool {
        matches!(self, Scaling::Shares | Scaling::Off)
    }

    /// How a column is scaled whose training samples are like this.
    pub fn scale(self, of: Spread) -> Scale {
        let above_zero = |width: f64| if width > 0.0 { width } else { 1.0 };
        let over = |zero: f64, width: f64| Scale::of(zero, above_zero(width));
        match self {
            Scaling::Standard => over(of.mean, of.deviation),
            Scaling::Positive => over(0.0, of.deviation),
            Scaling::Unit if of.are_shares() => Scale { is_share: true, ..Scale::NONE },
            Scaling::Unit => Scale { is_share: true, ..over(of.least, of.greatest - of.least) },
            Scaling::Reach if of.are_shares() => Scale::NONE,
            Scaling::Reach => over(of.least, of.greatest - of.least),
            Scaling::Symmetric if of.least >= -1.0 && of.greatest <= 1.0 => Scale::NONE,
            Scaling::Symmetric => over(f64::midpoint(of.least, of.greatest), (of.greatest - of.least) / 2.0),
            Scaling::Shares | Scaling::Off => Scale::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGES: Spread = Spread { mean: 30.0, deviation: 10.0, least: 20.0, greatest: 60.0 };

    #[test]
    fn a_column_is_brought_to_the_range_that_its_network_reaches() {
        let of = |scaling: Scaling| [20.0, 30.0, 60.0, 80.0].map(|age| scaling.scale(AGES).apply(age));
        assert_eq!(of(Scaling::Standard), [-1.0, 0.0, 3.0, 5.0]);
        assert_eq!(of(Scaling::Unit), [0.0, 0.25, 1.0, 1.0]);
        assert_eq!(of(Scaling::Reach), [0.0, 0.25, 1.0, 1.5]);
        assert_eq!(of(Scaling::Symmetric), [-1.0, -0.5, 1.0, 2.0]);
        assert_eq!(of(Scaling::Positive), [2.0, 3.0, 6.0, 8.0]);
        assert_eq!(of(Scaling::Off), [20.0, 30.0, 60.0, 80.0]);
    }

    #[test]
    fn a_column_that_lies_in_the_range_stays_and_one_that_never_varies_is_no_division_by_zero() {
        let shares = Spread { mean: 0.5, deviation: 0.2, least: 0.25, greatest: 0.75 };
        assert_eq!(Scaling::Unit.scale(shares).apply(0.25), 0.25);
        assert_eq!(Scaling::Symmetric.scale(shares).apply(0.25), 0.25);
        let constant = Spread { mean: 7.0, deviation: 0.0, least: 7.0, greatest: 7.0 };
        for scaling in [Scaling::Standard, Scaling::Unit, Scaling::Reach, Scaling::Symmetric] {
            assert_eq!(scaling.scale(constant).apply(7.0), 0.0, "{scaling:?}");
        }
        assert_eq!(Scaling::Positive.scale(constant).apply(7.0), 7.0);
    }
}
