//! The settings that a search varies, and what depends on what.

use super::domain::Domain;
use crate::preset::Assignment;

/// The most combinations of a grid.
pub const MOST_CELLS: u64 = 1_000_000;

/// A setting that a search varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its path in the preset, as `--set` takes it.
    pub path: String,
    /// Its values.
    pub domain: Domain,
    /// When it is there at all; `None`: always.
    pub when: Option<When>,
}

/// A setting is there only where another one has one of some values.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// The other one's place among the parameters; it comes before.
    pub parameter: usize,
    /// The values of it. A word stands for every value that begins with it: `SGD` for `SGD(momentum: 0.9)`.
    pub values: Vec<String>,
}

/// The settings that a search varies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    /// Each may depend on those before it.
    pub parameters: Vec<Parameter>,
}

impl Space {
    /// The value of each parameter, given how each is drawn from its domain; `None` for those that are not there.
    pub fn draw<E>(
        &self,
        mut draw: impl FnMut(usize, &Domain) -> Result<String, E>,
    ) -> Result<Vec<Assignment>, E> {
        let mut point: Vec<Option<String>> = Vec::with_capacity(self.parameters.len());
        for (place, parameter) in self.parameters.iter().enumerate() {
            let value = match parameter.is_there(&point) {
                true => Some(draw(place, &parameter.domain)?),
                false => None,
            };
            point.push(value);
        }
        Ok(self.assigned(point))
    }

    /// The values of a point, each with its setting.
    fn assigned(&self, point: Vec<Option<String>>) -> Vec<Assignment> {
        let assigned = self.parameters.iter().zip(point).filter_map(|(parameter, value)| {
            Some(Assignment { path: parameter.path.clone(), value: value? })
        });
        assigned.collect()
    }

    /// The value that each parameter has in `settings`; `None` for those that are not there.
    pub fn values<'a>(&'a self, settings: &'a [Assignment]) -> impl Iterator<Item = Option<&'a str>> {
        let value = |parameter: &Parameter| {
            let is_it = |setting: &&Assignment| setting.path == parameter.path;
            settings.iter().find(is_it).map(|setting| setting.value.as_str())
        };
        self.parameters.iter().map(value)
    }

    /// How many combinations a grid has, with so many points of each number. Beyond [`MOST_CELLS`] they are not all counted.
    pub fn cells(&self, points: u32) -> u64 {
        self.cells_after(&self.points(points), &mut Vec::new())
    }

    /// The combination of a grid with this number, from 0, with so many points of each number; the last setting changes fastest. `None`
    /// where there are not so many.
    pub fn cell(&self, points: u32, number: u32) -> Option<Vec<Assignment>> {
        let values = self.points(points);
        let mut before = Vec::new();
        let mut left = u64::from(number);
        for (parameter, values_here) in self.parameters.iter().zip(&values) {
            if !parameter.is_there(&before) {
                before.push(None);
                continue;
            }
            let found = values_here.iter().find(|value| {
                before.push(Some((*value).clone()));
                let after = self.cells_after(&values, &mut before);
                let is_it = left < after;
                if !is_it {
                    left -= after;
                    before.pop();
                }
                is_it
            });
            found?;
        }
        Some(self.assigned(before))
    }

    /// The values of each setting in a grid.
    fn points(&self, points: u32) -> Vec<Vec<String>> {
        let points = points.min(1 << 20);
        self.parameters.iter().map(|parameter| parameter.domain.points(points)).collect()
    }

    /// How many combinations of a grid begin with these values of its first settings.
    fn cells_after(&self, values: &[Vec<String>], before: &mut Vec<Option<String>>) -> u64 {
        let place = before.len();
        let Some(parameter) = self.parameters.get(place) else { return 1 };
        let is_there = parameter.is_there(before);
        let mut with = |value: Option<&String>| {
            before.push(value.cloned());
            let after = self.cells_after(values, before);
            before.pop();
            after
        };
        if !is_there {
            return with(None);
        }
        let decides = |later: &Parameter| later.when.as_ref().is_some_and(|when| when.parameter == place);
        if !self.parameters[place..].iter().any(decides) {
            return with(values[place].first()).saturating_mul(values[place].len() as u64);
        }
        let mut all = 0_u64;
        for value in &values[place] {
            all = all.saturating_add(with(Some(value)));
            if all > MOST_CELLS {
                break;
            }
        }
        all
    }
}

impl Parameter {
    /// Whether it is there, given the values of those before it.
    fn is_there(&self, before: &[Option<String>]) -> bool {
        let Some(When { parameter, values }) = &self.when else { return true };
        let value = before.get(*parameter).and_then(Option::as_deref);
        value.is_some_and(|value| values.iter().any(|wanted| fits(value, wanted)))
    }

    /// Its last name: `learning_rate`, or `layers[0].filters` where the name alone would not do.
    pub fn short_name(&self) -> &str {
        match self.path.rsplit_once('.') {
            Some((group, name)) if !group.starts_with("layers") => name,
            Some(_) | None => &self.path,
        }
    }
}

/// Whether a value is the one that is wanted, or a variant of that name.
pub(super) fn fits(value: &str, wanted: &str) -> bool {
    let rest = value.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(values: &[&str]) -> Domain {
        Domain::Choice(values.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_setting_that_belongs_to_one_choice_is_drawn_with_that_choice_only() {
        let space = Space {
            parameters: vec![
                Parameter { path: "optimizer".into(), domain: choice(&["Adam()", "SGD()"]), when: None },
                Parameter {
                    path: "optimizer.momentum".into(),
                    domain: Domain::Uniform { low: 0.0, high: 0.9 },
                    when: Some(When { parameter: 0, values: vec!["SGD".into()] }),
                },
            ],
        };
        let drawn = |place: f64| space.draw(|_, domain| Ok::<_, ()>(domain.at(place))).unwrap();
        let words = |settings: Vec<Assignment>| {
            settings.into_iter().map(|one| format!("{}={}", one.path, one.value)).collect::<Vec<_>>()
        };
        assert_eq!(words(drawn(0.1)), ["optimizer=Adam()"]);
        assert_eq!(words(drawn(0.9)), ["optimizer=SGD()", "optimizer.momentum=0.81"]);
        let adam = drawn(0.1);
        assert_eq!(space.values(&adam).collect::<Vec<_>>(), [Some("Adam()"), None]);
        // Adam once, and SGD with each momentum.
        assert_eq!(space.cells(3), 4);
        let all: Vec<Vec<String>> = (0..4).map(|number| words(space.cell(3, number).unwrap())).collect();
        let sgd =
            |momentum: &str| vec!["optimizer=SGD()".to_owned(), format!("optimizer.momentum={momentum}")];
        assert_eq!(all, [vec!["optimizer=Adam()".to_owned()], sgd("0"), sgd("0.45"), sgd("0.9")]);
        assert_eq!(space.cell(3, 4), None);
        assert!(fits("SGD(momentum: 0.9)", "SGD") && !fits("SGDW()", "SGD") && fits("64", "64"));
    }
}
