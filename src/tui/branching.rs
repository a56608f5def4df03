//! What a new run is that goes on from the checkpoint of another.

use crate::preset::{Offers, Preset, check_extension, overrides, parse};
use crate::run::{Manifest, Overview, home};
use crate::worker::{Branch, TrainRequest};

/// The preset of a run at a checkpoint, with changes as `--set` takes them.
///
/// # Errors
/// When they do not fit the run.
pub(super) fn changed(manifest: &Manifest, step: u64, changes: &[String]) -> Result<Preset, String> {
    let before = manifest.preset_at(step);
    let text = parse::write(&before).map_err(|error| error.to_string())?;
    let text = overrides::apply_all(&text, changes).map_err(|error| error.to_string())?;
    let after = parse::parse(&text, &before.name).map_err(|error| error.to_string())?;
    check_extension(&before, &after)?;
    Ok(after)
}

/// The request for a new run.
///
/// # Errors
/// Why it cannot begin, as a sentence.
pub(super) fn request(
    overview: &Overview,
    manifest: &Manifest,
    step: u64,
    changes: &[String],
    offers: &Offers,
) -> Result<TrainRequest, String> {
    let preset = changed(manifest, step, changes)?;
    let experiment = preset.fit(offers).map_err(|finding| finding.to_string())?;
    let folder = home::utf8(overview.run.path()).map_err(|error| error.to_string())?.to_owned();
    Ok(TrainRequest {
        branch: Some(Branch { folder, step }),
        changes: changes.to_vec(),
        freeze: manifest.frozen,
        ..TrainRequest::new(experiment)
    })
}
