//! Whom the data sets are owed to, and under which licence they come; `SOURCE.md` beside each in `assets/data/` says more.

use super::source::Source;

impl Source {
    /// Who made the set, and its licence; for generated ones how they come about.
    pub fn credit(&self) -> &'static str {
        match self {
            Source::Mnist => "Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0",
            Source::Logic { .. } | Source::Spirals { .. } | Source::Circles { .. } | Source::Moons { .. } => {
                "generated here from a seed"
            }
            Source::BreastCancer => "W. Wolberg, O. Mangasarian, N. Street 1995, UCI; CC BY 4.0",
            Source::Diabetes => "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani 2004; public",
            Source::Iris => "R. A. Fisher 1936, UCI; CC BY 4.0",
            Source::Wine => "S. Aeberhard, M. Forina 1991, UCI; CC BY 4.0",
            Source::Digits8x8 => "E. Alpaydin, C. Kaynak 1998, UCI; CC BY 4.0",
            Source::Shakespeare { .. } => "W. Shakespeare, Project Gutenberg's text; public domain",
            Source::Words => {
                "Debian's word lists, novels of 1840 to 1920 (ELTeC); see assets/data/words/SOURCE.md"
            }
            Source::Sp500 { .. } => "daily figures 1999-2018, by way of the Python package arch",
            Source::SpokenDigits => "synthesised with espeak-ng, nobody spoke them; CC0",
            #[allow(unreachable_patterns, reason = "files of one's own are owed to nobody here")]
            _ => "",
        }
    }
}
