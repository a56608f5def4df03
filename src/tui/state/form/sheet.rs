//! What is known of a draft, row by row. It is worked out once for each change of the draft.

use crate::preset::counted;
use crate::preset::form::{self, Row, RowKind};
use crate::preset::layer_sizes::LayerSize;
use crate::preset::{Path, ShapeError};
use crate::tui::state::presets::{Data, Entry};

/// The rows of a draft, and the sizes of its layers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// All rows, also those that are not seen.
    pub rows: Vec<Row>,
    /// The same of the preset as it was read.
    before: Vec<Row>,
    sizes: Vec<(Path, Result<LayerSize, ShapeError>)>,
    /// The place of the preset in the list, and its text.
    of: Option<(usize, String)>,
    /// The draft's text.
    source: String,
    knows_data: bool,
}

impl Sheet {
    /// Whether it is of another preset than this.
    pub fn is_of_another(&self, place: usize, entry: &Entry) -> bool {
        self.of.as_ref().is_none_or(|(of, text)| *of != place || *text != entry.text)
    }

    /// Takes in a preset at this place of the list. Returns whether anything has changed.
    pub fn refresh(&mut self, place: usize, entry: &Entry) -> bool {
        let offers = match &entry.data {
            Data::Known(offers) => Some(offers),
            Data::Unread | Data::Reading | Data::Broken(_) => None,
        };
        let is_other = self.is_of_another(place, entry);
        if !is_other && self.source == entry.source() && self.knows_data == offers.is_some() {
            return false;
        }
        if is_other {
            self.before = form::rows(&entry.text);
            self.of = Some((place, entry.text.clone()));
        }
        entry.source().clone_into(&mut self.source);
        self.rows = form::rows(&self.source);
        self.sizes = offers.map(|offers| entry.draft.layer_sizes(offers)).unwrap_or_default();
        self.knows_data = offers.is_some();
        true
    }

    /// What a row was when the preset was read; `None` where it is the same, or was not there.
    pub fn was(&self, row: &Row) -> Option<&Row> {
        let before = self.before.iter().find(|before| before.path == row.path)?;
        (before.label == row.label && (&before.value, before.is_off) != (&row.value, row.is_off))
            .then_some(before)
    }

    /// The size of the layer whose row this is, or why it does not fit.
    pub fn size_of(&self, row: &Row) -> Option<&Result<LayerSize, ShapeError>> {
        self.sizes.iter().find(|(path, _)| *path == row.path).map(|(_, size)| size)
    }

    /// Whether rows of its own follow a group's.
    pub fn holds_rows(&self, row: &Row) -> bool {
        self.rows.iter().any(|inner| inner.path != row.path && inner.path.0.starts_with(&row.path.0))
    }

    /// The values that a layer's text gives, in a few words; of a list, how many layers it has.
    pub fn brief(&self, row: &Row) -> String {
        if let RowKind::List(_) = row.kind {
            let is_item =
                |inner: &&Row| inner.depth == row.depth + 1 && inner.path.0.starts_with(&row.path.0);
            let what = if row.is_list_of_lists() { "branch" } else { "layer" };
            return match self.rows.iter().filter(is_item).count() {
                0 if row.is_item() => "its input".into(),
                count => counted(count, what),
            };
        }
        let is_own = |inner: &&Row| {
            inner.is_written && inner.depth == row.depth + 1 && inner.path.0.starts_with(&row.path.0)
        };
        let values = self.rows.iter().filter(is_own).map(|inner| match inner.kind {
            RowKind::Value(_) | RowKind::Variant(_) => inner.value.clone(),
            RowKind::Group(_) | RowKind::List(_) | RowKind::Item(_) | RowKind::ByName(_) => {
                inner.label.clone()
            }
        });
        values.collect::<Vec<_>>().join(", ")
    }
}
