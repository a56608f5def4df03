//! `--set train.epochs=2`: values of a preset replaced by path.

mod between;

use super::edit::{default_at, put};
use super::field::{Field, FieldKind, Range};
use super::misfit::{misfit, unknown_name};
use super::nesting::Inside;
use super::outline::Outline;
use super::parse::{PresetError, parse};
use super::path::{Key, Path};
use super::reference::{field_at, is_by_name};
use super::syntax;
use super::typed::{change, example, why_not_one_value, written};

pub use between::between;

/// A change as it was typed, and what it puts where.
struct Change {
    /// What messages call it.
    origin: String,
    path: Path,
    /// The value, as it was typed.
    typed: String,
    /// The same, as a preset writes it.
    value: String,
}

impl Change {
    /// Reads an assignment, for this preset.
    ///
    /// # Errors
    /// When it is no path with one value behind it.
    fn read(text: &str, assignment: &str) -> Result<Self, PresetError> {
        let origin = format!("--set {assignment}");
        let wrong = |problem: String, help: String| Err(PresetError::whole(&origin, problem, help));
        let for_example = |path: &Path| match field_at(text, path) {
            Some(field) => takes(path, &field.kind),
            None => "write a path and its value, as in --set train.epochs=2".into(),
        };
        let Some((typed_path, typed)) = assignment.split_once('=') else {
            let path = without_variants(text, read_path(assignment.trim()));
            return wrong("there is no '=' in it, and so no value".into(), for_example(&path));
        };
        let path = without_variants(text, read_path(typed_path.trim()));
        if path.0.is_empty() {
            return wrong("no path stands before the '='".into(), for_example(&path));
        }
        if typed_path.trim().split('.').any(|name| name.trim().is_empty()) {
            return wrong("a name is missing between its points".into(), format!("{path} would be a path"));
        }
        if let Some((list, name)) = named_item(text, &path) {
            let outline = Outline::of(text);
            let is_called =
                |place: &usize| outline.word_at(text, &list.clone().index(*place)) == Some(&name[..]);
            // So many places are looked at.
            let place = (0..100).find(is_called);
            let rest = path.0[list.0.len() + 1..].to_vec();
            let help = match place {
                Some(place) => format!("the first {name} is {}", list.clone().index(place).then(Path(rest))),
                None => format!("{} is the first of them", list.clone().index(0)),
            };
            return wrong(
                format!("{list} is a list, whose parts are named by their places, from 0, and not '{name}'"),
                help,
            );
        }
        let field = field_at(text, &path);
        let kind = field.map(|field| field.kind);
        let is_sign = kind == Some(FieldKind::Sign);
        // A blank or a tab may be what separates cells.
        let typed = if is_sign && typed.chars().count() == 1 { typed } else { typed.trim() };
        if typed.is_empty() {
            return wrong("no value stands behind the '='".into(), for_example(&path));
        }
        let leaves_out = typed == "None" && field.is_none_or(|_| is_optional(text, &path));
        let value = match kind {
            Some(kind) if !leaves_out => written(&kind, typed),
            _ => typed.to_owned(),
        };
        if let Some(problem) = why_not_one_value(&value) {
            let shell = if value.contains(['"', '\'', '(']) {
                "; single quotes around the whole keep a shell from changing it"
            } else {
                ""
            };
            return wrong(problem, format!("{}{shell}", for_example(&path)));
        }
        Ok(Change { origin, path, typed: typed.to_owned(), value })
    }

    /// The text with it, whether that is a preset or not; `None` where the path leads nowhere.
    fn put(&self, text: &str) -> Option<String> {
        let new = put(text, &self.path, &self.value)?;
        match parse(&new, "") {
            // Another change may say what stands in its parentheses.
            Err(error) if is_of_brackets(&error) => self.with_parentheses(text).or(Some(new)),
            _ => Some(new),
        }
    }

    /// The text with a variant's name and empty parentheses at the path, where the value is the name of one.
    fn with_parentheses(&self, text: &str) -> Option<String> {
        let FieldKind::Nested(described) = field_at(text, &self.path)?.kind else { return None };
        let mut inside = described.inside();
        // An item of a list, of a list in a list, or the kind of a column.
        while let Inside::List(each) | Inside::ByName(each) = inside {
            inside = each.inside();
        }
        let is_variant = match &inside {
            Inside::Variants(groups) => groups.iter().any(|group| group.variant == Some(&self.value[..])),
            Inside::Fields(_) | Inside::List(_) | Inside::ByName(_) => false,
        };
        is_variant.then(|| put(text, &self.path, &format!("{}()", self.value))).flatten()
    }

    /// The refusal of a value that its field cannot take, whatever other changes say.
    fn refused(&self, text: &str) -> Option<PresetError> {
        let field = field_at(text, &self.path)?;
        let is_nested = matches!(field.kind, FieldKind::Nested(_));
        (!is_nested && !self.fits(text, field)).then(|| self.unfit(text, field))
    }

