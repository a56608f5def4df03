//! What in a preset's text is no value of its field, where the text as a whole cannot be read.

use super::edit::default_at;
use super::field::FieldKind;
use super::nesting::{Group, Inside};
use super::outline::{Node, Outline};
use super::parse::nearest;
use super::path::{Key, Path};
use super::reference::{field_at, group_at, inside_of};

/// A value that its field does not take, or a name that is no field.
pub(super) enum Misfit {
    /// The value `value` of the field at a path, which takes what its kind says.
    Value(Path, String, FieldKind),
    /// What is wrong, and what would be valid.
    Name(String, String),
}

impl Misfit {
    /// What is wrong, for who has put `typed` at `at`.
    pub fn problem(&self, at: &Path, typed: &str) -> String {
        match self {
            Misfit::Value(path, ..) if path == at => format!("'{typed}' is not such a value"),
            Misfit::Value(path, value, _) => format!("'{value}' is not such a value of {path}"),
            Misfit::Name(problem, _) => problem.clone(),
        }
    }

    /// What would be valid; `takes` says it of a field.
    pub fn help(&self, takes: impl Fn(&Path, &FieldKind) -> String) -> String {
        match self {
            Misfit::Value(path, _, kind) => takes(path, kind),
            Misfit::Name(_, help) => help.clone(),
        }
    }
}

/// The first misfit in the value at a path, in the order of the text.
pub(super) fn misfit(text: &str, path: &Path) -> Option<Misfit> {
    let outline = Outline::of(text);
    let kind = field_at(text, path)?.kind;
    let inside = inside_of(text, path);
    of_node(text, outline.node(path)?, path, (kind, inside))
}

fn of_node(text: &str, node: &Node, path: &Path, of: (FieldKind, Option<Inside>)) -> Option<Misfit> {
    let value = text[node.span()].trim();
    let misfit = || Some(Misfit::Value(path.clone(), value.into(), of.0));
    let is_left_out = value == "None" && default_at(text, path).is_some_and(|default| default == "None");
    if is_left_out {
        return None;
    }
    let content = text[node.value().span()].trim();
    match of.1 {
        None => {
            if of.0.takes(value) {
                None
            } else {
                misfit()
            }
        }
        Some(Inside::Fields(group)) if content.starts_with('(') => of_group(text, node, path, &group),
        Some(Inside::List(_)) if content.starts_with('[') => {
            let items = node.value().items().enumerate();
            let mut each = items.map(|(place, item)| {
                let path = path.clone().index(place);
                let inside = inside_of(text, &path)?;
                match inside {
                    Inside::Variants(_) => of_variant(text, item, &path, of.0),
                    Inside::List(_) => of_node(text, item, &path, (of.0, Some(inside))),
                    Inside::Fields(_) | Inside::ByName(_) => None,
                }
            });
            each.find_map(|found| found)
        }
        Some(Inside::ByName(_)) if content.starts_with('{') => {
            let mut each = node.value().parts().iter().map(|part| {
                let path = path.clone().field(part.name.as_deref()?);
                of_variant(text, &part.node, &path, of.0)
            });
            each.find_map(|found| found)
        }
        Some(Inside::ByName(_)) if content.starts_with('[') => None,
        Some(Inside::Variants(_)) => of_variant(text, node, path, of.0),
        Some(Inside::Fields(_) | Inside::List(_) | Inside::ByName(_)) => misfit(),
    }
}

/// The first misfit in a variant; `around` is the kind of the field that it stands in.
fn of_variant(text: &str, node: &Node, path: &Path, around: FieldKind) -> Option<Misfit> {
    let Some(Inside::Variants(groups)) = inside_of(text, path) else { return None };
    let word = node.value().word(text);
    match groups.iter().find(|group| group.variant == Some(word)) {
        Some(group) => of_group(text, node, path, group),
        None => {
            let kind = field_at(text, path).filter(|_| !matches!(path.0.last(), Some(Key::Index(_))));
            let names: Vec<&str> = groups.iter().filter_map(|group| group.variant).collect();
            // Of a list or of names, each is one of these.
            match kind.map(|field| field.kind) {
                Some(kind)
                    if kind != around
                        || matches!(around, FieldKind::Nested(inside) if matches!(inside.inside(), Inside::Variants(_))) =>
                {
                    Some(Misfit::Value(path.clone(), text[node.span()].trim().into(), kind))
                }
                _ => {
                    let near = nearest(word, names.iter().copied());
                    let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
                    let value = text[node.span()].trim();
                    let problem = format!("'{value}' is not such a value");
                    Some(Misfit::Name(problem, format!("{near}{path} takes one of {}", names.join(", "))))
                }
            }
        }
    }
}

fn of_group(text: &str, node: &Node, path: &Path, group: &Group) -> Option<Misfit> {
    let mut each = node.value().parts().iter().enumerate().map(|(place, part)| {
        let (name, inner) = match &part.name {
            Some(name) => (&name[..], path.clone().field(name)),
            None if group.is_nameless && place == 0 => (group.fields.first()?.name, path.clone().index(0)),
            None => return None,
        };
        match group.fields.iter().find(|field| field.name == name) {
            Some(field) => {
                let inside =
                    matches!(field.kind, FieldKind::Nested(_)).then(|| inside_of(text, &inner)).flatten();
                of_node(text, &part.node, &inner, (field.kind, inside))
            }
            None => {
                let (problem, help) = unknown(path, name, group);
                Some(Misfit::Name(problem, help))
            }
        }
    });
    each.find_map(|found| found)
}

fn unknown(outer: &Path, name: &str, group: &Group) -> (String, String) {
    let of = if outer.0.is_empty() { String::new() } else { format!(" of {outer}") };
    let names: Vec<&str> = group.fields.iter().map(|field| field.name).collect();
    let near = nearest(name, names.iter().copied());
    let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    let help = match names.is_empty() {
        true => "it has no fields".to_string(),
        false => format!("{near}valid: {}", names.join(", ")),
    };
    (format!("unknown field '{name}'{of}"), help)
}

/// What is said of a path with a name that is no field where it stands: what is wrong, and what would be valid. `None` where
/// all are fields, or only the variant that another change chooses says whether they are.
pub(super) fn unknown_name(text: &str, path: &Path) -> Option<(String, String)> {
    for (depth, key) in path.0.iter().enumerate() {
        let outer = Path(path.0[..depth].to_vec());
        let field = field_at(text, &outer).filter(|_| depth > 0);
        if let Some(field) =
            field.filter(|field| !matches!(field.kind, FieldKind::Nested(_)) && !matches!(key, Key::Index(_)))
        {
            let takes = field.kind.in_words();
            return Some((format!("{outer} has no fields"), format!("{outer} takes {takes}")));
        }
        let Key::Field(name) = key else { continue };
        match inside_of(text, &outer) {
            Some(Inside::ByName(_)) => continue,
            Some(Inside::Fields(_) | Inside::Variants(_)) => {}
            Some(Inside::List(_)) | None => return None,
        }
        let group = group_at(text, &outer)?;
        if group.fields.iter().all(|field| field.name != name) && !is_of_another(text, &outer, name) {
            return Some(unknown(&outer, name, &group));
        }
    }
    None
}

/// Whether another variant than the one that stands at a path has a field of this name.
fn is_of_another(text: &str, path: &Path, name: &str) -> bool {
    match inside_of(text, path) {
        Some(Inside::Variants(groups)) => {
            groups.iter().any(|group| group.fields.iter().any(|field| field.name == name))
        }
        _ => false,
    }
}
