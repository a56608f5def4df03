//! Tensors of an event file: what TensorFlow 2 and Keras write for every kind of figure.

/// The part of `tensor.proto` that figures need.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Tensor {
    /// TensorFlow's number of the type: 1 float, 2 double, 7 string …
    #[prost(int32, tag = "1")]
    pub dtype: i32,
    /// Its axes.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
    /// Raw little-endian numbers.
    #[prost(bytes = "vec", tag = "4")]
    pub content: Vec<u8>,
    /// Floats, when not raw.
    #[prost(float, repeated, tag = "5")]
    pub floats: Vec<f32>,
    /// Doubles, when not raw.
    #[prost(double, repeated, tag = "6")]
    pub doubles: Vec<f64>,
    /// Integers up to 32 bits, when not raw.
    #[prost(int32, repeated, tag = "7")]
    pub ints: Vec<i32>,
    /// Strings of bytes: text, or encoded images after their width and height in digits.
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub strings: Vec<Vec<u8>>,
    /// Integers of 64 bits, when not raw.
    #[prost(int64, repeated, tag = "10")]
    pub longs: Vec<i64>,
    /// The bits of numbers of 16 bits, when not raw.
    #[prost(int32, repeated, tag = "13")]
    pub halves: Vec<i32>,
}

/// The axes of a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Shape {
    /// From the outermost.
    #[prost(message, repeated, tag = "2")]
    pub axes: Vec<Axis>,
}

/// One axis.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Axis {
    /// Its length.
    #[prost(int64, tag = "1")]
    pub length: i64,
}

/// Strings.
pub const STRING: i32 = 7;

impl Tensor {
    /// A text, as a list of one string.
    pub fn of_text(text: &str) -> Self {
        Tensor {
            dtype: STRING,
            shape: Some(Shape { axes: vec![Axis { length: 1 }] }),
            strings: vec![text.as_bytes().to_vec()],
            ..Tensor::default()
        }
    }

    /// All its numbers, whatever their type; none if it holds strings or a type that figures do not use.
    pub fn numbers(&self) -> Vec<f64> {
        let raw = &self.content[..];
        match self.dtype {
            1 if self.floats.is_empty() => {
                raw.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b).into()).collect()
            }
            1 => self.floats.iter().map(|&x| x.into()).collect(),
            2 if self.doubles.is_empty() => {
                raw.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
            }
            2 => self.doubles.clone(),
            3 if self.ints.is_empty() => {
                raw.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b).into()).collect()
            }
            3 => self.ints.iter().map(|&x| x.into()).collect(),
            9 if self.longs.is_empty() => {
                raw.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect()
            }
            9 => self.longs.iter().map(|&x| x as f64).collect(),
            14 | 19 => {
                let convert = if self.dtype == 14 { from_bfloat16 } else { from_half };
                let bits: Vec<u16> = if self.halves.is_empty() {
                    raw.as_chunks().0.iter().map(|b| u16::from_le_bytes(*b)).collect()
                } else {
                    self.halves.iter().map(|&bits| bits as u16).collect()
                };
                bits.into_iter().map(convert).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The number, if it holds just one.
    pub fn number(&self) -> Option<f64> {
        match self.numbers()[..] {
            [x] => Some(x),
            _ => None,
        }
    }
}

/// The upper half of a float's bits.
fn from_bfloat16(bits: u16) -> f64 {
    f32::from_bits(u32::from(bits) << 16).into()
}

/// IEEE 754: 1 bit sign, 5 bits exponent, 10 bits fraction.
fn from_half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    sign * match (exponent, fraction) {
        (0, fraction) => fraction * 2_f64.powi(-14),
        (31, 0.0) => f64::INFINITY,
        (31, _) => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_type_are_read_raw_or_not() {
        let raw = |dtype, content: &[u8]| Tensor { dtype, content: content.into(), ..Tensor::default() };
        assert_eq!(raw(1, &1.5_f32.to_le_bytes()).number(), Some(1.5));
        assert_eq!(raw(2, &1.5_f64.to_le_bytes()).number(), Some(1.5));
        assert_eq!(raw(3, &(-7_i32).to_le_bytes()).number(), Some(-7.0));
        assert_eq!(raw(9, &(-7_i64).to_le_bytes()).number(), Some(-7.0));
        assert_eq!(raw(14, &0x3fc0_u16.to_le_bytes()).number(), Some(1.5));
        assert_eq!(raw(19, &0x3e00_u16.to_le_bytes()).number(), Some(1.5));
        assert_eq!(raw(19, &0x8001_u16.to_le_bytes()).number(), Some(-(2_f64.powi(-24))));
        let listed = Tensor { dtype: 19, halves: vec![0x7c00], ..Tensor::default() };
        assert_eq!(listed.number(), Some(f64::INFINITY));
        assert_eq!(Tensor { dtype: 3, ints: vec![4], ..Tensor::default() }.number(), Some(4.0));
    }

    #[test]
    fn more_than_one_number_is_not_one() {
        let two = Tensor { dtype: 1, floats: vec![1.0, 2.0], ..Tensor::default() };
        assert_eq!((two.number(), two.numbers()), (None, vec![1.0, 2.0]));
        assert_eq!(Tensor { dtype: 1, content: vec![0; 3], ..Tensor::default() }.number(), None);
    }
}
