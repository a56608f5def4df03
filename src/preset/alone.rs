//! Options that a variant may leave out together with their parentheses: `number` for `number()`.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Serialize, Serializer};

use super::field::{AsValue, Field, Fields, OutOfRange, Value};

/// Options that have their defaults where the variant stands alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrAlone<T>(pub T);

impl<T: Serialize> Serialize for OrAlone<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for OrAlone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let has_content = Cell::new(false);
        match T::deserialize(Watched { inner: deserializer, has_content: &has_content }) {
            // Nothing was read: no parenthesis follows the name.
            Err(_) if !has_content.get() => Ok(OrAlone::default()),
            read => read.map(OrAlone),
        }
    }
}

impl<T: Fields> Fields for OrAlone<T> {
    const FIELDS: &'static [Field] = T::FIELDS;

    fn contents(&self) -> Vec<&dyn AsValue> {
        self.0.contents()
    }
}

impl<T: Fields> AsValue for OrAlone<T> {
    fn as_value(&self) -> Value {
        Value::Other
    }

    fn out_of_range_inside(&self) -> Option<OutOfRange> {
        self.0.out_of_range()
    }
}

/// Notes whether a struct's content begins.
struct Watched<'a, T> {
    inner: T,
    has_content: &'a Cell<bool>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Watched<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, Watched { inner: visitor, has_content: self.has_content })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.has_content.set(true);
        self.inner.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit seq tuple
        tuple_struct unit_struct newtype_struct map enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watched<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.has_content.set(true);
        self.inner.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.has_content.set(true);
        self.inner.visit_seq(seq)
    }
}
