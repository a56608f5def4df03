//! A preset that is made for a person's own data: what was found out about the data, and what is asked about it.

/// A preset that fits some data, as `trainyard init` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The file or folder, as it was typed.
    pub data: String,
    /// The preset's name.
    pub name: String,
    /// Its text, with the reasons as comments.
    pub text: String,
    /// The columns that a table could be to predict, the one that this preset predicts first; empty where the data is no table.
    pub targets: Vec<Target>,
    /// What a person should know of the data and of what the preset leaves out: a sentence each.
    pub told: Vec<String>,
}

/// A column that a table could be to predict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is and what is in it.
    pub what: String,
}

/// The question which column is to be predicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// The preset that predicts the first of them.
    pub suggestion: Suggestion,
    /// The chosen one.
    pub selected: usize,
    /// The places of those that are to be predicted at once; none: the chosen one.
    pub marked: Vec<usize>,
    /// What is said below the list.
    pub said: Said,
}

impl Targets {
    /// The names of the columns to ask a preset for: the marked ones, else the chosen one; none where it is the one of the preset that
    /// is there already.
    pub fn wanted(&self) -> Vec<String> {
        let Targets { suggestion, selected, marked, .. } = self;
        let places = match &marked[..] {
            [] => std::slice::from_ref(selected),
            marked => marked,
        };
        let names = places.iter().filter_map(|place| suggestion.targets.get(*place));
        if *places == [0] { Vec::new() } else { names.map(|target| target.name.clone()).collect() }
    }
}

/// The question whether a preset is to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggested {
    /// The preset.
    pub suggestion: Suggestion,
    /// The first line shown.
    pub scroll: usize,
    /// Why it was not saved.
    pub error: Option<String>,
}

/// What is said below a question while its answer is looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// The data is being read.
    Reading,
    /// Why that failed.
    Problem(String),
}
