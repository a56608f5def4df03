//! The file in which the dashboard keeps how its screens were left: `TRAINYARD_HOME/dashboard.ron`.

use std::path::Path;

use crate::run::kept;
use crate::tui::state::kept::Kept;

/// The name of the file.
const NAME: &str = "dashboard.ron";

/// What was kept last time.
///
/// # Errors
/// A sentence that says why it cannot be read, and what becomes of it.
pub(super) fn read() -> Result<Kept, String> {
    // Without a folder of its own the program keeps nothing.
    kept::place(NAME).map_or_else(|_| Ok(Kept::default()), |path| read_at(&path))
}

fn read_at(path: &Path) -> Result<Kept, String> {
    let text = kept::read(path).map_err(|error| error.to_string())?.unwrap_or_else(|| "()".into());
    Kept::parse(&text).map_err(|problem| {
        format!(
            "{}:{problem}: the screens are as at first, and this file will be kept as {}",
            path.display(),
            kept::aside(path).display()
        )
    })
}

/// Keeps what has changed, beside what another dashboard has kept meanwhile.
///
/// # Errors
/// A sentence that says why not.
pub(super) fn keep(changed: &Kept) -> Result<(), String> {
    keep_at(&kept::place(NAME).map_err(|error| error.to_string())?, changed)
}

fn keep_at(path: &Path, changed: &Kept) -> Result<(), String> {
    let told = |error: crate::run::Error| error.to_string();
    let text = kept::read(path).map_err(told)?;
    let known = text.as_deref().map(Kept::parse);
    let mut kept = match known {
        Some(Ok(kept)) => kept,
        None => Kept::default(),
        Some(Err(_)) => {
            kept::set_aside(path).map_err(told)?;
            Kept::default()
        }
    };
    kept.update(changed.clone());
    kept::write(path, &kept.in_ron()?).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::state::charts::{ChartLayout, KeptLayouts};

    fn changed(preset: &str) -> Kept {
        let layout = ChartLayout { panes: Some(4), ..ChartLayout::default() };
        let charts = KeptLayouts { presets: [(preset.to_owned(), layout)].into(), ..KeptLayouts::default() };
        Kept { charts, ..Kept::default() }
    }

    #[test]
    fn two_dashboards_keep_both_their_layouts_and_a_broken_file_is_set_aside_and_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(read_at(&path), Ok(Kept::default()));
        keep_at(&path, &changed("xor")).unwrap();
        keep_at(&path, &changed("moons")).unwrap();
        let kept = read_at(&path).unwrap();
        assert!(kept.charts.presets.len() == 2 && kept.charts.presets["xor"].panes == Some(4), "{kept:?}");
        std::fs::write(&path, "(charts: (presets: {\n  4\n}))").unwrap();
        let told = read_at(&path).unwrap_err();
        assert!(told.contains("dashboard.ron:1:") && told.contains("dashboard.ron.broken"), "{told}");
        keep_at(&path, &changed("xor")).unwrap();
        assert_eq!(read_at(&path).unwrap().charts.presets.len(), 1);
        let aside = std::fs::read_to_string(kept::aside(&path)).unwrap();
        assert!(aside.contains('4'), "what a person wrote is not lost");
    }
}
