//! What a preset must know of a kind of file.

/// What a preset must know of a data set in files of a person's own.
pub trait FileSource {
    /// The name that a person sees.
    fn title(&self) -> &'static str;

    /// The files and folders that it names.
    fn paths(&self) -> Vec<&str>;

    /// The same paths in the same order, to be changed.
    fn paths_mut(&mut self) -> Vec<&mut String>;

    /// How many of the paths, the first ones, are of the set that is trained on; the others are of its test set.
    fn trained_paths(&self) -> usize {
        self.paths().len()
    }

    /// What the path at this place is, in the word of its option.
    fn path_is(&self, _place: usize) -> &'static str {
        "file"
    }

    /// The share that is the test set where a preset does not say.
    fn usual_test_share(&self) -> f64 {
        0.2
    }

    /// Whether the whole set is kept in memory as numbers. Other sets leave large files on disk.
    fn is_kept_in_memory(&self) -> bool {
        false
    }
}
