//! Enums whose variants are configuration types of their own, each in its own file.
//!
//! A preset writes such a value as if the fields stood in the enum, `Adam(learning_rate: 0.001)`, where serde's derive
//! asks for `Adam((learning_rate: 0.001))`. [`variants!`] writes an enum with both directions of the first form.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Error as _, Impossible, Serialize, SerializeStruct, SerializeStructVariant, Serializer};

/// Defines an enum by its variants and their names in a preset. A variant stands alone, or holds one configuration
/// type, whose own `Serialize` and `Deserialize` say what stands in its parentheses, and whose own table of fields says
/// which numbers may stand there.
///
/// ```ignore
/// variants! {
///     /// How the rate changes.
///     #[derive(Clone, Debug, Default, PartialEq)]
///     pub enum Schedule {
///         /// The same rate throughout.
///         #[default]
///         Constant = "constant",
///         /// It falls epoch by epoch.
///         Exponential(Exponential) = "exponential",
///     }
/// }
/// ```
macro_rules! variants {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$($variant_meta:tt)*])* $kind:ident $(($inner:ty))? = $word:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$($variant_meta)*])* $kind $(($inner))?),*
        }

        impl $name {
            /// The names of all variants, as a preset writes them.
            pub const NAMES: &'static [&'static str] = &[$($word),*];

            /// The same with what each variant means.
            pub const WORDS: $crate::preset::field::Words = $crate::preset::field::Words {
                names: Self::NAMES,
                help: &[$($crate::preset::variants::variants!(@help $(#[$($variant_meta)*])*)),*],
            };

            /// The variant's name, as a preset writes it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $word),*
                }
            }
        }

        impl $crate::preset::field::AsValue for $name {
            fn as_value(&self) -> $crate::preset::field::Value {
                $crate::preset::field::Value::Other
            }

            fn out_of_range_inside(&self) -> Option<$crate::preset::field::OutOfRange> {
                match self {
                    $($crate::preset::variants::variants!(@pattern value, $kind $(, $inner)?) => {
                        $crate::preset::variants::variants!(@check value $(, $inner)?)
                    })*
                }
            }
        }

        impl $crate::preset::nesting::Describe for $name {
            fn inside() -> $crate::preset::nesting::Inside {
                $crate::preset::nesting::Inside::Variants(vec![
                    $($crate::preset::variants::variants!(
                        @group $word, $crate::preset::variants::variants!(@help $(#[$($variant_meta)*])*) $(, $inner)?
                    )),*
                ])
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::preset::variants::ToVariant;
                let to = ToVariant::new(serializer, stringify!($name), Self::NAMES, self.name());
                match self {
                    $($crate::preset::variants::variants!(@pattern value, $kind $(, $inner)?) => {
                        $crate::preset::variants::variants!(@write to, value $(, $inner)?)
                    })*
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Variants;

                impl<'de> serde::de::Visitor<'de> for Variants {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                        f.write_str(concat!("enum ", stringify!($name)))
                    }

                    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, data: A) -> Result<$name, A::Error> {
                        use $crate::preset::variants::OneOf;
                        let (word, content) = data.variant_seed(OneOf($name::NAMES))?;
                        match word {
                            $($word => $crate::preset::variants::variants!(@read content, $name, $kind $(, $inner)?),)*
                            // `OneOf` gives a name of the list only.
                            other => Err(serde::de::Error::unknown_variant(other, $name::NAMES)),
                        }
                    }
                }
                deserializer.deserialize_enum(stringify!($name), $name::NAMES, Variants)
            }
        }
    };
    (@pattern $value:ident, $kind:ident) => { Self::$kind };
    (@pattern $value:ident, $kind:ident, $inner:ty) => { Self::$kind($value) };
    // What a variant means is what its documentation says.
    (@help $($doc:tt)*) => { $crate::preset::variants::variants!(@lines $($doc)*).trim_ascii() };
    (@lines) => { "" };
    (@lines #[doc = $line:literal] $($rest:tt)*) => {
        concat!($line, $crate::preset::variants::variants!(@lines $($rest)*))
    };
    (@lines #[$($other:tt)*] $($rest:tt)*) => { $crate::preset::variants::variants!(@lines $($rest)*) };
    (@group $word:literal, $help:expr) => { $crate::preset::nesting::Group::alone($word, $help) };
    (@group $word:literal, $help:expr, $inner:ty) => {
        $crate::preset::nesting::Group::of_variant::<$inner>($word, $help)
    };
    (@check $value:ident) => { None };
    (@check $value:ident, $inner:ty) => { $crate::preset::field::AsValue::out_of_range_inside($value) };
    (@write $to:ident, $value:ident) => { $to.write_name() };
    (@write $to:ident, $value:ident, $inner:ty) => { serde::Serialize::serialize($value, $to) };
    (@read $content:ident, $name:ident, $kind:ident) => {
        serde::de::VariantAccess::unit_variant($content).map(|()| $name::$kind)
    };
    (@read $content:ident, $name:ident, $kind:ident, $inner:ty) => {
        <$inner as serde::Deserialize>::deserialize($crate::preset::variants::Content($content)).map($name::$kind)
    };
}
pub(in crate::preset) use variants;

/// Reads a name that is one of these.
pub(in crate::preset) struct OneOf(pub &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for OneOf {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for OneOf {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("variant identifier")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<&'static str, E> {
        let known = self.0.iter().find(|name| **name == word);
        known.copied().ok_or_else(|| E::unknown_variant(word, self.0))
    }
}

/// What stands in a variant's parentheses, for the configuration type that reads it.
pub(in crate::preset) struct Content<A>(pub A);

impl<'de, A: VariantAccess<'de>> Deserializer<'de> for Content<A> {
    type Error = A::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.unit_variant()?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.newtype_variant_seed(Newtype(visitor))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, A::Error> {
        Err(de::Error::custom("the content of a variant is a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// Hands the only value of a variant to the visitor of a newtype.
struct Newtype<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Newtype<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(deserializer)
    }
}

/// Writes a configuration type as the content of a variant.
pub(in crate::preset) struct ToVariant<S> {
    serializer: S,
    of: &'static str,
    index: u32,
    name: &'static str,
}

impl<S: Serializer> ToVariant<S> {
    /// The variant called `name`, one of `names`, of the enum `of`.
    pub fn new(serializer: S, of: &'static str, names: &[&str], name: &'static str) -> Self {
        let index = names.iter().position(|known| *known == name).unwrap_or_default() as u32;
        ToVariant { serializer, of, index, name }
    }

    /// A variant that stands alone.
    pub fn write_name(self) -> Result<S::Ok, S::Error> {
        self.serializer.serialize_unit_variant(self.of, self.index, self.name)
    }
}

/// Refuses the forms that no configuration type has.
macro_rules! refused {
    ($($method:ident($($argument:ty),*) $(<$generic:ident>)? -> $ok:ty;)*) => {$(
        fn $method$(<$generic: Serialize + ?Sized>)?(self, $(_: $argument),*) -> Result<$ok, S::Error> {
            Err(S::Error::custom("the content of a variant is a struct"))
        }
    )*};
}

impl<S: Serializer> Serializer for ToVariant<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Impossible<S::Ok, S::Error>;
    type SerializeTuple = Impossible<S::Ok, S::Error>;
    type SerializeTupleStruct = Impossible<S::Ok, S::Error>;
    type SerializeTupleVariant = Impossible<S::Ok, S::Error>;
    type SerializeMap = Impossible<S::Ok, S::Error>;
    type SerializeStruct = ToStructVariant<S::SerializeStructVariant>;
    type SerializeStructVariant = Impossible<S::Ok, S::Error>;

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        self.serializer.serialize_struct_variant(self.of, self.index, self.name, len).map(ToStructVariant)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<S::Ok, S::Error> {
        self.write_name()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.serializer.serialize_newtype_variant(self.of, self.index, self.name, value)
    }

    refused! {
        serialize_bool(bool) -> S::Ok;
        serialize_i8(i8) -> S::Ok;
        serialize_i16(i16) -> S::Ok;
        serialize_i32(i32) -> S::Ok;
        serialize_i64(i64) -> S::Ok;
        serialize_u8(u8) -> S::Ok;
        serialize_u16(u16) -> S::Ok;
        serialize_u32(u32) -> S::Ok;
        serialize_u64(u64) -> S::Ok;
        serialize_f32(f32) -> S::Ok;
        serialize_f64(f64) -> S::Ok;
        serialize_char(char) -> S::Ok;
        serialize_str(&str) -> S::Ok;
        serialize_bytes(&[u8]) -> S::Ok;
        serialize_none() -> S::Ok;
        serialize_some(&T) <T> -> S::Ok;
        serialize_unit() -> S::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> S::Ok;
        serialize_newtype_variant(&'static str, u32, &'static str, &T) <T> -> S::Ok;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

/// The fields of a struct, written as those of a variant.
pub(in crate::preset) struct ToStructVariant<S>(S);

impl<S: SerializeStructVariant> SerializeStruct for ToStructVariant<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        self.0.serialize_field(key, value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(key)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use crate::fields;
    use crate::preset::field::{AsValue, Field, Fields, nested_values, other_values};

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Circle {
        radius: f32,
        label: Option<String>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Empty;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Twice(Box<Shape>);

    nested_values!(Circle);
    other_values!(Empty, Twice);

    /// Types without fields.
    macro_rules! without_fields {
        ($($kind:ty),*) => {$(
            impl Fields for $kind {
                const FIELDS: &'static [Field] = &[];

                fn contents(&self) -> Vec<&dyn AsValue> {
                    Vec::new()
                }
            }
        )*};
    }
    without_fields!(Empty, Twice);

    fields! {
        Circle {
            radius: Number(Range::ABOVE_ZERO), "its size";
            label: Text, "its name";
        }
    }

    variants! {
        /// Every form that a variant may have.
        #[derive(Clone, Debug, Default, PartialEq)]
        enum Shape {
            /// Stands alone.
            #[default]
            Point = "point",
            /// Has fields.
            Circle(Circle) = "circle",
            /// Has none.
            Empty(Empty) = "empty",
            /// Holds another value.
            Twice(Twice) = "twice",
        }
    }

    /// The same, as serde's derive reads and writes it when the fields stand in the enum.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "snake_case", rename = "Shape")]
    enum Derived {
        Point,
        Circle {
            #[serde(default)]
            radius: f32,
            #[serde(default)]
            label: Option<String>,
        },
        Empty,
        Twice(Box<Derived>),
    }

    #[test]
    fn a_preset_writes_fields_as_if_they_stood_in_the_enum() {
        for text in [
            "point",
            "circle(radius:2.5,label:None)",
            "circle(radius:0.0,label:Some(\"a\"))",
            "empty",
            "twice(circle(radius:1.0,label:None))",
        ] {
            let shape: Shape = ron::from_str(text).unwrap();
            assert_eq!(ron::to_string(&shape).unwrap(), text);
            let derived: Derived = ron::from_str(text).unwrap();
            let json = serde_json::to_string(&shape).unwrap();
            assert_eq!(json, serde_json::to_string(&derived).unwrap());
            assert_eq!(serde_json::from_str::<Shape>(&json).unwrap(), shape);
        }
        assert_eq!(ron::from_str::<Shape>("circle()").unwrap().name(), "circle");
        assert_eq!(Shape::WORDS.help, ["Stands alone.", "Has fields.", "Has none.", "Holds another value."]);
    }

    #[test]
    fn the_numbers_of_a_variant_are_judged_by_its_own_table() {
        let refused =
            |text| ron::from_str::<Shape>(text).unwrap().out_of_range_inside().map(|found| found.path);
        assert_eq!(refused("circle()").map(|path| path.to_string()).as_deref(), Some("radius"));
        assert_eq!((refused("circle(radius: 1.0)"), refused("point")), (None, None));
    }

    #[test]
    fn errors_are_those_of_an_enum_with_fields() {
        for text in
            ["square", "circle(radios: 1.0)", "circle", "point(1)", "circle((radius: 1.0))", "twice()", "3"]
        {
            let ours = ron::from_str::<Shape>(text).unwrap_err();
            assert_eq!(ours, ron::from_str::<Derived>(text).unwrap_err(), "{text}");
        }
    }
}
