//! `trainyard predict`: what a run's network says to files.

use std::io::{Read, Write};

use serde_json::json;

use super::Error;
use super::eval::Which;
use super::text::plain;
use crate::worker::Prediction;

/// A larger file is not read.
const LARGEST: u64 = 256 << 20;

/// Ask a run's network about files: a PNG image, a CSV with a row a sample, words, as its data has it
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// The files; `-` is standard input
    #[arg(required = true)]
    files: Vec<String>,
    /// Print one JSON object a sample, with the whole output
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Prints an answer a sample.
    pub fn run(self) -> Result<(), Error> {
        let (mut trained, ..) = self.which.load(&[])?;
        let mut out = std::io::stdout().lock();
        for file in &self.files {
            let bytes = read(file).map_err(|error| Error::Failed(format!("{}: {error}", plain(file))))?;
            let answers =
                trained.predict(file, &bytes).map_err(|error| Error::Failed(plain(&error.to_string())))?;
            for answer in answers {
                if self.json {
                    let line = json!({
                        "file": file,
                        "sample": answer.of,
                        "class": answer.class.as_ref().map(|(_, name)| name),
                        "output": answer.output,
                    });
                    writeln!(out, "{line}")?;
                } else {
                    writeln!(out, "{}", in_words(file, &answer))?;
                }
            }
        }
        Ok(())
    }
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes)?
    } else {
        std::fs::File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)?
    };
    if read as u64 > LARGEST {
        return Err(std::io::Error::other("it is larger than 256 MB"));
    }
    Ok(bytes)
}

fn in_words(file: &str, answer: &Prediction) -> String {
    let of =
        if answer.of.is_empty() { plain(file) } else { format!("{}:{}", plain(file), plain(&answer.of)) };
    match &answer.class {
        Some((class, name)) => {
            // One output is the second class's probability.
            let probability = match answer.output[..] {
                [x] if *class == 0 => 1.0 - x,
                [x] => x,
                _ => answer.output[*class],
            };
            format!("{of}  {}  {:.1}%", plain(name), 100.0 * probability)
        }
        None => {
            let values: Vec<String> = answer.output.iter().map(|x| format!("{x:.4}")).collect();
            format!("{of}  {}", values.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_its_class_and_how_sure_it_is() {
        let answer = |class: Option<(usize, String)>, output: &[f64]| Prediction {
            of: "3".into(),
            class,
            output: output.to_vec(),
        };
        assert_eq!(
            in_words("a\u{1b}", &answer(Some((1, "b".into())), &[0.25, 0.75])),
            "a\u{fffd}:3  b  75.0%"
        );
        assert_eq!(in_words("a", &answer(Some((0, "no".into())), &[0.125])), "a:3  no  87.5%");
        assert_eq!(in_words("a", &answer(None, &[1.0, -0.5])), "a:3  1.0000 -0.5000");
    }
}
