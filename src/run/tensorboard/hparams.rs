//! What TensorBoard's part `hparams` writes: the hyperparameters of a run.

use std::collections::BTreeMap;

use prost::Message;

/// `HParamsPluginData`; the other things that it may hold are left out.
#[derive(Clone, PartialEq, prost::Message)]
struct Data {
    #[prost(message, optional, tag = "3")]
    start: Option<Start>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Start {
    #[prost(btree_map = "string, message", tag = "1")]
    hparams: BTreeMap<String, Value>,
}

/// `google.protobuf.Value`, as far as hyperparameters use it.
#[derive(Clone, PartialEq, prost::Message)]
struct Value {
    #[prost(oneof = "Kind", tags = "2, 3, 4")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Kind {
    #[prost(double, tag = "2")]
    Number(f64),
    #[prost(string, tag = "3")]
    Text(String),
    #[prost(bool, tag = "4")]
    Truth(bool),
}

/// Names and values of the hyperparameters in the content of the part `hparams`, sorted by name.
pub fn decode(content: &[u8]) -> Vec<(String, String)> {
    let Some(start) = Data::decode(content).ok().and_then(|data| data.start) else { return Vec::new() };
    let text = |value: Value| match value.kind {
        Some(Kind::Number(x)) => x.to_string(),
        Some(Kind::Text(text)) => text,
        Some(Kind::Truth(truth)) => truth.to_string(),
        None => "-".into(),
    };
    start.hparams.into_iter().map(|(name, value)| (name, text(value))).collect()
}
