//! A model file, written piece by piece: its weights are not copied into one message.

use std::collections::HashSet;
use std::io::{self, Write};

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::graph::{LEARNING, Problem};
use super::proto::{Graph, Model, OperatorSet, Property, Tensor};
use crate::preset::summary::in_bytes;

/// The most bytes of a message of protocol buffers, which is the longest ONNX file without others beside it.
const LONGEST: u64 = i32::MAX as u64;

/// The version of ONNX's operators for classical machine learning: the one with LabelEncoder for all types.
const LEARNING_OPERATORS: i64 = 2;

/// The fields of these messages that are written here; `proto.rs` has the same numbers.
const GRAPH_OF_MODEL: u32 = 7;
const WEIGHTS_OF_GRAPH: u32 = 5;
const RAW_OF_TENSOR: u32 = 9;

/// An ONNX file on its way out.
#[derive(Debug)]
pub struct ModelFile {
    /// What stands before the graph, with the graph's key and length.
    head: Vec<u8>,
    /// The graph up to its weights.
    before: Vec<u8>,
    weights: Vec<Tensor>,
    /// The graph after its weights.
    after: Vec<u8>,
    /// What stands after the graph.
    tail: Vec<u8>,
}

impl ModelFile {
    /// The file of a graph that uses this version of ONNX's operators, with what is said about it.
    ///
    /// # Errors
    /// When it would be longer than ONNX allows.
    pub(super) fn of(graph: Graph, operators: i64, metadata: Vec<Property>) -> Result<Self, Problem> {
        let Graph { nodes, name, weights, inputs, outputs } = graph;
        let domains: HashSet<String> = nodes.iter().map(|node| node.domain.clone()).collect();
        // The fields of a message may be encoded one after the other, and those that are empty take no room.
        let before = Graph { nodes, name, ..Graph::default() }.encode_to_vec();
        let after = Graph { inputs, outputs, ..Graph::default() }.encode_to_vec();
        let weights_length: u64 = weights.iter().map(|tensor| in_message(WEIGHTS_OF_GRAPH, tensor)).sum();
        let graph_length = before.len() as u64 + weights_length + after.len() as u64;
        if graph_length > LONGEST {
            let (takes, most) = (in_bytes(graph_length), in_bytes(LONGEST));
            return Err(format!(
                "it takes {takes}, and such a file holds {most} at most; safetensors has no such limit"
            ));
        }
        let mut head = Model {
            ir_version: 8,
            producer_name: "trainyard".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            ..Model::default()
        }
        .encode_to_vec();
        encode_key(GRAPH_OF_MODEL, WireType::LengthDelimited, &mut head);
        encode_varint(graph_length, &mut head);
        let sets = [("", operators), (LEARNING, LEARNING_OPERATORS)];
        let is_used = |domain: &str| domain.is_empty() || domains.contains(domain);
        let sets = sets.into_iter().filter(|(domain, _)| is_used(domain));
        let operators =
            sets.map(|(domain, version)| OperatorSet { domain: domain.into(), version }).collect();
        let tail = Model { operators, metadata, ..Model::default() }.encode_to_vec();
        Ok(ModelFile { head, before, weights, after, tail })
    }

    /// Writes it.
    ///
    /// # Errors
    /// When `out` refuses.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.head)?;
        out.write_all(&self.before)?;
        for tensor in &self.weights {
            let mut head = Vec::new();
            encode_key(WEIGHTS_OF_GRAPH, WireType::LengthDelimited, &mut head);
            encode_varint(tensor.encoded_len() as u64, &mut head);
            let Tensor { dims, data_type, name, raw } = tensor;
            let about =
                Tensor { dims: dims.clone(), data_type: *data_type, name: name.clone(), raw: Vec::new() };
            head.extend(about.encode_to_vec());
            if !raw.is_empty() {
                encode_key(RAW_OF_TENSOR, WireType::LengthDelimited, &mut head);
                encode_varint(raw.len() as u64, &mut head);
            }
            out.write_all(&head)?;
            out.write_all(raw)?;
        }
        out.write_all(&self.after)?;
        out.write_all(&self.tail)
    }
}

/// The bytes that a message takes as a field of another, with its key and length.
fn in_message(field: u32, message: &impl Message) -> u64 {
    let length = message.encoded_len() as u64;
    (prost::encoding::key_len(field) + encoded_len_varint(length)) as u64 + length
}

#[cfg(test)]
mod tests {
    use super::super::proto::{Node, Port};
    use super::*;

    fn tensor(name: &str, bytes: usize) -> Tensor {
        Tensor { dims: vec![bytes as i64 / 4], data_type: 1, name: name.into(), raw: vec![7; bytes] }
    }

    #[test]
    fn a_file_written_piece_by_piece_is_that_of_one_message() {
        let graph = Graph {
            nodes: vec![Node { op: "Identity".into(), inputs: vec!["x".into()], ..Node::default() }],
            name: "small".into(),
            weights: vec![tensor("kernel", 40_000), tensor("none", 0), tensor("bias", 8)],
            inputs: vec![Port { name: "input".into(), kind: None }],
            outputs: vec![Port { name: "output".into(), kind: None }],
        };
        let metadata = vec![Property { key: "classes".into(), value: "cat\ndog".into() }];
        let model = Model {
            ir_version: 8,
            producer_name: "trainyard".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            graph: Some(graph.clone()),
            operators: vec![OperatorSet { domain: String::new(), version: 17 }],
            metadata: metadata.clone(),
        };
        let mut written = Vec::new();
        ModelFile::of(graph, 17, metadata).unwrap().write(&mut written).unwrap();
        assert!(written == model.encode_to_vec());
    }
}
