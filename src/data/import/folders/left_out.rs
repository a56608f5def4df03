//! What is in folders of classes and is not learned, so that nothing is left out without a word.

use std::collections::BTreeMap;
use std::path::Path;

use super::kind::{Kind, ending};

/// Files and folders that systems put beside a person's own, besides hidden ones.
const OF_SYSTEMS: [&str; 6] =
    ["Thumbs.db", "ehthumbs.db", "desktop.ini", "__MACOSX", "@eaDir", "$RECYCLE.BIN"];
/// Kinds of files, and classes, that are named.
const NAMED: usize = 5;

/// Whether a name is hidden, or that of something that a system put there.
pub(in crate::data::import) fn is_of_the_system(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.') || OF_SYSTEMS.iter().any(|known| known.eq_ignore_ascii_case(&name))
}

/// What is in a folder of class folders and not among its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Files of other kinds, counted by what their names end in.
    pub other_kinds: BTreeMap<String, usize>,
    /// Files of the right kind in no class's folder.
    pub without_class: usize,
    /// Folders without a file of the right kind.
    pub empty: Vec<String>,
    /// Links to folders that they are in.
    pub loops: usize,
    /// Hidden files and folders, and those that systems put there.
    pub of_the_system: usize,
}

impl LeftOut {
    /// Counts a file that is not of the kind that is looked for.
    pub(in crate::data) fn add_other(&mut self, file: &Path) {
        *self.other_kinds.entry(ending(file)).or_default() += 1;
    }

    /// Adds what is left out of another folder.
    pub(super) fn add(&mut self, other: LeftOut) {
        for (ending, count) in other.other_kinds {
            *self.other_kinds.entry(ending).or_default() += count;
        }
        self.without_class += other.without_class;
        self.empty.extend(other.empty);
        self.loops += other.loops;
        self.of_the_system += other.of_the_system;
    }

    /// A sentence for each thing that a person may not expect: not for hidden files and those of the system.
    pub fn sentences(&self, kind: &Kind) -> Vec<String> {
        let Kind { many, formats, .. } = kind;
        let mut lines = Vec::new();
        if !self.other_kinds.is_empty() {
            let count: usize = self.other_kinds.values().sum();
            // The most frequent first.
            let mut kinds: Vec<(&String, &usize)> = self.other_kinds.iter().collect();
            kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let named = kinds.iter().map(|(ending, count)| match &ending[..] {
                "" => format!("{count} without an ending"),
                ending => format!("{count} .{ending}"),
            });
            let named = listed(named, kinds.len());
            lines.push(format!("files left out because they are not {many} ({formats}): {count} ({named})"));
        }
        if self.without_class > 0 {
            let count = self.without_class;
            lines.push(format!("{many} left out because they are in no class's folder: {count}"));
        }
        if !self.empty.is_empty() {
            let named = listed(self.empty.iter().map(|name| format!("'{name}'")), self.empty.len());
            lines.push(format!("folders left out because they hold no {many}: {named}"));
        }
        if self.loops > 0 {
            lines.push(format!(
                "links left out because they lead back to a folder that they are in: {}",
                self.loops
            ));
        }
        lines
    }
}

/// The first few of `count` names.
fn listed(names: impl Iterator<Item = String>, count: usize) -> String {
    let named = names.take(NAMED).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
