//! `predict --user U --top 10`: what a network over pairs recommends.

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::super::eval::Found;
use super::super::text::{self, plain};
use super::super::{Error, csv_text, overwriting};
use super::output::Format;
use crate::run::text::figure;
use crate::run::{self, atomic};
use crate::worker::{NotRecommended, Recommended};

/// To whom, or to what, and how much is recommended.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Networks over pairs, such as users and items: recommend to this one of the first column, instead of answering files
    #[arg(long, value_name = "NAME", group = "whom", conflicts_with_all = ["files", "length", "temperature", "no_header", "sheet"])]
    pub user: Option<String>,
    /// The other way round: to whom this one of the second column is recommended
    #[arg(long, value_name = "NAME", group = "whom", conflicts_with_all = ["files", "length", "temperature", "no_header", "sheet"])]
    pub item: Option<String>,
    /// How many are recommended, the best first
    #[arg(long, default_value_t = 10, value_name = "COUNT", requires = "whom", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub top: u32,
}

impl Asked {
    /// The column (0 or 1) and the word that is asked about; `None` where files are.
    pub fn word(&self) -> Option<(usize, &str)> {
        let user = self.user.as_deref().map(|word| (0, word));
        user.or(self.item.as_deref().map(|word| (1, word)))
    }

    /// Recommends, and says how: to standard output, or into a file.
    ///
    /// # Errors
    /// When the run's network takes something else, there is no such word, or the file cannot be written.
    pub fn run(
        &self,
        (side, word): (usize, &str),
        found: &Found,
        json: bool,
        output: Option<&(PathBuf, Format)>,
    ) -> Result<(), Error> {
        if let Some((path, _)) = output {
            overwriting::check_folder(path)?;
            overwriting::refuse(path, &overwriting::files_of(found.source()))?;
        }
        let mut trained = match found.load_with_data(true, &mut Vec::new()) {
            Ok(trained) => trained,
            Err(error) => {
                let trained = found.load()?;
                let said = "what the run's data knows already is not left out, since it cannot be read";
                writeln!(std::io::stderr(), "trainyard: {said}: {error}")?;
                trained
            }
        };
        let recommended = trained.recommend(side, word, self.top as usize).map_err(|error| match error {
            NotRecommended::Unusable(error) => Error::Failed(plain(&error.to_string())),
            of_wish => Error::Usage(plain(&of_wish.to_string())),
        })?;
        let rows = Rows::of(&recommended);
        let mut out = std::io::stdout().lock();
        match output {
            Some((path, format)) => {
                let content = match format {
                    Format::Csv => rows.table()?,
                    Format::Json => {
                        let all = rows.objects().iter().map(text::json).collect::<Result<Vec<_>, _>>()?;
                        format!("[\n{}\n]\n", all.join(",\n")).into_bytes()
                    }
                };
                let unwritten = run::Error::io(path, "writing");
                atomic::write_for_others(path, |out| out.write_all(&content).map_err(unwritten))?;
                let (path, count) = (plain(&path.to_string_lossy()), rows.cells.len());
                writeln!(out, "{path}: {}", crate::preset::counted(count, "recommendation"))?;
            }
            None if json => {
                for object in rows.objects() {
                    writeln!(out, "{}", text::json(&object)?)?;
                }
            }
            None => write!(out, "{}", rows.page(&recommended))?,
        }
        Ok(())
    }
}

/// What is recommended, row by row.
struct Rows {
    /// The two columns, and what is predicted: the label, or the last class.
    head: [String; 3],
    cells: Vec<(String, String, f64)>,
    are_probabilities: bool,
}

impl Rows {
    fn of(recommended: &Recommended) -> Self {
        let Recommended { of: (own, word), column, answers, .. } = recommended;
        let cells = answers.predictions.iter().map(|prediction| {
            let value = prediction.by_name.last().copied().unwrap_or_default();
            (word.clone(), prediction.of.text.clone().unwrap_or_default(), value)
        });
        let predicted = answers.names.last().cloned().unwrap_or_default();
        Rows {
            head: [own.clone(), column.clone(), predicted],
            cells: cells.collect(),
            are_probabilities: answers.are_probabilities,
        }
    }

    fn objects(&self) -> Vec<Value> {
        let object = |(rank, (word, other, value)): (usize, &(String, String, f64))| {
            let [own, column, predicted] = &self.head;
            let named = [(own, json!(word)), (column, json!(other)), (predicted, json!(value))];
            let named = named.map(|(name, value)| (name.clone(), value));
            let all: Map<String, Value> =
                [("rank".to_string(), json!(rank))].into_iter().chain(named).collect();
            Value::Object(all)
        };
        (1..).zip(&self.cells).map(object).collect()
    }

    fn table(&self) -> Result<Vec<u8>, Error> {
        let mut content = csv_text::row(&self.head)?;
        for (word, other, value) in &self.cells {
            content.extend(csv_text::row(&[word.clone(), other.clone(), value.to_string()])?);
        }
        Ok(content)
    }

    fn page(&self, recommended: &Recommended) -> String {
        let [own, column, predicted] = &self.head;
        let (word, known) = (&recommended.of.1, recommended.known);
        let mut page = format!(
            "{} '{}': {} with the highest {}; {known} that the data has with it are left out\n",
            plain(own),
            plain(word),
            plain(column),
            plain(predicted),
        );
        for (rank, (_, other, value)) in (1..).zip(&self.cells) {
            let value =
                if self.are_probabilities { format!("{:.1}%", 100.0 * value) } else { figure(*value) };
            page += &format!("{rank:>4}  {value:>8}  {}\n", plain(other));
        }
        page
    }
}
