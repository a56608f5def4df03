//! How likely settings are beside those of some trials: a mixture over the trials.
//!
//! Each component is the product of one kernel a setting, all around the same trial, so that the mixture knows which values go
//! together (Falkner, Klein and Hutter, 2018: BOHB); an estimator of each setting by itself does not. Numbers have normal
//! distributions on the unit interval, cut off at its ends; whole numbers have their mass on the interval of each number;
//! choices have the trial's own one and some of all others. One more component, the prior, holds every value as likely.

use super::draw::{Random, infallible};
use crate::preset::Assignment;
use crate::search::domain::Domain;
use crate::search::space::Space;

/// No normal distribution is narrower than this share of its range, however near trials are: results vary with the training's
/// seed, so that a finer difference says nothing.
const NARROWEST: f64 = 0.06;
/// Beside an interval that is narrower than this many standard deviations a density hardly changes.
const NARROW: f64 = 0.02;
/// How often a number beyond the range is drawn again: at least a third of the mass is within.
const DRAWS: usize = 100;

/// A value as the estimators see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coordinate {
    /// The place of a choice among the choices.
    Choice(usize),
    /// A number.
    Number {
        /// Its place in the unit interval.
        place: f64,
        /// All places of this number: of one from an interval it is the place alone.
        interval: [f64; 2],
    },
}

/// Where a trial is: a coordinate for each parameter, `None` for those that it does not have.
pub(super) type Point = Vec<Option<Coordinate>>;

/// How likely settings are: a mixture over some trials and the prior.
pub(super) struct Parzen<'a> {
    space: &'a Space,
    components: Vec<Component>,
    /// Beside a choice that a trial has, each choice has so much.
    smoothing: f64,
}

struct Component {
    /// Its share.
    weight: f64,
    /// One for each parameter.
    kernels: Vec<Kernel>,
}

#[derive(Clone, Copy)]
enum Kernel {
    /// Every value is as likely as another.
    Flat,
    /// A choice.
    Choice(usize),
    /// A normal distribution that is cut off at the ends of the unit interval.
    Normal {
        mean: f64,
        deviation: f64,
        /// The mass between the ends before it was cut off.
        mass: f64,
    },
}

impl Coordinate {
    /// A value of this domain; `None` where it is not in it.
    pub fn of(domain: &Domain, value: &str) -> Option<Self> {
        match domain {
            Domain::Choice(values) => values.iter().position(|one| one == value).map(Coordinate::Choice),
            _ => {
                let place = domain.place(value)?;
                Some(Coordinate::Number { place, interval: domain.interval(value).unwrap_or([place; 2]) })
            }
        }
    }

    /// The place of a number, and how wide its interval is.
    fn number(self) -> Option<[f64; 2]> {
        match self {
            Coordinate::Choice(_) => None,
            Coordinate::Number { place, interval: [from, to] } => Some([place, to - from]),
        }
    }
}

impl<'a> Parzen<'a> {
    /// The mixture over these trials with these weights; the prior's weight is their mean. The last ones, so many as `training`, still
    /// train: they are as narrow as can be, as they say something of their own place alone.
    pub fn new(space: &'a Space, points: &[Point], weights: &[f64], training: usize) -> Self {
        let trials = points.len();
        let count = trials as f64;
        let mean = if trials == 0 { 1.0 } else { weights.iter().sum::<f64>() / count };
        let sum = weights.iter().sum::<f64>() + mean;
        let parameters = space.parameters.len();
        let mut components: Vec<Component> = weights
            .iter()
            .chain([&mean])
            .map(|weight| Component { weight: weight / sum, kernels: vec![Kernel::Flat; parameters] })
            .collect();
        for parameter in 0..parameters {
            let of = |point: &Point| point.get(parameter).copied().flatten();
            for (component, coordinate) in components.iter_mut().zip(points.iter().map(of)) {
                if let Some(Coordinate::Choice(choice)) = coordinate {
                    component.kernels[parameter] = Kernel::Choice(choice);
                }
            }
            let numbers = points.iter().map(|point| of(point).and_then(Coordinate::number));
            let numbers: Vec<(usize, [f64; 2])> =
                numbers.enumerate().filter_map(|(component, number)| Some((component, number?))).collect();
            for (component, kernel) in normals(numbers, trials - training) {
                components[component].kernels[parameter] = kernel;
            }
        }
        Parzen { space, components, smoothing: 1.0 / (count + 1.0) }
    }

    /// The component of a number from 0 to below 1, each as often as its weight.
    fn component(&self, mut place: f64) -> &Component {
        let is_it = |component: &&Component| {
            place -= component.weight;
            place < 0.0
        };
        let last = self.components.len() - 1;
        self.components.iter().find(is_it).unwrap_or(&self.components[last])
    }

