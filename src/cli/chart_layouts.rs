//! The file in which the dashboard keeps how its charts are laid out: `TRAINYARD_HOME/charts.ron`.

use std::path::Path;

use crate::run::kept;
use crate::tui::state::charts::KeptLayouts;

/// The name of the file.
const NAME: &str = "charts.ron";

/// What was kept last time.
///
/// # Errors
/// A sentence that says why it cannot be read, and what becomes of it.
pub(super) fn read() -> Result<KeptLayouts, String> {
    // Without a folder of its own the program keeps nothing.
    kept::place(NAME).map_or_else(|_| Ok(KeptLayouts::default()), |path| read_at(&path))
}

fn read_at(path: &Path) -> Result<KeptLayouts, String> {
    let text = kept::read(path).map_err(|error| error.to_string())?.unwrap_or_else(|| "()".into());
    KeptLayouts::parse(&text).map_err(|problem| {
        format!(
            "{}:{problem}: the charts are laid out as at first; when that is changed, this file is kept as {}",
            path.display(),
            kept::aside(path).display()
        )
    })
}

/// Keeps what has changed, beside what another dashboard has kept meanwhile.
///
/// # Errors
/// A sentence that says why not.
pub(super) fn keep(changed: &KeptLayouts) -> Result<(), String> {
    keep_at(&kept::place(NAME).map_err(|error| error.to_string())?, changed)
}

fn keep_at(path: &Path, changed: &KeptLayouts) -> Result<(), String> {
    let told = |error: crate::run::Error| error.to_string();
    let text = kept::read(path).map_err(told)?;
    let known = text.as_deref().map(KeptLayouts::parse);
    let mut layouts = match known {
        Some(Ok(layouts)) => layouts,
        None => KeptLayouts::default(),
        Some(Err(_)) => {
            kept::set_aside(path).map_err(told)?;
            KeptLayouts::default()
        }
    };
    layouts.update(changed.clone());
    kept::write(path, &layouts.in_ron()?).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::state::charts::ChartLayout;

    fn changed(preset: &str) -> KeptLayouts {
        let layout = ChartLayout { panes: Some(4), ..ChartLayout::default() };
        KeptLayouts { runs: None, presets: [(preset.to_owned(), layout)].into() }
    }

    #[test]
    fn two_dashboards_keep_both_their_layouts_and_a_broken_file_is_set_aside_and_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(read_at(&path), Ok(KeptLayouts::default()));
        keep_at(&path, &changed("xor")).unwrap();
        keep_at(&path, &changed("moons")).unwrap();
        let kept = read_at(&path).unwrap();
        assert!(kept.presets.len() == 2 && kept.presets["xor"].panes == Some(4), "{kept:?}");
        std::fs::write(&path, "(presets: {\n  4\n})").unwrap();
        let told = read_at(&path).unwrap_err();
        assert!(told.contains("charts.ron:1:") && told.contains("charts.ron.broken"), "{told}");
        keep_at(&path, &changed("xor")).unwrap();
        assert_eq!(read_at(&path).unwrap().presets.len(), 1);
        let aside = std::fs::read_to_string(kept::aside(&path)).unwrap();
        assert!(aside.contains('4'), "what a person wrote is not lost");
    }
}
