//! What stands inside a value that has fields of its own. The reference of all fields and `--set` find their way through a
//! preset with it.

use std::ptr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::field::{Field, FieldKind, Fields, Range};
use super::outline::Outline;
use super::path::Path;
use super::ron_options::options;

/// A configuration type, or a variant that holds one.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The variant's name; `None` for a type that stands alone.
    pub variant: Option<&'static str>,
    /// What the variant is, in a line; empty for a type that stands alone.
    pub help: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Whether its only field stands in the parentheses without its name, as in `Activation(relu)`.
    pub is_nameless: bool,
    /// Works out the defaults.
    defaults: fn() -> Vec<Option<String>>,
}

impl Group {
    /// The group of a configuration type.
    pub fn of<T: Fields + Serialize + DeserializeOwned>() -> Self {
        let (fields, is_nameless) = (T::FIELDS, T::IS_NAMELESS);
        Group { variant: None, help: "", fields, is_nameless, defaults: defaults::<T> }
    }

    /// The same as a variant's.
    pub fn of_variant<T: Fields + Serialize + DeserializeOwned>(
        name: &'static str,
        help: &'static str,
    ) -> Self {
        Group { variant: Some(name), help, ..Group::of::<T>() }
    }

    /// The group of a variant that stands alone.
    pub fn alone(name: &'static str, help: &'static str) -> Self {
        Group { variant: Some(name), help, fields: &[], is_nameless: false, defaults: Vec::new }
    }

    /// What each field is when a preset leaves it out, as a preset would write it; `None` for a field that must be there.
    pub fn defaults(&self) -> Vec<Option<String>> {
        (self.defaults)()
    }

    /// The shortest text of a value: its name, and every field that must be there, with what `known` says of it or else some
    /// value of its kind.
    pub fn shortest(&self, known: impl Fn(&Field) -> Option<String>) -> String {
        let defaults = self.defaults();
        let needed = self.fields.iter().zip(&defaults).filter(|(_, default)| default.is_none());
        let write = |(field, _): (&Field, _)| {
            let value = known(field).unwrap_or_else(|| field.kind.sample());
            if self.is_nameless { value } else { format!("{}: {value}", field.name) }
        };
        let fields: Vec<String> = needed.map(write).collect();
        match self.variant {
            Some(name) if self.fields.is_empty() => name.into(),
            name => format!("{}({})", name.unwrap_or_default(), fields.join(", ")),
        }
    }
}

/// What stands inside a value.
#[derive(Clone, Debug)]
pub enum Inside {
    /// Fields.
    Fields(Group),
    /// One of several variants.
    Variants(Vec<Group>),
    /// Values that are all alike; what stands inside each of them.
    List(Described),
    /// Values that are all alike, each with a name that a person gave it.
    ByName(Described),
}

/// A type whose values have fields of their own.
pub trait Describe {
    /// What stands inside.
    fn inside() -> Inside;
}

impl<T: Describe> Describe for Option<T> {
    fn inside() -> Inside {
        T::inside()
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn inside() -> Inside {
        Inside::List(Described(T::inside))
    }
}

/// Where to find what stands inside a field. A function, because layers stand inside layers.
#[derive(Clone, Copy, Debug)]
pub struct Described(fn() -> Inside);

impl Described {
    /// The description of a type.
    pub const fn of<T: Describe>() -> Self {
        Described(T::inside)
    }

