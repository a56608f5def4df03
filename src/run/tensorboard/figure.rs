//! What an event says, in one form, whoever wrote it and with whichever version of TensorBoard's format.

use std::collections::HashMap;

use super::hparams;
use super::message::{Event, Figure, Histogram, Value, What};
use super::tensor::{STRING, Tensor};

/// A figure of an event file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name.
    pub tag: String,
    /// The training step.
    pub step: i64,
    /// Seconds since 1970.
    pub wall_time: f64,
    /// What it is.
    pub content: Content,
}

/// Kinds of figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A number.
    Scalar(f64),
    /// Buckets: lower end, upper end, number of values.
    Histogram(Vec<[f64; 3]>),
    /// A picture, encoded, in nearly all cases as PNG.
    Picture(Vec<u8>),
    /// Text, in Markdown.
    Text(String),
    /// Hyperparameters: names and values.
    Hparams(Vec<(String, String)>),
}

/// Most pictures of one figure that are looked at.
const PICTURES: usize = 8;

/// Most tags whose meaning is remembered.
const REMEMBERED: usize = 100_000;

/// Takes events apart. It remembers what a tag's tensors mean, which a writer need say only once.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    plugins: HashMap<String, Meaning>,
}

/// What the tensors of a tag mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Scalar,
    Histogram,
    Picture,
    Text,
    /// For a part of TensorBoard that is not shown here.
    Other,
}

impl Decoder {
    /// Hands every figure of `event` to `take`.
    pub fn items(&mut self, event: Event, mut take: impl FnMut(Item)) {
        let (step, wall_time) = (event.step, event.wall_time);
        let Some(What::Summary(summary)) = event.what else { return };
        for value in summary.value {
            self.contents(value, |tag, content| take(Item { tag, step, wall_time, content }));
        }
    }

    fn contents(&mut self, value: Value, mut take: impl FnMut(String, Content)) {
        let tag = value.tag;
        let plugin = value.metadata.and_then(|metadata| metadata.plugin);
        if let Some(plugin) = plugin.as_ref().filter(|plugin| plugin.name == "hparams") {
            let pairs = hparams::decode(&plugin.content);
            if !pairs.is_empty() {
                take(tag, Content::Hparams(pairs));
            }
            return;
        }
        let told =
            plugin.map(|plugin| plugin.name).filter(|name| !name.is_empty()).map(|name| meaning(&name));
        match value.figure {
            Some(Figure::Simple(x)) => take(tag, Content::Scalar(x.into())),
            Some(Figure::Histogram(histogram)) => take(tag, Content::Histogram(buckets(&histogram))),
            Some(Figure::Image(image)) => take(tag, Content::Picture(image.encoded)),
            Some(Figure::Tensor(tensor)) => {
                let meaning = match told {
                    Some(told) => {
                        if self.plugins.len() < REMEMBERED && !self.plugins.contains_key(&tag) {
                            self.plugins.insert(tag.clone(), told);
                        }
                        told
                    }
                    None => self.plugins.get(&tag).copied().unwrap_or_else(|| guess(&tensor)),
                };
                of_tensor(tag, tensor, meaning, take);
            }
            None => {}
        }
    }
}

fn meaning(plugin: &str) -> Meaning {
    match plugin {
        "scalars" => Meaning::Scalar,
        "histograms" => Meaning::Histogram,
        "images" => Meaning::Picture,
        "text" => Meaning::Text,
        _ => Meaning::Other,
    }
}

/// What a tensor most likely means whose first figure was not seen.
fn guess(tensor: &Tensor) -> Meaning {
    let axes = tensor.shape.as_ref().map_or(&[][..], |shape| &shape.axes);
    let is_encoded = |bytes: &Vec<u8>| bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff");
    match (tensor.dtype, axes) {
        (STRING, _) if tensor.strings.get(2).is_some_and(is_encoded) => Meaning::Picture,
        (STRING, _) => Meaning::Text,
        (_, [_, columns]) if columns.length == 3 => Meaning::Histogram,
        _ => Meaning::Scalar,
    }
}