    fn fits(&self, text: &str, field: &Field) -> bool {
        field.kind.takes(&self.value) || self.value == "None" && is_optional(text, &self.path)
    }

    /// What is said of a value that its field cannot take.
    fn unfit(&self, text: &str, field: &Field) -> PresetError {
        let Change { origin, path, typed, .. } = self;
        let means_none = ["none", "null", "nil"].iter().any(|word| typed.eq_ignore_ascii_case(word));
        let is_beyond =
            |range: &Range| typed.parse::<f64>().is_ok_and(|x| x.fract() == 0.0 && !range.contains(x));
        let help = match field.kind.range().filter(is_beyond) {
            _ if means_none && is_optional(text, path) => format!("{} leaves it out", change(path, "None")),
            Some(range) => {
                let what =
                    if matches!(field.kind, FieldKind::Number(_)) { "a number" } else { "a whole number" };
                let for_example = change(path, &example(&field.kind));
                format!("{path} takes {what}, {}; for example {for_example}", range.in_words())
            }
            None => takes(path, &field.kind),
        };
        PresetError::whole(origin, format!("'{typed}' is not such a value"), help)
    }
}

/// The list that a path leads to and whose item it names with a word instead of its place, and that word.
fn named_item(text: &str, path: &Path) -> Option<(Path, String)> {
    (1..path.0.len()).find_map(|depth| {
        let list = Path(path.0[..depth].to_vec());
        // What stands at a place of a list may be a list, or anything else.
        let (Key::Field(_), Key::Field(name)) = (&path.0[depth - 1], &path.0[depth]) else { return None };
        let FieldKind::Nested(described) = field_at(text, &list)?.kind else { return None };
        let is_list = matches!(described.inside(), Inside::List(_)) && name.parse::<i64>().is_err();
        is_list.then(|| (list, name.clone()))
    })
}

/// Whether a preset may leave the field at the path out.
fn is_optional(text: &str, path: &Path) -> bool {
    default_at(text, path).is_some_and(|default| default == "None")
}

/// What a field takes, with an example.
fn takes(path: &Path, kind: &FieldKind) -> String {
    format!("{path} takes {}; for example {}", kind.in_words(), change(path, &example(kind)))
}

/// Makes several changes, as [`apply`] makes one. Their order does not matter where one needs another: a field of a group that must
/// have others as well, or of a variant that is chosen behind it.
///
/// # Errors
/// As [`apply`], for the change without which the others would fit.
pub fn apply_all(text: &str, assignments: &[String]) -> Result<String, PresetError> {
    let in_order = assignments.iter().try_fold(text.to_owned(), |text, assignment| apply(&text, assignment));
    let Err(error) = in_order else { return in_order };
    // What holds others goes before them.
    let mut sorted: Vec<&String> = assignments.iter().collect();
    sorted.sort_by_key(|assignment| assigned(assignment).0.len());
    let (mut whole, mut changed) = (text.to_owned(), text.to_owned());
    let mut waiting: Vec<(&String, PresetError)> = Vec::new();
    for assignment in sorted {
        match apply(&changed, assignment) {
            Ok(new) => {
                (whole, changed) = (new.clone(), new);
                waiting.clear();
            }
            Err(error) => {
                // What is wrong by itself, another change does not mend: it would only hide it.
                let change = Change::read(&changed, assignment)?;
                if let Some(refused) = change.refused(&changed) {
                    return Err(refused);
                }
                // What another change may complete stays in the text, whatever it is so far.
                changed = change.put(&changed).ok_or_else(|| error.clone())?;
                waiting.push((assignment, error));
            }
        }
    }
    if waiting.is_empty() {
        return Ok(whole);
    }
    let put_change = |text: &str, assignment: &str| Change::read(text, assignment).ok()?.put(text);
    let fits_without = |(left_out, _): &(&String, PresetError)| {
        let mut others = waiting.iter().map(|(assignment, _)| *assignment).filter(|other| other != left_out);
        let text = others.try_fold(whole.clone(), |text, other| put_change(&text, other));
        text.is_some_and(|text| parse(&text, "").is_ok())
    };
    Err(waiting.iter().find(|change| fits_without(change)).map_or(error, |(_, error)| error.clone()))
}