    /// What stands inside.
    pub fn inside(self) -> Inside {
        (self.0)()
    }
}

impl PartialEq for Described {
    fn eq(&self, other: &Self) -> bool {
        ptr::fn_addr_eq(self.0, other.0)
    }
}

/// The kind of a field of type `T`, which has fields of its own.
pub const fn inside<T: Describe>() -> FieldKind {
    FieldKind::Nested(Described::of::<T>())
}

impl FieldKind {
    /// Some value of this kind to begin with, in its range.
    pub fn sample(&self) -> String {
        let first = |range: &Range, wanted: &[&str]| {
            let fits = |text: &&&str| text.parse().is_ok_and(|number| range.contains(number));
            wanted.iter().find(fits).copied().unwrap_or("1").to_owned()
        };
        match self {
            // Units and filters.
            FieldKind::Integer(Range::COUNT) => "16".into(),
            // Kernels.
            FieldKind::Pair(Range::COUNT) => "3".into(),
            FieldKind::Integer(range) | FieldKind::Pair(range) => first(range, &["1", "2"]),
            FieldKind::Number(range) => first(range, &["1.0", "0.5", "0.2"]),
            FieldKind::Integers(_) | FieldKind::NumbersOr(..) | FieldKind::Choices(_) | FieldKind::Texts => {
                "[]".into()
            }
            FieldKind::Switch => "true".into(),
            FieldKind::Choice(words) => words.names.first().copied().unwrap_or_default().into(),
            FieldKind::Text | FieldKind::Paths | FieldKind::Names => "\"\"".into(),
            FieldKind::Sign => "','".into(),
            FieldKind::Nested(described) => match described.inside() {
                Inside::Fields(group) => group.shortest(|_| None),
                Inside::Variants(groups) => {
                    groups.first().map(|group| group.shortest(|_| None)).unwrap_or_default()
                }
                // Branches: two at least, which may be empty.
                Inside::List(each) if matches!(each.inside(), Inside::List(_)) => "[[], []]".into(),
                Inside::List(_) | Inside::ByName(_) => "[]".into(),
            },
        }
    }
}

/// The default of each field of a type.
fn defaults<T: Fields + Serialize + DeserializeOwned>() -> Vec<Option<String>> {
    let fill_in = |text: &str| {
        let value: T = options().from_str(text).map_err(|error| error.code)?;
        options().to_string(&value)
    };
    if T::IS_NAMELESS { vec![None; T::FIELDS.len()] } else { defaults_by(T::FIELDS, &fill_in) }
}

/// The default of each field: a value is read from a text that has only the fields without which it is refused. `fill_in` reads a
/// text and writes it with all of its fields. It is the only part that is compiled for every type anew.
fn defaults_by(
    fields: &[Field],
    fill_in: &dyn Fn(&str) -> Result<String, ron::Error>,
) -> Vec<Option<String>> {
    let mut needed: Vec<&Field> = Vec::new();
    let text = loop {
        let texts: Vec<String> =
            needed.iter().map(|field| format!("{}: {}", field.name, field.kind.sample())).collect();
        match fill_in(&format!("({})", texts.join(", "))) {
            Ok(text) => break text,
            Err(ron::Error::MissingStructField { field: missing, .. }) => {
                let field = fields.iter().find(|field| field.name == missing);
                match field.filter(|field| !needed.contains(field)) {
                    Some(field) => needed.push(field),
                    None => break String::new(),
                }
            }
            // A type without fields.
            Err(_) => break String::new(),
        }
    };
    let outline = Outline::of(&text);
    let default = |field: &Field| {
        let span = outline.find_exactly(&Path::to(field.name))?;
        (!needed.contains(&field)).then(|| text[span].to_owned())
    };
    fields.iter().map(default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::TrainConfig;
    use crate::preset::layers::Layer;
    use crate::preset::optimizers::Optimizer;

    #[test]
    fn defaults_are_what_a_preset_means_that_leaves_a_field_out() {
        let Inside::Fields(train) = TrainConfig::inside() else { panic!("it has fields") };
        let default = |name: &str| {
            let place = train.fields.iter().position(|field| field.name == name).unwrap();
            train.defaults()[place].clone()
        };
        assert_eq!((default("epochs"), default("batch_size")), (None, None));
        let is = |name, text: &str| assert_eq!(default(name).as_deref(), Some(text));
        is("schedule", "constant");
        is("truncate_steps", "0");
        is("early_stopping", "None");
        is("metrics", "[]");
        let Inside::Variants(optimizers) = Optimizer::inside() else { panic!("it has variants") };
        let adam = optimizers.iter().find(|group| group.variant == Some("Adam")).unwrap();
        assert_eq!(adam.defaults()[0].as_deref(), Some("0.001"));
        // Every field of every layer is either needed or has a default.
        let Inside::Variants(layers) = Layer::inside() else { panic!("it has variants") };
        let dense = layers.iter().find(|group| group.variant == Some("Dense")).unwrap();
        let defaults = dense.defaults();
        assert_eq!((defaults[0].as_deref(), defaults[1].as_deref()), (None, Some("linear")));
    }
}
