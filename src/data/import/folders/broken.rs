//! Files that cannot be read among others that can.

use super::listing::Classed;
use crate::data::Error;

/// Broken files that are named.
const NAMED: usize = 3;

impl Classed {
    /// What became of every file, of those that are good: with `skip_broken` the others are taken out of the list, which
    /// `told` says in a sentence; without it they are an error that names the first ones.
    ///
    /// # Errors
    /// When files are broken and are not skipped, or none of a class is left.
    pub fn sorted_out<T>(
        &mut self,
        read: Vec<Result<T, Error>>,
        skip_broken: bool,
        told: &mut Vec<String>,
    ) -> Result<Vec<T>, Error> {
        let (all, mut good, mut problems, mut is_good) = (read.len(), Vec::new(), Vec::new(), Vec::new());
        for result in read {
            is_good.push(result.is_ok());
            match result {
                Ok(one) => good.push(one),
                Err(problem) => problems.push(problem),
            }
        }
        let Some(first) = problems.first() else { return Ok(good) };
        let Error::Broken { origin, problem } = first;
        let count = problems.len();
        let named = |from: usize| {
            let named = problems.iter().skip(from).take(NAMED - from).map(ToString::to_string);
            let more = count.checked_sub(NAMED + 1).map(|more| format!("and {} more", more + 1));
            named.chain(more).collect::<Vec<_>>().join("; ")
        };
        if !skip_broken {
            let problem = match count {
                1 => format!("{problem}; skip_broken: true leaves such files out"),
                _ => format!(
                    "{problem}; {count} of {all} files are broken, and skip_broken: true leaves such files out: {}",
                    named(1)
                ),
            };
            return Err(Error::Broken { origin: origin.clone(), problem });
        }
        told.push(format!("broken files left out: {count} of {all}: {}", named(0)));
        for first in [&mut self.first_validation, &mut self.first_test].into_iter().flatten() {
            *first = is_good.iter().take(*first).filter(|is_good| **is_good).count();
        }
        let mut kept = is_good.iter();
        self.of.retain(|_| kept.next().is_some_and(|is_good| *is_good));
        let mut kept = is_good.iter();
        self.files.retain(|_| kept.next().is_some_and(|is_good| *is_good));
        if self.of.is_empty() && self.names.is_empty() {
            let problem = format!("none of the files can be read: {problem}");
            return Err(Error::Broken { origin: origin.clone(), problem });
        }
        let trained_on = &self.of[..self.first_validation.or(self.first_test).unwrap_or(self.of.len())];
        match (0..).zip(&self.names).find(|(class, _)| !trained_on.contains(class)) {
            Some((_, name)) => {
                let origin = origin.clone();
                let problem = format!("no file of the class '{name}' can be read: {problem}");
                Err(Error::Broken { origin, problem })
            }
            None => Ok(good),
        }
    }
}