/// Replaces the value at a path in a preset's text; `layers.0.filters=64` and `layers[0].filters=64` are the same.
/// A field that the text leaves out is added, and so are the groups around it. Texts may come without their quotes. Returns the
/// new text.
///
/// # Errors
/// When the text is not an assignment, the path leads nowhere, or the value is not of the field's kind. The error speaks
/// of the assignment, not of a place in the text.
pub fn apply(text: &str, assignment: &str) -> Result<String, PresetError> {
    let change = Change::read(text, assignment)?;
    let Change { origin, path, .. } = &change;
    if let Some((problem, help)) = unknown_name(text, path) {
        return Err(PresetError::whole(origin, problem, help));
    }
    let new = put(text, path, &change.value).filter(|_| !counts_backwards(text, path)).ok_or_else(|| {
        PresetError::whole(
            origin,
            format!("there is no {path}"),
            "count list places from 0; `trainyard presets show NAME` shows the text",
        )
    })?;
    // The whole preset is read again, so that a wrong name or kind is refused here, with what would be valid.
    match parse(&new, origin) {
        Ok(_) => Ok(new),
        // A variant with settings may be named alone: all of them are then at their defaults.
        Err(error) => match change.with_parentheses(text) {
            None => Err(explained(error, &new, &change)),
            Some(new) => match parse(&new, origin) {
                Ok(_) => Ok(new),
                // It has settings without defaults, and the error names the first.
                Err(inside) if is_of_brackets(&error) => Err(explained(inside, &new, &change)),
                Err(_) => Err(explained(error, &new, &change)),
            },
        },
    }
}

/// The path without the names of variants, which `runs show` prints and the text has in front of their fields: `data.source.csv.label`
/// is `data.source.label` where the source is a csv.
fn without_variants(text: &str, path: Path) -> Path {
    let outline = Outline::of(text);
    let last = path.0.len().saturating_sub(1);
    let mut short = Path::default();
    for (depth, key) in path.0.into_iter().enumerate() {
        let is_variant = |name: &str| {
            depth < last && !is_by_name(text, &short) && outline.word_at(text, &short) == Some(name)
        };
        match key {
            Key::Field(name) if depth > 0 && is_variant(&name) => {}
            key => short.0.push(key),
        }
    }
    short
}

/// Whether a path has a place below 0, where no person's data has such a name.
fn counts_backwards(text: &str, path: &Path) -> bool {
    path.0.iter().enumerate().any(|(depth, key)| {
        let is_negative = matches!(key, Key::Field(name) if name.parse::<i64>().is_ok());
        is_negative && !is_by_name(text, &Path(path.0[..depth].to_vec()))
    })
}

/// Whether a parenthesis is missing: the name is that of a variant with settings.
fn is_of_brackets(error: &PresetError) -> bool {
    error.problem.contains(syntax::NO_PARENTHESES)
}

/// The path of an assignment.
fn assigned(assignment: &str) -> Path {
    read_path(assignment.split('=').next().unwrap_or_default().trim())
}

/// Whether a message about the value at `path` is about what this assignment put there.
pub fn concerns(assignment: &str, path: &Path) -> bool {
    let assigned = assigned(assignment);
    path.0.starts_with(&assigned.0) || (!path.0.is_empty() && assigned.0.starts_with(&path.0))
}

/// The error of a changed text as one of the change: what is no value of the field, or which fields there are.
fn explained(error: PresetError, new: &str, change: &Change) -> PresetError {
    let Change { origin, path, typed, .. } = change;
    let without_place = PresetError { place: None, line: Box::default(), ..error };
    let field = field_at(new, path);
    if let Some(field) = field.filter(|field| !change.fits(new, field)) {
        return change.unfit(new, field);
    }
    if let Some(found) = misfit(new, path) {
        return PresetError::whole(origin, found.problem(path, typed), found.help(takes));
    }
    match field {
        // It is a field, and something is missing further inside, which the error names.
        Some(_) if !without_place.help.is_empty() => without_place,
        Some(field) => change.unfit(new, field),
        None => of_other_variant(new, path)
            .map_or(without_place, |(problem, help)| PresetError::whole(origin, problem, help)),
    }
}

/// What is said of a field that only some variants have, inside a group whose variant nobody chose.
fn of_other_variant(new: &str, path: &Path) -> Option<(String, String)> {
    let (Key::Field(name), outer) = path.0.split_last()? else { return None };
    let outer = Path(outer.to_vec());
    let FieldKind::Nested(described) = field_at(new, &outer)?.kind else { return None };
    let Inside::Variants(groups) = described.inside() else { return None };
    let having = groups.iter().filter(|group| group.fields.iter().any(|field| field.name == name));
    let names: Vec<&str> = having.filter_map(|group| group.variant).collect();
    let first = names.first()?;
    Some((
        format!("{outer} has no field {name} as it is"),
        format!("these have it: {}; choose one first: --set '{outer}={first}(…)'", names.join(", ")),
    ))
}

/// A path as a person types it: `layers.0.filters` and `layers[0].filters` are the same.
pub(super) fn read_path(path: &str) -> Path {
    let keys = path.split(['.', '[', ']']).filter(|part| !part.is_empty()).map(|part| match part.parse() {
        Ok(index) => Key::Index(index),
        Err(_) => Key::Field(part.to_owned()),
    });
    Path(keys.collect())
}

#[cfg(test)]
mod tests;
