//! The messages of an event file, with TensorFlow's field numbers.

pub use super::tensor::Tensor;
use crate::run;

/// One record.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// The training step.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// What it says.
    #[prost(oneof = "What", tags = "3, 5")]
    pub what: Option<What>,
}

/// What an event says.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum What {
    /// `brain.Event:2`, in a file's first record.
    #[prost(string, tag = "3")]
    FileVersion(String),
    /// Figures.
    #[prost(message, tag = "5")]
    Summary(Summary),
}

/// Figures of one step.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Summary {
    /// The figures.
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<Value>,
}

/// One figure.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Value {
    /// Its name; parts are divided by `/`.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// What it is.
    #[prost(oneof = "Figure", tags = "2, 4, 5, 8")]
    pub figure: Option<Figure>,
    /// What a tensor means; writers may give it with a tag's first figure only.
    #[prost(message, optional, tag = "9")]
    pub metadata: Option<Metadata>,
}

/// What a tensor means.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metadata {
    /// The part of TensorBoard that shows it.
    #[prost(message, optional, tag = "1")]
    pub plugin: Option<Plugin>,
}

/// A part of TensorBoard.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Plugin {
    /// `scalars`, `histograms`, `images`, `text`, `hparams` …
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its own data: hyperparameters stand here, not in a tensor.
    #[prost(bytes = "vec", tag = "2")]
    pub content: Vec<u8>,
}

/// Kinds of figures.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Figure {
    /// A number.
    #[prost(float, tag = "2")]
    Simple(f32),
    /// A picture.
    #[prost(message, tag = "4")]
    Image(Image),
    /// A distribution.
    #[prost(message, tag = "5")]
    Histogram(Histogram),
    /// A tensor: what TensorFlow 2 writes for a number as well.
    #[prost(message, tag = "8")]
    Tensor(Tensor),
}

/// A picture.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Image {
    /// Rows.
    #[prost(int32, tag = "1")]
    pub height: i32,
    /// Columns.
    #[prost(int32, tag = "2")]
    pub width: i32,
    /// 1 grey, 3 RGB, 4 RGBA.
    #[prost(int32, tag = "3")]
    pub colorspace: i32,
    /// PNG.
    #[prost(bytes = "vec", tag = "4")]
    pub encoded: Vec<u8>,
}

/// A distribution in buckets.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Histogram {
    /// Smallest value.
    #[prost(double, tag = "1")]
    pub min: f64,
    /// Largest value.
    #[prost(double, tag = "2")]
    pub max: f64,
    /// How many values.
    #[prost(double, tag = "3")]
    pub num: f64,
    /// Their sum.
    #[prost(double, tag = "4")]
    pub sum: f64,
    /// The sum of their squares.
    #[prost(double, tag = "5")]
    pub sum_squares: f64,
    /// Upper ends of the buckets.
    #[prost(double, repeated, tag = "6")]
    pub bucket_limit: Vec<f64>,
    /// Values in each.
    #[prost(double, repeated, tag = "7")]
    pub bucket: Vec<f64>,
}

impl From<&run::Histogram> for Histogram {
    fn from(histogram: &run::Histogram) -> Self {
        let is_empty = histogram.counts.is_empty();
        Histogram {
            min: histogram.low,
            max: histogram.high,
            num: histogram.count() as f64,
            sum: histogram.sum,
            sum_squares: histogram.squares,
            // TensorBoard reads no histogram without a bucket.
            bucket_limit: if is_empty { vec![0.0] } else { histogram.limits().collect() },
            bucket: if is_empty {
                vec![0.0]
            } else {
                histogram.counts.iter().map(|count| *count as f64).collect()
            },
        }
    }
}

impl Histogram {
    /// As a run writes its own; `None` for others.
    pub fn own(&self) -> Option<run::Histogram> {
        let is_own =
            self.bucket.len() == run::Histogram::BUCKETS && self.min.is_finite() && self.max.is_finite();
        is_own.then(|| run::Histogram {
            low: self.min,
            high: self.max,
            sum: self.sum,
            squares: self.sum_squares,
            counts: self.bucket.iter().map(|count| *count as u64).collect(),
        })
    }
}
