//! What stands inside a value that has fields of its own. The reference of all fields and `--set` find their way through a
//! preset with it.

use std::ptr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::field::{Field, FieldKind, Fields};
use super::outline::Outline;
use super::path::Path;
use super::ron_options::options;

/// A configuration type, or a variant that holds one.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The variant's name; `None` for a type that stands alone.
    pub variant: Option<&'static str>,
    /// Its fields.
    pub fields: &'static [Field],
    /// What each field is when a preset leaves it out, as a preset would write it; `None` for a field that must be there.
    pub defaults: Vec<Option<String>>,
}

impl Group {
    /// The group of a configuration type.
    pub fn of<T: Fields + Serialize + DeserializeOwned>(variant: Option<&'static str>) -> Self {
        Group { variant, fields: T::FIELDS, defaults: defaults::<T>() }
    }

    /// The group of a variant that stands alone.
    pub fn alone(variant: &'static str) -> Self {
        Group { variant: Some(variant), fields: &[], defaults: Vec::new() }
    }

    /// The shortest text of a value: its name, and every field that must be there.
    fn shortest(&self) -> String {
        let needed = self.fields.iter().zip(&self.defaults).filter(|(_, default)| default.is_none());
        let fields: Vec<String> =
            needed.map(|(field, _)| format!("{}: {}", field.name, sample(field))).collect();
        match self.variant {
            Some(name) if self.fields.is_empty() => name.into(),
            name => format!("{}({})", name.unwrap_or_default(), fields.join(", ")),
        }
    }
}

/// What stands inside a value.
#[derive(Clone, Debug, PartialEq)]
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

/// Some value of a field's kind, whatever its range.
fn sample(field: &Field) -> String {
    match field.kind {
        FieldKind::Integer(_) | FieldKind::Pair(_) => "1".into(),
        FieldKind::Number(_) => "1.0".into(),
        FieldKind::Integers(_) | FieldKind::NumbersOr(..) | FieldKind::Choices(_) | FieldKind::Texts => {
            "[]".into()
        }
        FieldKind::Switch => "true".into(),
        FieldKind::Choice(words) => words.first().copied().unwrap_or_default().into(),
        FieldKind::Text | FieldKind::Paths => "\"\"".into(),
        FieldKind::Nested(described) => match described.inside() {
            Inside::Fields(group) => group.shortest(),
            Inside::Variants(groups) => groups.first().map(Group::shortest).unwrap_or_default(),
            Inside::List(_) | Inside::ByName(_) => "[]".into(),
        },
    }
}

/// The default of each field: a value is read from a text that has only the fields without which it is refused.
fn defaults<T: Fields + Serialize + DeserializeOwned>() -> Vec<Option<String>> {
    let mut needed: Vec<&Field> = Vec::new();
    let value: Option<T> = loop {
        let fields: Vec<String> =
            needed.iter().map(|field| format!("{}: {}", field.name, sample(field))).collect();
        match options().from_str(&format!("({})", fields.join(", "))).map_err(|error| error.code) {
            Ok(value) => break Some(value),
            Err(ron::Error::MissingStructField { field: missing, .. }) => {
                let field = T::FIELDS.iter().find(|field| field.name == missing);
                match field.filter(|field| !needed.contains(field)) {
                    Some(field) => needed.push(field),
                    None => break None,
                }
            }
            // A type that holds one value without a name has no defaults.
            Err(_) => break None,
        }
    };
    let text = value.and_then(|value| options().to_string(&value).ok()).unwrap_or_default();
    let outline = Outline::of(&text);
    let default = |field: &Field| {
        let span = outline.find_exactly(&Path::to(field.name))?;
        (!needed.contains(&field)).then(|| text[span].to_owned())
    };
    T::FIELDS.iter().map(default).collect()
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
            train.defaults[place].as_deref()
        };
        assert_eq!((default("epochs"), default("batch_size")), (None, None));
        assert_eq!((default("schedule"), default("truncate_steps")), (Some("constant"), Some("0")));
        assert_eq!((default("early_stopping"), default("metrics")), (Some("None"), Some("[]")));
        let Inside::Variants(optimizers) = Optimizer::inside() else { panic!("it has variants") };
        let adam = optimizers.iter().find(|group| group.variant == Some("Adam")).unwrap();
        assert_eq!(adam.defaults[0].as_deref(), Some("0.001"));
        // Every field of every layer is either needed or has a default.
        let Inside::Variants(layers) = Layer::inside() else { panic!("it has variants") };
        let dense = layers.iter().find(|group| group.variant == Some("Dense")).unwrap();
        assert_eq!((dense.defaults[0].as_deref(), dense.defaults[1].as_deref()), (None, Some("linear")));
    }
}
