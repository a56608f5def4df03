//! Fields and items put into a text, taken out of it and moved.

use super::body::Body;
use crate::preset::nesting::Inside;
use crate::preset::outline::{Node, Outline, Part};
use crate::preset::path::{Key, Path};
use crate::preset::reference::{group_at, inside_of};

/// The text with this value at the path. A field that is not written is added, in the order of its table, and so are the
/// groups around it. `None` where the path leads to a place of a list that is not there.
pub fn put(text: &str, path: &Path, value: &str) -> Option<String> {
    let path = &as_written(text, path);
    let outline = Outline::of(text);
    if let Some(node) = outline.node(path) {
        return Some(replaced(text, node, value));
    }
    // The innermost group that is in the text gets the others, one in the other.
    let mut missing = value.to_owned();
    let mut keys = path.0.clone();
    loop {
        let Some(Key::Field(name)) = keys.pop() else { return None };
        let outer = Path(keys.clone());
        let has_names_of_data = matches!(inside_of(text, &outer), Some(Inside::ByName(_)));
        let shown = if has_names_of_data { format!("{name:?}") } else { name.clone() };
        missing = format!("{shown}: {missing}");
        if let Some(node) = outline.node(&outer) {
            return Some(with_field(text, node.value(), &outer, &name, &missing));
        }
        missing = if has_names_of_data { format!("{{{missing}}}") } else { format!("({missing})") };
    }
}

/// The text with this value at the path, as a person would write it: a default is left out, unless `original`, the text that was
/// changed into this one, writes it. `None` as for [`put`].
pub fn set(text: &str, original: &str, path: &Path, value: &str) -> Option<String> {
    let is_default = default_at(text, path).is_some_and(|default| is_same(&default, value));
    if is_default && !is_written(original, path) {
        return Some(leave_out(text, original, path));
    }
    put(text, path, value)
}

/// The text without the field at the path, and without the groups around it in which nothing is left, unless `original` writes
/// them.
pub fn leave_out(text: &str, original: &str, path: &Path) -> String {
    let mut text = remove(text, path);
    let mut group = path.outer();
    while let Some(path) = group {
        let is_empty = Outline::of(&text).node(&path).is_some_and(|node| {
            let is_blank = |inside: std::ops::Range<usize>| text[inside].trim().is_empty();
            text[node.span()].starts_with('(') && node.inside().is_some_and(is_blank)
        });
        if !is_empty || path.0.is_empty() || is_written(original, &path) || default_at(&text, &path).is_none()
        {
            break;
        }
        text = remove(&text, &path);
        group = path.outer();
    }
    text
}

/// What the field at the path is when a text leaves it out, as a preset would write it.
pub fn default_at(text: &str, path: &Path) -> Option<String> {
    let Some((Key::Field(name), outer)) = path.0.split_last() else { return None };
    let group = group_at(text, &Path(outer.to_vec()))?;
    let place = group.fields.iter().position(|field| field.name == name)?;
    group.defaults().into_iter().nth(place)?
}

fn is_written(text: &str, path: &Path) -> bool {
    Outline::of(text).node(&as_written(text, path)).is_some()
}

/// Whether two texts are the same value, as far as blanks and the forms of numbers go.
fn is_same(a: &str, b: &str) -> bool {
    let numbers = || Some(a.parse::<f64>().ok()? == b.parse::<f64>().ok()?);
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    dense(a) == dense(b) || numbers() == Some(true)
}

/// The text without the field or the item at the path; as it is where there is none.
pub fn remove(text: &str, path: &Path) -> String {
    let path = as_written(text, path);
    let Some((last, outer)) = path.0.split_last() else { return text.to_owned() };
    let outline = Outline::of(text);
    let Some(node) = outline.node(&Path(outer.to_vec())).map(Node::value) else { return text.to_owned() };
    let is_it = |(place, part): (usize, &Part)| match last {
        Key::Field(name) => part.name.as_ref() == Some(name),
        Key::Index(index) => place == *index && part.name.is_none(),
    };
    match (Body::of(text, node), node.parts().iter().enumerate().position(is_it)) {
        (Some(mut body), Some(place)) => {
            body.remove(place);
            body.put_back(text)
        }
        _ => text.to_owned(),
    }
}

/// The text with another item in the list at `list`, at this place. `None` where there is no such list in the text.
pub fn insert(text: &str, list: &Path, place: usize, item: &str) -> Option<String> {
    let outline = Outline::of(text);
    let mut body = Body::of(text, outline.node(list)?.value())?;
    body.insert_line(place, item);
    Some(body.put_back(text))
}

/// The text with the item at `from` of the list at `list` moved to `to`, with the comments that belong to it. `None` where one
/// of the places is not there.
pub fn shift(text: &str, list: &Path, from: usize, to: usize) -> Option<String> {
    let outline = Outline::of(text);
    let mut body = Body::of(text, outline.node(list)?.value())?;
    body.shift(from, to).then(|| body.put_back(text))
}

fn replaced(text: &str, node: &Node, value: &str) -> String {
    let span = node.span();
    format!("{}{value}{}", &text[..span.start], &text[span.end..])
}

/// Puts `field`, which is called `name`, into the value `node` at `path`.
fn with_field(text: &str, node: &Node, path: &Path, name: &str, field: &str) -> String {
    let Some(mut body) = Body::of(text, node) else {
        let span = node.span();
        // `None` is replaced; a variant without options, such as `Flatten`, gets its parentheses.
        let word = if &text[span.clone()] == "None" { "" } else { &text[span.clone()] };
        return replaced(text, node, &format!("{word}({field})"));
    };
    let order: Vec<&str> = group_at(text, path)
        .map(|group| group.fields.iter().map(|field| field.name).collect())
        .unwrap_or_default();
    let rank = |name: &str| order.iter().position(|known| *known == name);
    // Behind the last of those that stand before it in the table; what is in no table goes to the end.
    let before = |part: &Part| rank(name).is_none() || part.name.as_deref().and_then(rank) < rank(name);
    let place = node.parts().iter().rposition(before).map_or(0, |last| last + 1);
    body.insert(place, field);
    body.put_back(text)
}

/// The path as the text has it: the only value of a variant such as `Activation(relu)` stands there without its name.
fn as_written(text: &str, path: &Path) -> Path {
    let mut written = Path::top();
    for key in &path.0 {
        let is_nameless = matches!(key, Key::Field(name) if group_at(text, &written)
            .is_some_and(|group| group.is_nameless && group.fields.iter().any(|field| field.name == name)));
        written.0.push(if is_nameless { Key::Index(0) } else { key.clone() });
    }
    written
}