    /// Settings as likely as the mixture says.
    pub fn draw(&self, random: &mut Random) -> Vec<Assignment> {
        let component = self.component(random.place());
        infallible(self.space.draw(|parameter, domain| {
            Ok(match (component.kernels[parameter], domain) {
                (Kernel::Normal { mean, deviation, .. }, _) => {
                    let mut drawn = (0..DRAWS).map(|_| mean + deviation * random.normal());
                    domain.at(drawn.find(|place| (0.0..1.0).contains(place)).unwrap_or(mean))
                }
                // With what is left for its own choice and else each choice as likely.
                (Kernel::Choice(choice), Domain::Choice(values)) => {
                    let all = self.smoothing * values.len() as f64;
                    match random.place() * (1.0 + all) < 1.0 {
                        true => values[choice].clone(),
                        false => domain.at(random.place()),
                    }
                }
                (Kernel::Flat | Kernel::Choice(_), _) => domain.at(random.place()),
            })
        }))
    }

    /// The logarithm of the density at a point, over the unit interval of each number.
    pub fn log_density(&self, point: &Point) -> f64 {
        let of = |component: &Component| {
            let kernels = component.kernels.iter().zip(point).zip(&self.space.parameters);
            let densities = kernels.filter_map(|((kernel, coordinate), parameter)| {
                Some(self.log_kernel(*kernel, (*coordinate)?, &parameter.domain))
            });
            component.weight.ln() + densities.sum::<f64>()
        };
        let all: Vec<f64> = self.components.iter().map(of).collect();
        // The prior is above 0 everywhere.
        let largest = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + all.iter().map(|one| (one - largest).exp()).sum::<f64>().ln()
    }

    fn log_kernel(&self, kernel: Kernel, coordinate: Coordinate, domain: &Domain) -> f64 {
        match (kernel, coordinate) {
            (Kernel::Normal { mean, deviation, mass }, Coordinate::Number { interval: [from, to], .. }) => {
                let standard = |place: f64| (place - mean) / deviation;
                let (from, to) = (standard(from), standard(to));
                let log_density = if to - from > NARROW {
                    (normal_mass(from, to) / (to - from)).ln()
                } else {
                    -0.5 * ((from + to) / 2.0).powi(2) - std::f64::consts::TAU.sqrt().ln()
                };
                log_density - (deviation * mass).ln()
            }
            (Kernel::Choice(choice), Coordinate::Choice(other)) => {
                // Against as much for each, so that it is a density like that of numbers.
                let choices = domain.count().unwrap_or(1) as f64;
                let own = if choice == other { 1.0 } else { 0.0 };
                ((own + self.smoothing) / (1.0 + self.smoothing * choices) * choices).ln()
            }
            _ => 0.0,
        }
    }
}

/// A normal distribution around each of these numbers (place and width), with what they belong to: as wide as the farther of its two
/// neighbours is away (Bergstra and others, 2011), not narrower than the square of the trials allows (Watanabe, 2023), nor than
/// the number's own interval, or a search would hardly leave a whole number that its good trials share. The first `ended` of
/// what they belong to have ended.
fn normals(mut numbers: Vec<(usize, [f64; 2])>, ended: usize) -> impl Iterator<Item = (usize, Kernel)> {
    numbers.sort_by(|(_, [a, _]), (_, [b, _])| a.total_cmp(b));
    let least = ((numbers.len() + 1) as f64).powi(-2).max(NARROWEST);
    (0..numbers.len()).map(move |i| {
        let (component, [mean, width]) = numbers[i];
        let below = i.checked_sub(1).map(|i| mean - numbers[i].1[0]);
        let above = numbers.get(i + 1).map(|(_, [next, _])| next - mean);
        let farther = match below.into_iter().chain(above).reduce(f64::max) {
            Some(distance) => distance,
            // One alone: the farther end of the range.
            None => mean.max(1.0 - mean),
        };
        let deviation = if component < ended { farther.max(least) } else { NARROWEST };
        let deviation = deviation.max(width).min(1.0);
        let mass = normal_mass(-mean / deviation, (1.0 - mean) / deviation);
        (component, Kernel::Normal { mean, deviation, mass })
    })
}

/// The mass of the standard normal distribution from `from` to `to`.
fn normal_mass(from: f64, to: f64) -> f64 {
    let root = std::f64::consts::FRAC_1_SQRT_2;
    // In the tail on whose side both are, where small differences count.
    let (near, far) = if from > 0.0 { (from, to) } else { (-to, -from) };
    0.5 * (erfc(near * root) - erfc(far * root))
}

