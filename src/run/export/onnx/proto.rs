//! The part of `onnx.proto` that networks of presets need, with ONNX's field numbers.

/// A model file.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Model {
    /// The version of the format: 8.
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    /// Who wrote it.
    #[prost(string, tag = "2")]
    pub producer_name: String,
    /// Its version.
    #[prost(string, tag = "3")]
    pub producer_version: String,
    /// The network.
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    /// The sets of operators.
    #[prost(message, repeated, tag = "8")]
    pub operators: Vec<OperatorSet>,
    /// What a reader may want to know.
    #[prost(message, repeated, tag = "14")]
    pub metadata: Vec<Property>,
}

/// A text by its name.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Property {
    /// The name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// The text.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// The types of a tensor's elements, by ONNX's numbers.
pub mod element {
    /// Single precision.
    pub const FLOAT: i32 = 1;
    /// Whole numbers of 64 bits.
    pub const INT64: i32 = 7;
    /// Texts in UTF-8.
    pub const STRING: i32 = 8;
    /// Double precision.
    pub const DOUBLE: i32 = 11;
}

/// A set of operators: ONNX's own has no name.
#[derive(Clone, PartialEq, prost::Message)]
pub struct OperatorSet {
    /// Its name.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// Its version.
    #[prost(int64, tag = "2")]
    pub version: i64,
}

/// A network.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Graph {
    /// Its operations, each after those whose results it takes.
    #[prost(message, repeated, tag = "1")]
    pub nodes: Vec<Node>,
    /// Its name.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Its weights.
    #[prost(message, repeated, tag = "5")]
    pub weights: Vec<Tensor>,
    /// What goes in.
    #[prost(message, repeated, tag = "11")]
    pub inputs: Vec<Port>,
    /// What comes out.
    #[prost(message, repeated, tag = "12")]
    pub outputs: Vec<Port>,
}

/// An operation.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Node {
    /// What it takes, by name; an empty name is left out.
    #[prost(string, repeated, tag = "1")]
    pub inputs: Vec<String>,
    /// What it gives.
    #[prost(string, repeated, tag = "2")]
    pub outputs: Vec<String>,
    /// Its name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// What it does.
    #[prost(string, tag = "4")]
    pub op: String,
    /// How it does it.
    #[prost(message, repeated, tag = "5")]
    pub attributes: Vec<Attribute>,
    /// The set of operators that it is from; ONNX's own has no name.
    #[prost(string, tag = "7")]
    pub domain: String,
}

/// An option of an operation.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Attribute {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// A number.
    #[prost(float, tag = "2")]
    pub float: f32,
    /// A whole number.
    #[prost(int64, tag = "3")]
    pub int: i64,
    /// A word.
    #[prost(bytes = "vec", tag = "4")]
    pub text: Vec<u8>,
    /// Whole numbers.
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// Words.
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub texts: Vec<Vec<u8>>,
    /// Which of these it is: 1 float, 2 int, 3 text, 7 ints, 8 texts.
    #[prost(int32, tag = "20")]
    pub kind: i32,
}

/// Numbers with a name.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Tensor {
    /// Its axes.
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    /// 1 float, 7 whole numbers of 64 bits.
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    /// Its name.
    #[prost(string, tag = "8")]
    pub name: String,
    /// Little-endian numbers.
    #[prost(bytes = "vec", tag = "9")]
    pub raw: Vec<u8>,
}

/// Where numbers go in or come out.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Port {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// What passes.
    #[prost(message, optional, tag = "2")]
    pub kind: Option<Type>,
}

/// What passes: a tensor.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Type {
    /// Its numbers and axes.
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

/// A tensor's numbers and axes.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TensorType {
    /// As in [`Tensor`].
    #[prost(int32, tag = "1")]
    pub data_type: i32,
    /// Its axes.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

/// Axes.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Shape {
    /// From the outermost.
    #[prost(message, repeated, tag = "1")]
    pub dims: Vec<Dim>,
}

/// An axis: a length or a name for any.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Dim {
    /// Its length.
    #[prost(int64, optional, tag = "1")]
    pub length: Option<i64>,
    /// Its name.
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
}