fn of_tensor(tag: String, tensor: Tensor, meaning: Meaning, mut take: impl FnMut(String, Content)) {
    match meaning {
        Meaning::Scalar => {
            if let Some(x) = tensor.number() {
                take(tag, Content::Scalar(x));
            }
        }
        Meaning::Histogram => take(tag, Content::Histogram(tensor.numbers().as_chunks().0.to_vec())),
        Meaning::Picture => {
            // Width and height stand before the pictures.
            let count = tensor.strings.len().saturating_sub(2);
            for (place, encoded) in tensor.strings.into_iter().skip(2).take(PICTURES).enumerate() {
                let tag = if count == 1 { tag.clone() } else { format!("{tag}/{place}") };
                take(tag, Content::Picture(encoded));
            }
        }
        Meaning::Text => {
            let lines: Vec<_> = tensor.strings.iter().map(|line| String::from_utf8_lossy(line)).collect();
            take(tag, Content::Text(lines.join("\n")));
        }
        Meaning::Other => {}
    }
}

/// TensorBoard's own reading of a histogram of the older form: the outermost buckets end at the extremes.
fn buckets(histogram: &Histogram) -> Vec<[f64; 3]> {
    let last = histogram.bucket_limit.len().saturating_sub(1);
    let ends = histogram.bucket_limit.iter().zip(&histogram.bucket).enumerate();
    ends.map(|(place, (limit, count))| {
        let left = if place == 0 { histogram.min } else { histogram.bucket_limit[place - 1] };
        [left, if place == last { histogram.max } else { *limit }, *count]
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::message::{Metadata, Plugin, Summary};
    use super::super::tensor::{Axis, Shape};
    use super::*;

    fn said(decoder: &mut Decoder, figure: Figure, plugin: Option<&str>) -> Vec<(String, Content)> {
        let plugin = plugin.map(|name| Plugin { name: name.into(), ..Plugin::default() });
        let metadata = Some(Metadata { plugin });
        let value = Value { tag: "tag".into(), figure: Some(figure), metadata };
        let event = Event { what: Some(What::Summary(Summary { value: vec![value] })), ..Event::default() };
        let mut found = Vec::new();
        decoder.items(event, |item| found.push((item.tag, item.content)));
        found
    }

    fn strings(parts: &[&[u8]]) -> Figure {
        let strings = parts.iter().map(|part| part.to_vec()).collect();
        Figure::Tensor(Tensor { dtype: STRING, strings, ..Tensor::default() })
    }

    #[test]
    fn what_a_tag_means_is_remembered_and_otherwise_guessed() {
        let picture = [&b"2"[..], b"2", b"not a known encoding"];
        let mut decoder = Decoder::default();
        assert_eq!(
            said(&mut decoder, strings(&picture), None)[0].1,
            Content::Text("2\n2\nnot a known encoding".into())
        );
        let content = Content::Picture(b"not a known encoding".into());
        assert_eq!(said(&mut decoder, strings(&picture), Some("images"))[0].1, content);
        assert_eq!(said(&mut decoder, strings(&picture), None)[0].1, content);
        let png = [&b"2"[..], b"2", b"\x89PNG1", b"\x89PNG2"];
        let guessed = said(&mut Decoder::default(), strings(&png), None);
        assert_eq!(guessed[1], ("tag/1".into(), Content::Picture(b"\x89PNG2".into())));
    }

    #[test]
    fn histograms_of_both_forms_are_the_same() {
        let old = Histogram {
            min: -1.0,
            max: 2.5,
            bucket_limit: vec![0.0, 1.0, f64::MAX],
            bucket: vec![1.0, 2.0, 3.0],
            ..Histogram::default()
        };
        let expected = Content::Histogram(vec![[-1.0, 0.0, 1.0], [0.0, 1.0, 2.0], [1.0, 2.5, 3.0]]);
        assert_eq!(said(&mut Decoder::default(), Figure::Histogram(old), None)[0].1, expected);
        let doubles = vec![-1.0, 0.0, 1.0, 0.0, 1.0, 2.0, 1.0, 2.5, 3.0];
        let axes = vec![Axis { length: 3 }, Axis { length: 3 }];
        let new = Tensor { dtype: 2, doubles, shape: Some(Shape { axes }), ..Tensor::default() };
        assert_eq!(said(&mut Decoder::default(), Figure::Tensor(new), None)[0].1, expected);
    }

    #[test]
    fn what_other_parts_of_tensorboard_show_is_left_out() {
        let curve = Tensor { dtype: 1, floats: vec![0.5], ..Tensor::default() };
        assert!(said(&mut Decoder::default(), Figure::Tensor(curve), Some("pr_curves")).is_empty());
    }
}