/// The complementary error function, right to 1.2e-7 of itself: the Chebyshev fit of Press and others, "Numerical Recipes" (1992), 6.2.
fn erfc(x: f64) -> f64 {
    const FIT: [f64; 10] = [
        0.170_872_77,
        -0.822_152_23,
        1.488_515_87,
        -1.135_203_98,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_68,
        -1.265_512_23,
    ];
    let z = x.abs();
    let t = 1.0 / (1.0 + 0.5 * z);
    let tail = t * (FIT.iter().fold(0.0, |sum, factor| sum * t + factor) - z * z).exp();
    if x >= 0.0 { tail } else { 2.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::super::super::plan::read;
    use super::*;

    fn space() -> Space {
        let space = r#"(search: (space: {
            "a": uniform(0, 1), "b": int(1, 4), "c": log_int(1, 100), "d": [x, y, z], "e": when("d", z, uniform(0, 1)),
        }))"#;
        read(space, "s.ron").unwrap().space
    }

    fn point(space: &Space, values: [Option<&str>; 5]) -> Point {
        let all = space.parameters.iter().zip(values);
        all.map(|(parameter, value)| Coordinate::of(&parameter.domain, value?)).collect()
    }

    /// The values are SciPy's (`truncnorm`: densities of a, masses of b and c over their intervals), put together by hand.
    #[test]
    fn densities_are_those_of_a_mixture_of_products_of_truncated_normals() {
        let space = space();
        let of = |a, b, c, d| point(&space, [Some(a), Some(b), Some(c), Some(d), None]);
        let trials = [of("0.2", "1", "4", "x"), of("0.5", "2", "64", "y"), of("0.9", "4", "10", "x")];
        let mixture = Parzen::new(&space, &trials, &[3.0, 2.0, 1.0], 0);
        let expected = [
            (of("0.3", "3", "30", "x"), -0.246_194_561),
            (of("0.8", "1", "90", "z"), -0.731_289_877),
            (of("0.5", "2", "64", "y"), 0.609_111_325),
        ];
        for (point, expected) in expected {
            let found = mixture.log_density(&point);
            assert!((found - expected).abs() < 5e-5, "{found} {expected}");
        }
        // Of a setting that no trial has, every value is as likely.
        let with =
            |e| mixture.log_density(&point(&space, [Some("0.8"), Some("1"), Some("90"), Some("z"), e]));
        assert!((with(Some("0.1")) - with(None)).abs() < 1e-12);
    }

    /// What is drawn falls where the density is.
    #[test]
    fn draws_are_as_frequent_as_the_density_says() {
        let space = space();
        let trials = [
            point(&space, [Some("0.3"), Some("2"), Some("5"), Some("z"), Some("0.8")]),
            point(&space, [Some("0.35"), Some("3"), Some("50"), Some("x"), None]),
        ];
        let mixture = Parzen::new(&space, &trials, &[2.0, 1.0], 0);
        let mut random = Random::of(1, 1);
        let draws = 20_000;
        // The mean of 1 / density over what is drawn is the size of the space: 1 for each choice of d as a density beside its share.
        let sum: f64 = (0..draws)
            .map(|_| {
                let settings = mixture.draw(&mut random);
                let values: Vec<Option<&str>> = space.values(&settings).collect();
                assert_eq!(values[4].is_some(), values[3] == Some("z"));
                let drawn = point(&space, values.try_into().unwrap());
                (-mixture.log_density(&drawn)).exp()
            })
            .sum();
        assert!((sum / f64::from(draws) - 1.0).abs() < 0.03, "{}", sum / f64::from(draws));
    }

    #[test]
    fn a_whole_number_that_all_good_trials_share_is_left_again() {
        let space = space();
        let of = |b| point(&space, [Some("0.5"), Some(b), Some("10"), Some("x"), None]);
        let trials: Vec<Point> = (0..8).map(|_| of("2")).collect();
        let mixture = Parzen::new(&space, &trials, &[1.0; 8], 0);
        let beside = (mixture.log_density(&of("3")) - mixture.log_density(&of("2"))).exp();
        // As much as one standard deviation away: the mass from 0.5 to 1.5 of them against that from -0.5 to 0.5.
        assert!((0.6..0.8).contains(&beside), "{beside}");
    }

    #[test]
    fn masses_of_tails_keep_their_digits() {
        // SciPy: norm.sf(6) - norm.sf(7), norm.cdf(-8) - norm.cdf(-9), norm.cdf(1) - norm.cdf(-1).
        for ((from, to), expected) in
            [((6.0, 7.0), 9.853_078_325e-10), ((-9.0, -8.0), 6.219_831_986e-16), ((-1.0, 1.0), 0.682_689_492)]
        {
            let found = normal_mass(from, to);
            assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
        }
    }
}
