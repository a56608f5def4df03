//! `trainyard predict`: what a run's network says to files.

use std::io::{Read, Write};
use std::path::Path;

use serde_json::json;

use super::Error;
use super::eval::Which;
use super::text::{json, lines, plain};
use super::threads::Threads;
use crate::data;
use crate::worker::{Prediction, Trained, Writing};

/// A larger input is not read.
const LARGEST: u64 = 1 << 30;
/// A longer prompt is not read.
const LONGEST_PROMPT: u64 = 1 << 20;

/// Ask a run's network about files: what its data has, it takes
///
/// Images (PNG, JPEG, BMP, GIF, WebP, TIFF), sounds (WAV, FLAC, MP3, Ogg Vorbis), tables (CSV, a row a sample), arrays
/// (NPY, NPZ, IDX), words, texts (one a line), days of
/// a price (a CSV with High, Low and Close: what comes after the last). A language model continues a text.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// The files; `-` is standard input
    #[arg(required = true)]
    files: Vec<String>,
    /// Language models: characters to write
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    length: u32,
    /// Language models: how bold, 0.01 to 10; the preset's when left out
    #[arg(long, value_parser = temperature)]
    temperature: Option<f64>,
    /// Language models: another seed, another text
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print one JSON object a sample, with the whole output
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) threads: Threads,
}

fn temperature(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|_| format!("{text} is not a number"))?;
    if (0.01..=10.0).contains(&number) { Ok(number) } else { Err("use 0.01 to 10".into()) }
}

impl Arguments {
    /// Prints an answer a sample.
    pub fn run(self) -> Result<(), Error> {
        let mut trained = self.which.find()?.load()?;
        let mut out = std::io::stdout().lock();
        for file in &self.files {
            if trained.writes() {
                self.go_on(file, &mut trained, &mut out)?;
                continue;
            }
            let unread = |error: std::io::Error| Error::Failed(format!("{}: {error}", plain(file)));
            let copy = copy_of_stream(file).map_err(unread)?;
            let path = copy.as_ref().map_or(Path::new(file), tempfile::NamedTempFile::path);
            let answers =
                trained.predict(file, path).map_err(|error| Error::Failed(plain(&error.to_string())))?;
            if !answers.left_out.is_empty() {
                let names = plain(&answers.left_out.join(", "));
                writeln!(std::io::stderr(), "trainyard: {}: not taken into account: {names}", plain(file))?;
            }
            tell_unknown(file, answers.unknown_characters)?;
            for answer in answers.predictions {
                if self.json {
                    let line = json!({
                        "file": file,
                        "sample": answer.of,
                        "class": answer.class.as_ref().map(|(_, name)| name),
                        "meaning": answer.meaning,
                        "output": answer.output,
                        "left_out": answers.left_out,
                    });
                    writeln!(out, "{}", json(&line)?)?;
                } else {
                    writeln!(out, "{}", in_words(file, &answer))?;
                }
            }
        }
        Ok(())
    }

    /// Prints a text with its continuation.
    fn go_on(&self, file: &str, trained: &mut Trained, out: &mut impl Write) -> Result<(), Error> {
        let failed = |problem: &str| Error::Failed(plain(&format!("{file}: {problem}")));
        let mut prompt = Vec::new();
        let read = match file {
            "-" => std::io::stdin().take(LONGEST_PROMPT).read_to_end(&mut prompt),
            _ => {
                std::fs::File::open(file).and_then(|file| file.take(LONGEST_PROMPT).read_to_end(&mut prompt))
            }
        };
        read.map_err(|error| failed(&error.to_string()))?;
        let prompt = data::text_of(&prompt)
            .map_err(|error| failed(&format!("a language model continues a text: {error}")))?;
        tell_unknown(file, trained.unknown_characters(&prompt))?;
        let how = Writing { temperature: self.temperature, length: self.length as usize, seed: self.seed };
        let (prompt, text) = trained.write(file, &prompt, how).map_err(|error| failed(&error.to_string()))?;
        if self.json {
            writeln!(out, "{}", json(&json!({ "file": file, "prompt": prompt, "text": text }))?)?;
        } else {
            writeln!(out, "{}", lines(&(prompt + &text)))?;
        }
        Ok(())
    }
}

/// Says how many characters of a file the network does not know.
fn tell_unknown(file: &str, count: usize) -> Result<(), Error> {
    if count > 0 {
        let file = plain(file);
        let what = "characters that the network does not know, and so does not see";
        writeln!(std::io::stderr(), "trainyard: {file}: {what}: {count}")?;
    }
    Ok(())
}

/// A copy of what comes from a pipe as a file, in which readers can go back and forth; `None` where it is a file.
fn copy_of_stream(file: &str) -> std::io::Result<Option<tempfile::NamedTempFile>> {
    let stream: Box<dyn Read> = match file {
        "-" => Box::new(std::io::stdin()),
        _ if std::fs::metadata(file)?.is_file() => return Ok(None),
        _ => Box::new(std::fs::File::open(file)?),
    };
    let mut copy = tempfile::NamedTempFile::new()?;
    if std::io::copy(&mut stream.take(LARGEST + 1), &mut copy)? > LARGEST {
        return Err(std::io::Error::other("more than 1 GB; save it as a file first"));
    }
    Ok(Some(copy))
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
        None if answer.meaning.is_some() => {
            format!("{of}  {}", answer.meaning.as_deref().map(plain).unwrap_or_default())
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
            meaning: None,
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
