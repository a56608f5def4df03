//! This machine among others: a folder may be seen from several.

/// Its name.
pub fn name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// The job of Slurm in which this process runs: `12`, or `12_3` for a task of an array.
pub fn slurm_job() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty() && text.len() < 40);
    match (variable("SLURM_ARRAY_JOB_ID"), variable("SLURM_ARRAY_TASK_ID")) {
        (Some(array), Some(task)) => Some(format!("{array}_{task}")),
        _ => variable("SLURM_JOB_ID"),
    }
}
