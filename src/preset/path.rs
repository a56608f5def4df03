//! Where in a preset something is: `layers[2].kernel_size`.

use std::fmt;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A field of a struct or of an enum's variant.
    Field(String),
    /// A place in a list, from 0; also the only value of a variant such as `Bidirectional(…)`.
    Index(usize),
}

/// The path from the preset itself to a value in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Key>);

impl Path {
    /// The preset itself.
    pub fn top() -> Self {
        Path::default()
    }

    /// The path to a field of the preset itself.
    pub fn to(field: &str) -> Self {
        Path::top().field(field)
    }

    /// One step further, into a field.
    #[must_use]
    pub fn field(mut self, name: &str) -> Self {
        self.0.push(Key::Field(name.to_owned()));
        self
    }

    /// One step further, into a list.
    #[must_use]
    pub fn index(mut self, position: usize) -> Self {
        self.0.push(Key::Index(position));
        self
    }

    /// The value that holds this one; `None` for the preset itself.
    pub fn outer(&self) -> Option<Path> {
        let (_, outer) = self.0.split_last()?;
        Some(Path(outer.to_vec()))
    }

    /// This path, followed by `rest`.
    #[must_use]
    pub fn then(mut self, rest: Path) -> Self {
        self.0.extend(rest.0);
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (position, key) in self.0.iter().enumerate() {
            match key {
                Key::Field(name) if position == 0 => f.write_str(name)?,
                Key::Field(name) => write!(f, ".{name}")?,
                Key::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
