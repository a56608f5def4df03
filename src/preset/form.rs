//! A preset as the rows of a form: every field of every part, with its value, whether it is written or left out.
//!
//! The rows come from the tables of fields and the text of the preset. What one type has inside another is found as
//! [`reference`](super::reference) finds it, so a new field, layer or procedure is in the form without a line here.

use super::field::{Field, FieldKind};
use super::nesting::{Describe, Described, Group, Inside};
use super::outline::{Node, Outline};
use super::path::{Key, Path};
use super::types::Preset;

/// One row of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where its value stands.
    pub path: Path,
    /// How many groups it stands in.
    pub depth: usize,
    /// What it is called: `epochs`, or `2 Conv2D` for the second item of a list.
    pub label: String,
    /// What it is for, in one line.
    pub help: &'static str,
    /// What may be done with it.
    pub kind: RowKind,
    /// Its value as a preset writes it: of a variant its name only, of a list and of fields in a group nothing.
    pub value: String,
    /// Whether the text has it; otherwise the value is the one that a preset means that leaves it out.
    pub is_written: bool,
    /// Whether it may be left out altogether, and is off then.
    pub is_optional: bool,
    /// Whether it is left out.
    pub is_off: bool,
}

/// What kind of row it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowKind {
    /// A value.
    Value(FieldKind),
    /// Fields.
    Group(Described),
    /// One of several variants, with its fields.
    Variant(Described),
    /// A list of layers, or of lists of layers.
    List(Described),
    /// An item of a list: one of several variants.
    Item(Described),
    /// Values with names that a person gave them.
    ByName(Described),
}

/// A word to choose, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The word, as a preset writes it.
    pub word: &'static str,
    /// What it means, in one line; may be empty.
    pub help: &'static str,
}

impl Row {
    /// Whether it is a list whose items are lists of layers.
    pub fn is_list_of_lists(&self) -> bool {
        matches!(self.kind, RowKind::List(each) if is_list(each))
    }

    /// Whether it is an item of a list: a layer, or a branch.
    pub fn is_item(&self) -> bool {
        let is_branch = || matches!((self.kind, self.path.0.last()), (RowKind::List(_), Some(Key::Index(_))));
        matches!(self.kind, RowKind::Item(_)) || is_branch()
    }

    /// Whether rows of the next depth may follow.
    pub fn is_group(&self) -> bool {
        !matches!(self.kind, RowKind::Value(_))
    }

    /// What it takes, for a prompt.
    pub fn takes(&self) -> String {
        match self.kind {
            RowKind::Value(kind) => kind.in_words(),
            RowKind::Group(inside)
            | RowKind::Variant(inside)
            | RowKind::Item(inside)
            | RowKind::ByName(inside) => FieldKind::Nested(inside).in_words(),
            RowKind::List(each) if is_list(each) => "a list of branches".into(),
            RowKind::List(_) => "a list of layers".into(),
        }
    }

    /// The words that it can be; empty where it is not chosen from a list.
    pub fn choices(&self) -> Vec<Choice> {
        match self.kind {
            RowKind::Value(FieldKind::Choice(words) | FieldKind::Choices(words)) => {
                words.names.iter().zip(words.help).map(|(&word, &help)| Choice { word, help }).collect()
            }
            RowKind::Value(FieldKind::Switch) => {
                [("true", "yes"), ("false", "no")].map(|(word, help)| Choice { word, help }).into()
            }
            RowKind::Value(
                FieldKind::Integer(_)
                | FieldKind::Number(_)
                | FieldKind::Pair(_)
                | FieldKind::Integers(_)
                | FieldKind::NumbersOr(..)
                | FieldKind::Text
                | FieldKind::Sign
                | FieldKind::Texts
                | FieldKind::Paths
                | FieldKind::Names
                | FieldKind::Nested(_),
            )
            | RowKind::Group(_)
            | RowKind::ByName(_) => Vec::new(),
            RowKind::Variant(inside) | RowKind::Item(inside) => choices_of(inside),
            RowKind::List(each) => choices_of(each),
        }
    }

