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
        let assigned = self.parameters.iter().zip(point).filter_map(|(parameter, value)| {
            Some(Assignment { path: parameter.path.clone(), value: value? })
        });
        Ok(assigned.collect())
    }

    /// The value that each parameter has in `settings`; `None` for those that are not there.
    pub fn values<'a>(&'a self, settings: &'a [Assignment]) -> impl Iterator<Item = Option<&'a str>> {
        let value = |parameter: &Parameter| {
            let is_it = |setting: &&Assignment| setting.path == parameter.path;
            settings.iter().find(is_it).map(|setting| setting.value.as_str())
        };
        self.parameters.iter().map(value)
    }

    /// How many combinations a grid has, with so many points of each number; those that a condition leaves out are counted as
    /// well.
    pub fn cells(&self, points: u32) -> u64 {
        let points = points.min(1 << 20);
        let counts = self.parameters.iter().map(|parameter| parameter.domain.points(points).len() as u64);
        counts.fold(1, u64::saturating_mul)
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
        assert_eq!(space.cells(3), 6);
        assert!(fits("SGD(momentum: 0.9)", "SGD") && !fits("SGDW()", "SGD") && fits("64", "64"));
    }
}