    /// The text of a variant of this name, with every field that must be there; those that this row's value has under the same
    /// name keep their values, which `text` says. A value that can stand in the variant is put into it, and comes out of it again.
    pub fn variant(&self, text: &str, name: &str) -> Option<String> {
        let (RowKind::Variant(inside) | RowKind::Item(inside) | RowKind::List(inside)) = self.kind else {
            return None;
        };
        let Inside::Variants(groups) = inside.inside() else { return None };
        let group = groups.into_iter().find(|group| group.variant == Some(name))?;
        let outline = Outline::of(text);
        let before =
            outline.node(&self.path).map(Node::value).filter(|_| !matches!(self.kind, RowKind::List(_)));
        let written = |node: &Node| text[node.span()].to_owned();
        let inner = before.and_then(|node| node.items().next()).map(Node::value);
        if let Some(inner) = inner.filter(|inner| inner.word(text) == name) {
            return Some(written(inner));
        }
        let takes_whole = |field: &Field, node: &Node| match field.kind {
            FieldKind::Nested(inside) if group.is_nameless => {
                choices_of(inside).iter().any(|choice| choice.word == node.word(text))
            }
            _ => false,
        };
        let known = |field: &Field| match before? {
            node if takes_whole(field, node) => Some(written(node)),
            node => node.field(field.name).map(written),
        };
        Some(group.shortest(known))
    }

    /// Some text with which an optional part is switched on.
    pub fn first_value(&self) -> String {
        match self.kind {
            RowKind::Value(kind) => kind.sample(),
            RowKind::Group(inside) | RowKind::Variant(inside) => FieldKind::Nested(inside).sample(),
            RowKind::List(_) | RowKind::Item(_) | RowKind::ByName(_) => "[]".into(),
        }
    }
}

fn is_list(inside: Described) -> bool {
    matches!(inside.inside(), Inside::List(_))
}

fn choices_of(inside: Described) -> Vec<Choice> {
    let Inside::Variants(groups) = inside.inside() else { return Vec::new() };
    let choice = |group: Group| Some(Choice { word: group.variant?, help: group.help });
    groups.into_iter().filter_map(choice).collect()
}

/// All rows of a preset's text, in the order of the tables.
pub fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Inside::Fields(group) = Preset::inside() {
        let outline = Outline::of(text);
        let whole = Seen { text, node: outline.root(), is_written: true };
        fields(&group, whole, &Path::top(), 0, &mut rows);
    }
    rows
}

/// A value as the preset's own text, or the text of a default, has it.
#[derive(Clone, Copy)]
struct Seen<'a> {
    text: &'a str,
    node: &'a Node,
    is_written: bool,
}

impl<'a> Seen<'a> {
    fn with(self, node: &'a Node) -> Self {
        Seen { node, ..self }
    }

    fn raw(self) -> &'a str {
        &self.text[self.node.value().span()]
    }
}

/// The rows of the fields that stand in a value.
fn fields(group: &Group, seen: Seen<'_>, path: &Path, depth: usize, rows: &mut Vec<Row>) {
    let node = seen.node.value();
    for (field, default) in group.fields.iter().zip(group.defaults()) {
        let (at, written) = match group.is_nameless {
            true => (path.clone().index(0), node.items().next()),
            false => (path.clone().field(field.name), node.field(field.name)),
        };
        let is_optional = default.as_deref() == Some("None");
        if let Some(node) = written {
            value(field, seen.with(node), is_optional, at, depth, rows);
        } else if let Some(default) = default {
            let outline = Outline::of(&default);
            let seen = Seen { text: &default, node: outline.root(), is_written: false };
            value(field, seen, is_optional, at, depth, rows);
        }
    }
}

/// The row of a field's value, and those of what stands inside it.
fn value(field: &Field, seen: Seen<'_>, is_optional: bool, path: Path, depth: usize, rows: &mut Vec<Row>) {
    let is_off = is_optional && seen.raw() == "None";
    let row = Row {
        path: path.clone(),
        depth,
        label: field.name.into(),
        help: field.help,
        kind: RowKind::Value(field.kind),
        value: if is_off { String::new() } else { seen.raw().to_owned() },
        is_written: seen.is_written,
        is_optional,
        is_off,
    };
    let FieldKind::Nested(described) = field.kind else { return rows.push(row) };
    match described.inside() {
        Inside::Fields(group) => {
            rows.push(Row { kind: RowKind::Group(described), value: String::new(), ..row });
            if !is_off {
                fields(&group, seen, &path, depth + 1, rows);
            }
        }
        Inside::Variants(groups) => {
            variant(groups, seen, Row { kind: RowKind::Variant(described), ..row }, rows);
        }
        Inside::List(each) => {
            rows.push(Row { kind: RowKind::List(each), value: String::new(), ..row });
            for (place, node) in seen.node.value().items().enumerate() {
                item(each, seen.with(node), place, path.clone().index(place), depth + 1, rows);
            }
        }
        Inside::ByName(each) => {
            rows.push(Row { kind: RowKind::ByName(described), ..row.clone() });
            for part in seen.node.value().parts() {
                let (Some(name), Inside::Variants(groups)) = (&part.name, each.inside()) else { continue };
                let row = Row {
                    path: path.clone().field(name),
                    depth: depth + 1,
                    label: name.clone(),
                    kind: RowKind::Variant(each),
                    ..row.clone()
                };
                variant(groups, seen.with(&part.node), row, rows);
            }
        }
    }
}

/// The row of a value that is one of several variants, and those of its fields.
fn variant(groups: Vec<Group>, seen: Seen<'_>, row: Row, rows: &mut Vec<Row>) {
    let word = seen.node.value().word(seen.text);
    let (path, depth) = (row.path.clone(), row.depth);
    rows.push(Row { value: if row.is_off { String::new() } else { word.to_owned() }, ..row });
    if let Some(group) = groups.into_iter().find(|group| group.variant == Some(word)) {
        fields(&group, seen, &path, depth + 1, rows);
    }
}

/// The row of a list's item, and those of its fields.
fn item(each: Described, seen: Seen<'_>, place: usize, path: Path, depth: usize, rows: &mut Vec<Row>) {
    let groups = match each.inside() {
        Inside::Variants(groups) => groups,
        Inside::List(inner) => {
            let row = Row {
                path: path.clone(),
                depth,
                label: format!("branch {}", place + 1),
                help: "layers over the input of them all; without layers it is the input itself",
                kind: RowKind::List(inner),
                value: String::new(),
                is_written: seen.is_written,
                is_optional: false,
                is_off: false,
            };
            rows.push(row);
            for (place, node) in seen.node.value().items().enumerate() {
                item(inner, seen.with(node), place, path.clone().index(place), depth + 1, rows);
            }
            return;
        }
        Inside::Fields(_) | Inside::ByName(_) => return,
    };
    let word = seen.node.value().word(seen.text);
    let help = groups.iter().find(|group| group.variant == Some(word)).map_or("", |group| group.help);
    let row = Row {
        path,
        depth,
        label: format!("{} {word}", place + 1),
        help,
        kind: RowKind::Item(each),
        value: String::new(),
        is_written: seen.is_written,
        is_optional: false,
        is_off: false,
    };
    variant(groups, seen, row, rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::library;

    fn row<'a>(rows: &'a [Row], path: &str) -> &'a Row {
        rows.iter().find(|row| row.path.to_string() == path).unwrap_or_else(|| panic!("{path} of {rows:#?}"))
    }

    #[test]
    fn every_field_of_a_preset_is_there_with_what_it_is_when_left_out() {
        let rows = rows(include_str!("../../presets/sp500-forecast.ron"));
        let value = |path| (&*row(&rows, path).value, row(&rows, path).is_written);
        assert_eq!(value("train.epochs"), ("40", true));
        assert_eq!(value("train.truncate_steps"), ("0", false));
        assert_eq!(value("train.clip.norm"), ("1.0", true));
        assert_eq!(value("train.early_stopping.patience"), ("6", true));
        assert_eq!(value("train.early_stopping.restore_best_weights"), ("true", false));
        assert_eq!(value("data.source"), ("sp500", true));
        assert_eq!(value("data.source.horizon"), ("5", true));
        assert_eq!(value("layers[0].go_backwards"), ("false", false));
        assert_eq!(value("optimizer.beta_2"), ("0.999", false));
        assert_eq!(value("loss_options.class_weights"), ("[]", false));
        assert_eq!(row(&rows, "layers[1]").label, "2 Dropout");
        let fold = row(&rows, "data.fold");
        assert!(fold.is_off && fold.is_optional && fold.first_value() == "(k: 1, of: 2)", "{fold:?}");
        assert!(!rows.iter().any(|row| row.path.to_string().starts_with("data.fold.")));
    }

    #[test]
    fn values_without_names_and_layers_within_layers_are_there() {
        let text = "(layers: [Activation(relu), Bidirectional(LSTM(units: 3)), Residual(layers: [Dense(units: 2)])])";
        let rows = rows(text);
        assert_eq!(row(&rows, "layers[0][0]").value, "relu");
        assert_eq!((&*row(&rows, "layers[1][0]").value, row(&rows, "layers[1][0]").depth), ("LSTM", 2));
        assert_eq!(row(&rows, "layers[1][0].units").value, "3");
        assert_eq!(row(&rows, "layers[2].layers[0]").label, "1 Dense");
        assert_eq!(row(&rows, "layers[2].layers[0].units").value, "2");
    }

    #[test]
    fn branches_are_lists_in_a_list() {
        let text = "(layers: [Branches(merge: dot, branches: [[Dense(units: 2)], []])])";
        let rows = rows(text);
        let seen = |path: &str| (row(&rows, path).label.clone(), row(&rows, path).depth);
        assert_eq!(seen("layers[0].branches"), ("branches".into(), 2));
        assert_eq!(seen("layers[0].branches[0]"), ("branch 1".into(), 3));
        assert_eq!(seen("layers[0].branches[0][0]"), ("1 Dense".into(), 4));
        assert_eq!(seen("layers[0].branches[0][0].units"), ("units".into(), 5));
        assert_eq!(seen("layers[0].branches[1]"), ("branch 2".into(), 3));
        let is = |path: &str| (row(&rows, path).is_item(), row(&rows, path).is_list_of_lists());
        assert_eq!(is("layers"), (false, false));
        assert_eq!(is("layers[0].branches"), (false, true));
        assert_eq!(is("layers[0].branches[0]"), (true, false));
        assert_eq!(is("layers[0].branches[0][0]"), (true, false));
        // What is added fits at once.
        let added = row(&rows, "layers").variant(text, "Branches").unwrap();
        assert_eq!(added, "Branches(merge: add, branches: [[], []])");
    }

    #[test]
    fn a_variant_keeps_what_must_be_there_under_the_same_name() {
        let text = "(layers: [LSTM(units: 3, stateful: true), Flatten])";
        let rows = rows(text);
        let layer = row(&rows, "layers[0]");
        assert_eq!(layer.variant(text, "GRU").as_deref(), Some("GRU(units: 3)"));
        assert_eq!(layer.variant(text, "Flatten").as_deref(), Some("Flatten"));
        assert_eq!(layer.variant(text, "Dropout").as_deref(), Some("Dropout(rate: 0.5)"));
        assert_eq!(row(&rows, "layers").variant(text, "Activation").as_deref(), Some("Activation(linear)"));
        assert_eq!(layer.variant(text, "Nothing"), None);
        let within = layer.variant(text, "Bidirectional").unwrap();
        assert_eq!(within, "Bidirectional(LSTM(units: 3, stateful: true))");
        let text = format!("(layers: [{within}])");
        let rows = super::rows(&text);
        let unwrapped = row(&rows, "layers[0]").variant(&text, "LSTM");
        assert_eq!(unwrapped.as_deref(), Some("LSTM(units: 3, stateful: true)"));
        assert_eq!(
            row(&rows, "layers[0]").variant(&text, "Residual").as_deref(),
            Some("Residual(layers: [])")
        );
    }

    #[test]
    fn every_choice_says_what_it_means() {
        for entry in library::list().into_iter().filter(|entry| entry.file.is_none()) {
            let library::Found { text, .. } = library::find(&entry.name).unwrap();
            let rows = rows(&text);
            assert!(rows.len() > 50, "{}", entry.name);
            for row in rows {
                let silent: Vec<Choice> =
                    row.choices().into_iter().filter(|choice| choice.help.is_empty()).collect();
                assert!(silent.is_empty(), "{}: {silent:?}", row.path);
                assert!(row.path.0.len() > 4 || !row.help.is_empty(), "{}", row.path);
                if let RowKind::Value(kind) = row.kind {
                    assert!(row.is_off || kind.takes(&row.value), "{}: {}", row.path, row.value);
                }
            }
        }
    }
}
